"""Three-way synchronisation: base, diff, commit; two tabs over one real store."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings, stateful
from hypothesis import strategies as st

from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.origin import ASSIGNED, WIDGET, mark, split
from fluxlit_component.state import diff
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.diff import Base, Diff
from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores.memory import InMemorySessionStore

SID = "S" * 43


class TabModel:
    """One tab as `tab.persist` drives it: a state, a base, a store."""

    def __init__(self, store: InMemorySessionStore) -> None:
        self.store = store
        self.base = Base()
        self.state: dict[str, Any] = {}

    def arrive(self) -> None:
        """F5: nothing is known, everything is read."""
        record = self.store.load(SID)
        self.base = Base()
        self.state = self.base.adopt(record) if record is not None else {}

    def save(self, *, caps: Caps | None = None) -> tuple[Diff, Outcome]:
        """End of a run: what has changed is committed."""
        gone = self.base.held.keys() - self.state.keys()
        diff = self.base.diff(self.state, deleted=gone, caps=caps)
        outcome = self.store.commit(SID, Commit(diff.changes, create=True))
        self.base.settle(diff, outcome)
        return diff, outcome


@pytest.fixture
def store() -> InMemorySessionStore:
    """One store for all tabs of a test."""
    return InMemorySessionStore()


@pytest.fixture
def tab(store: InMemorySessionStore) -> TabModel:
    """A tab that has saved three keys."""
    tab = TabModel(store)
    tab.state = {"a": 1, "rows": [1, 2], "deep": {"x": [{}]}}
    tab.save()
    return tab


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The values that were encoded, in order."""
    values: list[object] = []

    def spy(value: object, **options: Any) -> bytes:
        values.append(value)
        return encode(value, **options)

    monkeypatch.setattr(diff, "encode", spy)
    return values


def record_of(**fields: Field) -> Record:
    """A record as a store would load it."""
    return Record(9, 0.0, None, None, 0, fields)


# --- what counts as a change -------------------------------------------------------------------


def test_nothing_changed_is_nothing_to_write(tab: TabModel) -> None:
    """The diff of an unchanged state is empty, and the record's version stays."""
    diff, outcome = tab.save()
    assert diff == Diff({})
    assert outcome.version == 1


def test_only_what_changed_is_written(tab: TabModel) -> None:
    """One key of three, based on the version in which it was last seen."""
    tab.state["a"] = 2
    diff, outcome = tab.save()
    assert {key: (decode(change.data or b""), change.base) for key, change in diff.changes.items()} == {
        "a": (2, 1)
    }
    assert outcome.version == 2


def test_the_total_is_that_of_all_values(tab: TabModel, store: InMemorySessionStore) -> None:
    """Whatever was changed, added, deleted, skipped, loaded or written by another tab."""

    def total() -> int:
        return sum(len(encode(value)) for value in tab.base.adopt(store.load(SID) or record_of()).values())

    for state in ({"a": "text"}, {"a": "longer text", "b": [1]}, {"b": 0.0, "c": print}, {"b": -0.0}, {}):
        tab.state = state
        tab.save()
        counted = tab.base.total
        assert counted == total() == tab.base.total
    tab.state = {"a": 1}
    tab.save()
    tab.base.concede("a", Field(9, encode("another tab's")))
    tab.save()
    assert tab.base.total == len(encode(1))


def test_a_new_key_has_no_base(tab: TabModel) -> None:
    """Zero: the writer knew none."""
    tab.state["new"] = 1
    assert tab.base.diff(tab.state).changes["new"].base == 0


def test_an_unchanged_value_is_not_encoded_again(tab: TabModel, encoded: list[object]) -> None:
    """Identity is enough for what cannot change, the short way for what is plain; the rest is encoded."""
    tab.state["text"] = "x" * 10_000
    tab.state["tuple"] = (1, ("a", None))
    tab.state["buffer"] = [bytearray(b"x")]
    tab.save()
    encoded.clear()
    assert tab.save()[0].changes == {}
    assert encoded == [[bytearray(b"x")]]
    tab.state["deep"]["x"][0]["new"] = 1
    assert tab.save()[0].changes.keys() == {"deep"}


def test_a_large_value_is_looked_at_when_it_has_stayed_the_same(tab: TabModel, encoded: list[object]) -> None:
    """One that grows in every run would never need it."""
    tab.state = {"chat": [f"message {i}" for i in range(5_000)]}
    tab.save()
    encoded.clear()
    for _ in range(3):
        assert tab.save()[0].changes == {}
    assert len(encoded) == 1


def test_what_was_loaded_takes_the_short_way_too(tab: TabModel, encoded: list[object]) -> None:
    """After F5 a value is encoded once more, to be told from what the record holds."""
    tab.arrive()
    for _ in range(3):
        assert tab.save()[0].changes == {}
    assert encoded == [tab.state["rows"], tab.state["deep"]]


def test_bytes_are_never_taken_for_a_bytearray(tab: TabModel) -> None:
    """Msgpack writes both alike; a value that holds one of them is encoded in full each time."""
    tab.state = {"data": [b"x"]}
    tab.save()
    tab.save()
    tab.state["data"][0] = bytearray(b"x")
    assert tab.save()[0].changes.keys() == {"data"}


def test_an_equal_text_is_not_encoded_again(tab: TabModel, encoded: list[object]) -> None:
    """A widget gives an equal but other text in each run."""
    tab.state = {"text": str(b"abc", "ascii")}
    tab.save()
    tab.state = {"text": str(b"abc", "ascii")}
    encoded.clear()
    assert tab.save()[0].changes == {}
    assert encoded == []


def test_a_tuple_with_a_list_in_it_is_looked_at(tab: TabModel) -> None:
    """It is the same object for ever, and yet not the same value."""
    rows: list[int] = []
    tab.state["pair"] = (1, rows)
    tab.save()
    rows.append(5)
    assert set(tab.save()[0].changes) == {"pair"}


@pytest.mark.parametrize(
    "mutate",
    [
        lambda state: state["rows"].append(3),
        lambda state: state["rows"].reverse(),
        lambda state: state["deep"]["x"][0].update(y=1),
        lambda state: state["deep"].clear(),
    ],
)
def test_a_change_in_place_is_seen(tab: TabModel, store: InMemorySessionStore, mutate: Any) -> None:
    """At any depth, with the object staying the same."""
    mutate(tab.state)
    tab.save()
    assert store.get(SID) == tab.state


def test_a_change_in_place_after_the_reload_is_seen(tab: TabModel, store: InMemorySessionStore) -> None:
    """The loaded object is the app's; the base does not share it."""
    tab.arrive()
    tab.state["rows"].append(3)
    assert set(tab.save()[0].changes) == {"rows"}
    assert store.get(SID) == {"a": 1, "rows": [1, 2, 3], "deep": {"x": [{}]}}


@pytest.mark.parametrize(
    ("before", "after"), [(1, True), (1, 1.0), (0.0, -0.0), ("1", 1), ([1], (1,)), (None, False), ("", b"")]
)
def test_an_equal_value_of_another_type_is_a_change(tab: TabModel, before: object, after: object) -> None:
    """1 == True, but the one is not the other."""
    tab.state["v"] = before
    tab.save()
    tab.state["v"] = after
    assert set(tab.save()[0].changes) == {"v"}


def test_nan_is_not_a_change() -> None:
    """It does not equal itself, but its bytes do."""
    tab = TabModel(InMemorySessionStore())
    tab.state = {"x": [float("nan")]}
    tab.save()
    assert tab.save()[0].changes == {}


def test_a_value_that_cannot_be_stored_is_skipped(tab: TabModel, store: InMemorySessionStore) -> None:
    """With its reason; what the record had under the key goes too, and the other keys are saved."""
    tab.state["a"] = print
    tab.state["b"] = 2
    diff, _ = tab.save()
    assert (diff.changes["a"].data, diff.changes["a"].base) == (None, 1)
    assert set(diff.skipped) == {"a"}
    assert store.get(SID) == {"b": 2, "rows": [1, 2], "deep": {"x": [{}]}}
    assert tab.save()[0].changes == {}


def test_an_unsaved_value_goes_with_what_cannot_be_kept_any_more(tab: TabModel) -> None:
    """The store was down for the older value, and the newer one cannot be stored: nothing is left of it."""
    tab.state["new"] = 1
    tab.base.keep(tab.base.diff(tab.state))
    tab.state["new"] = print
    assert "new" not in tab.base.diff(tab.state).changes
    assert "new" not in tab.base.names()


def test_a_newer_value_that_cannot_be_kept_takes_the_older_one_along_whatever_its_origin(
    tab: TabModel, store: InMemorySessionStore
) -> None:
    """A callback has assigned to the key of a widget, or the widget has gone: nothing old is kept."""
    for origins in ({"w": WIDGET | ASSIGNED}, {}):
        tab.state["w"] = "typed"
        diff = tab.base.diff(tab.state, origins={"w": WIDGET})
        tab.base.settle(diff, store.commit(SID, Commit(diff.changes, create=True)))
        tab.state["w"] = print
        diff = tab.base.diff(tab.state, origins=origins)
        assert diff.changes["w"].data is None
        tab.base.settle(diff, store.commit(SID, Commit(diff.changes)))
        assert "w" in tab.base.diff(tab.state, origins=origins).skipped
        assert "w" not in (store.get(SID) or {})


# --- where a value came from -------------------------------------------------------------------


def test_an_origin_is_written_with_the_value(tab: TabModel, store: InMemorySessionStore) -> None:
    """The record tells it after F5; the value is what it was."""
    tab.state["w"] = "typed"
    diff = tab.base.diff(tab.state, origins={"w": WIDGET})
    tab.base.settle(diff, store.commit(SID, Commit(diff.changes, create=True)))
    assert tab.base.origins["w"] == WIDGET
    tab.arrive()
    assert tab.state["w"] == "typed"
    assert tab.base.origins == {"w": WIDGET}
    assert (store.get(SID) or {})["w"] == "typed"


def test_another_origin_alone_is_nothing_to_write(tab: TabModel) -> None:
    """The value is the same: it is told with the next one."""
    assert tab.base.diff(tab.state, origins={"a": WIDGET | ASSIGNED}).changes == {}
    tab.state["a"] = 2
    diff = tab.base.diff(tab.state, origins={"a": WIDGET | ASSIGNED})
    assert split(diff.changes["a"].data or b"") == (WIDGET | ASSIGNED, encode(2))


def test_a_copy_of_the_record_is_numbered_anew_whatever_its_origins(
    tab: TabModel, store: InMemorySessionStore
) -> None:
    """The copied bytes are those that this tab wrote, origin and all."""
    tab.state["w"] = "typed"
    diff = tab.base.diff(tab.state, origins={"w": WIDGET})
    tab.base.settle(diff, store.commit(SID, Commit(diff.changes, create=True)))
    tab.base.renumber(record_of(w=Field(7, mark(encode("typed"), WIDGET)), a=Field(8, encode("another"))))
    assert (tab.base.versions["w"], tab.base.versions["a"]) == (7, 1)


# --- deletes -----------------------------------------------------------------------------------


def test_a_deleted_key_is_gone(tab: TabModel, store: InMemorySessionStore) -> None:
    """From the record and from the base; a tombstone keeps its version."""
    del tab.state["a"]
    diff, _ = tab.save()
    assert (diff.changes["a"].data, diff.changes["a"].base) == (None, 1)
    assert "a" not in (store.get(SID) or {})
    assert "a" not in tab.base.names()
    assert tab.save()[0].changes == {}


def test_an_unknown_key_cannot_be_deleted(tab: TabModel) -> None:
    """Nothing is written for a key that was never there."""
    assert tab.base.diff({}, deleted=["never"]).changes == {}


def test_a_key_that_is_only_absent_is_not_deleted(tab: TabModel) -> None:
    """Streamlit drops keys of hidden widgets: absence alone says nothing."""
    assert tab.base.diff({}).changes == {}


def test_a_deleted_key_that_comes_back_is_based_on_its_tombstone(tab: TabModel) -> None:
    """Otherwise the tab's own delete would look like another tab's."""
    del tab.state["a"]
    tab.save()
    tab.state["a"] = 5
    diff, outcome = tab.save()
    assert diff.changes["a"].base == 2
    assert outcome.overwritten == frozenset()


def test_a_tombstone_of_the_record_is_known(store: InMemorySessionStore, tab: TabModel) -> None:
    """A reloaded tab that sets a deleted key has seen the delete."""
    del tab.state["a"]
    tab.save()
    tab.arrive()
    tab.state["a"] = 5
    assert tab.save()[1].overwritten == frozenset()


# --- two tabs ----------------------------------------------------------------------------------


def test_two_tabs_with_different_keys_lose_nothing(store: InMemorySessionStore, tab: TabModel) -> None:
    """Each writes only what it changed."""
    other = TabModel(store)
    other.arrive()
    tab.state["a"] = "first"
    other.state["b"] = "second"
    other.state["rows"].append(3)
    assert tab.save()[1].overwritten == frozenset()
    assert other.save()[1].overwritten == frozenset()
    assert store.get(SID) == {"a": "first", "b": "second", "rows": [1, 2, 3], "deep": {"x": [{}]}}


def test_the_last_writer_of_a_key_wins_and_is_told(store: InMemorySessionStore, tab: TabModel) -> None:
    """The loser's next save does not undo it."""
    other = TabModel(store)
    other.arrive()
    tab.state["a"] = "first"
    other.state["a"] = "second"
    assert tab.save()[1].overwritten == frozenset()
    assert other.save()[1].overwritten == {"a"}
    assert tab.save()[0].changes == {}
    assert (store.get(SID) or {})["a"] == "second"


def test_a_delete_against_a_change_is_won_by_the_later(store: InMemorySessionStore, tab: TabModel) -> None:
    """And it is reported like any other overwriting."""
    other = TabModel(store)
    other.arrive()
    tab.state["a"] = 2
    tab.save()
    del other.state["a"]
    assert other.save()[1].overwritten == {"a"}
    assert "a" not in (store.get(SID) or {})


def test_a_refused_change_stays_unsaved(store: InMemorySessionStore, tab: TabModel) -> None:
    """A guarded change that the store did not make is not taken for known: the next diff has it again."""
    tab.state["a"] = 2
    diff = tab.base.diff(tab.state)
    tab.base.settle(diff, Outcome("committed", 5, refused={"a": Field(4, encode(3))}))
    assert set(tab.base.diff(tab.state).changes) == {"a"}


# --- a store that does not answer ---------------------------------------------------------------


def test_a_failed_commit_is_tried_again(tab: TabModel, store: InMemorySessionStore) -> None:
    """What could not be written is found by the next diff, on the same base."""
    tab.state["a"] = 2
    diff = tab.base.diff(tab.state)
    tab.base.keep(diff)
    assert tab.base.diff(tab.state).changes == diff.changes
    tab.save()
    assert (store.get(SID) or {})["a"] == 2
    assert tab.base.unsaved == {}


def test_the_newest_value_is_the_unsaved_one(tab: TabModel) -> None:
    """It is what a hidden widget's value is put back from during an outage."""
    tab.state.update(a=2, new=[1])
    tab.base.keep(tab.base.diff(tab.state))
    assert (tab.base.value_of("a"), tab.base.value_of("new"), tab.base.value_of("rows")) == (2, [1], [1, 2])
    assert tab.base.names() == {"a", "new", "rows", "deep"}


def test_a_value_put_back_is_a_copy(tab: TabModel) -> None:
    """The app may change it without changing the base."""
    tab.base.value_of("rows").append(9)
    assert tab.base.value_of("rows") == [1, 2]


def test_an_unsaved_value_whose_key_left_the_state_is_not_forgotten(tab: TabModel) -> None:
    """A second failing save does not lose what the first one could not write."""
    tab.state["hidden"] = "typed"
    tab.base.keep(tab.base.diff(tab.state))
    del tab.state["hidden"]
    tab.state["a"] = 2
    tab.base.keep(tab.base.diff(tab.state))
    assert tab.base.value_of("hidden") == "typed"


def test_a_later_commit_does_not_forget_what_it_does_not_name(tab: TabModel) -> None:
    """A fragment saves while a widget with an unsaved value is hidden: the value is still to be put back."""
    tab.state["hidden"] = "typed"
    tab.base.keep(tab.base.diff(tab.state))
    del tab.state["hidden"]
    tab.state["a"] = 2
    tab.save()
    assert tab.base.value_of("hidden") == "typed"
    tab.state["hidden"] = tab.base.value_of("hidden")
    assert set(tab.save()[0].changes) == {"hidden"}
    assert tab.base.unsaved == {}


def test_an_unsaved_value_that_was_taken_back_is_forgotten(tab: TabModel) -> None:
    """Changed, not saved, changed back: there is nothing to save and nothing to put back."""
    for key, value in {"a": 2, "rows": []}.items():
        before = tab.state[key]
        tab.state[key] = value
        tab.base.keep(tab.base.diff(tab.state))
        tab.state[key] = before
        assert tab.base.diff(tab.state).changes == {}
        assert tab.base.value_of(key) == before


def test_what_is_deleted_during_an_outage_is_unsaved_until_it_is(tab: TabModel) -> None:
    """The next diff is told of it again, and the page after F5 does not put the old value back."""
    tab.base.keep(tab.base.diff({}, deleted=["a"]))
    assert tab.base.unsaved == {"a": None}
    assert "a" in tab.base.names()
    tab.base.diff({}, deleted=["a"])
    assert tab.base.unsaved == {}


def test_a_destroyed_record_is_forgotten(tab: TabModel) -> None:
    """Nothing of it is known, so nothing is compared with it."""
    tab.base.keep(tab.base.diff({"x": 1}))
    tab.base.forget()
    assert tab.base.names() == frozenset()
    assert set(tab.base.diff({"a": 1}).changes) == {"a"}
    assert tab.base.diff({"a": 1}).changes["a"].base == 0


# --- loading -----------------------------------------------------------------------------------


def test_a_broken_value_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """That key is given up with a warning that names it; the rest loads, and it can be written again."""
    base = Base()
    values = base.adopt(
        record_of(good=Field(2, encode("x")), bad=Field(3, b"\xc1garbage"), gone=Field(4, None))
    )
    assert values == {"good": "x"}
    assert base.names() == {"good"}
    (warning,) = caplog.records
    assert "'bad'" in warning.getMessage()
    assert base.diff({"bad": 1}).changes["bad"].base == 3


def test_loading_forgets_what_was_known(tab: TabModel) -> None:
    """A base is of one record at a time."""
    tab.base.keep(tab.base.diff({"x": 1}))
    tab.base.adopt(record_of(other=Field(1, encode(1))))
    assert tab.base.names() == {"other"}
    assert tab.base.unsaved == {}


# --- caps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caps", "kept"),
    [
        (Caps(value_bytes=8), {"small", "other"}),
        (Caps(session_bytes=20), {"small", "other"}),
        (Caps(keys=2), {"small", "big"}),
        (Caps(), {"small", "big", "other"}),
    ],
)
def test_what_is_over_a_cap_is_skipped_by_name(
    store: InMemorySessionStore, caps: Caps, kept: set[str]
) -> None:
    """Value, session and number of keys each have one; the rest is saved."""
    tab = TabModel(store)
    tab.state = {"small": 1, "big": "x" * 20, "other": 2}
    diff, _ = tab.save(caps=caps)
    assert set(store.get(SID) or {}) == kept
    assert set(diff.skipped) == tab.state.keys() - kept
    assert all("keep" in reason for reason in diff.skipped.values())


def test_the_sessions_cap_counts_what_is_kept_already(store: InMemorySessionStore) -> None:
    """Values that fit one by one, but not all of them; earlier saves count too."""
    tab = TabModel(store)
    tab.state = {"a": "x" * 8}
    tab.save(caps=Caps(session_bytes=35))
    tab.state = dict.fromkeys("abcde", "x" * 8)
    diff, _ = tab.save(caps=Caps(session_bytes=35))
    assert set(diff.changes) == {"b", "c"}
    assert set(diff.skipped) == {"d", "e"}


def test_a_value_at_the_cap_is_kept(store: InMemorySessionStore) -> None:
    """The cap is what one value may have, not what is too much."""
    tab = TabModel(store)
    tab.state = {"v": "x" * 100}
    size = len(encode(tab.state["v"]))
    assert tab.base.diff(tab.state, caps=Caps(value_bytes=size)).skipped == {}
    assert set(tab.base.diff(tab.state, caps=Caps(value_bytes=size - 1)).skipped) == {"v"}


@pytest.mark.parametrize("caps", [Caps(value_bytes=50), Caps(session_bytes=50)])
def test_a_value_that_grew_over_a_cap_takes_its_older_version_along(
    store: InMemorySessionStore, caps: Caps
) -> None:
    """Newest or nothing; once it is small again it is kept again."""
    tab = TabModel(store)
    tab.state = {"v": "x"}
    tab.save()
    tab.state["v"] = "x" * 100
    assert set(tab.save(caps=caps)[0].skipped) == {"v"}
    assert store.get(SID) == {}
    tab.state["v"] = "y"
    tab.save(caps=caps)
    assert store.get(SID) == {"v": "y"}


def test_a_full_session_can_still_change_and_shrink(store: InMemorySessionStore) -> None:
    """Changing a key needs no room for another one, and a delete in the same run makes room."""
    tab = TabModel(store)
    tab.state = {"a": 1, "b": 2}
    caps = Caps(keys=2, session_bytes=sum(len(encode(v)) for v in tab.state.values()))
    tab.save(caps=caps)
    tab.state = {"a": 5, "c": 3}
    diff, _ = tab.save(caps=caps)
    assert diff.skipped == {}
    assert store.get(SID) == {"a": 5, "c": 3}


def test_what_is_far_over_the_cap_costs_next_to_nothing() -> None:
    """A large frame in the state is refused by its size in every run, not by packing it each time."""
    frame, began = pd.DataFrame({"a": np.zeros(8_000_000)}), time.process_time()
    diff = Base().diff({"frame": frame, "array": frame["a"].to_numpy(), "small": 1})
    assert time.process_time() - began < 0.03
    assert diff.skipped.keys() == {"frame", "array"}
    assert diff.changes.keys() == {"small"}
    assert all("caps=Caps(value_bytes=...)" in reason for reason in diff.skipped.values())


def test_a_key_that_a_visitor_has_typed_is_no_way_around_the_caps(store: InMemorySessionStore) -> None:
    """An app may make keys of text; only values count for the size of a session."""
    tab = TabModel(store)
    tab.state = {"k" * 1000: 1, "k" * 1001: 2}
    diff, _ = tab.save()
    assert store.get(SID) == {"k" * 1000: 1}
    assert diff.skipped == {"k" * 1001: "a key may have 1000 characters; keep long text in values"}


def test_the_published_caps() -> None:
    """1 MiB a value, 4 MiB a session, 512 keys."""
    assert Caps() == Caps(value_bytes=1_048_576, session_bytes=4_194_304, keys=512)


# --- a model -----------------------------------------------------------------------------------

KEYS = st.sampled_from("abcd")
TABS = st.sampled_from(["left", "right"])
VALUES = st.one_of(
    st.integers(0, 3), st.text("xy", max_size=2), st.lists(st.integers(0, 3), max_size=2), st.none()
)
_ABSENT = object()


class TwoTabs(stateful.RuleBasedStateMachine):
    """Two tabs of one session change, delete, save, fail to save and reload, in any order.

    `truth` is what the record must hold: each save puts exactly that tab's own changes on top.
    """

    def __init__(self) -> None:
        super().__init__()
        self.store = InMemorySessionStore()
        self.tabs = {"left": TabModel(self.store), "right": TabModel(self.store)}
        self.synced: dict[str, dict[str, Any]] = {"left": {}, "right": {}}
        self.truth: dict[str, Any] = {}
        self.written: dict[str, int] = {}
        self.seen: dict[str, dict[str, int]] = {"left": {}, "right": {}}

    @stateful.rule(name=TABS, key=KEYS, value=VALUES)
    def assign(self, name: str, key: str, value: Any) -> None:
        """The app sets a key."""
        self.tabs[name].state[key] = copy.deepcopy(value)

    @stateful.rule(name=TABS, key=KEYS)
    def change_in_place(self, name: str, key: str) -> None:
        """The app changes a list without setting the key."""
        value = self.tabs[name].state.get(key)
        if isinstance(value, list):
            value.append(9)

    @stateful.rule(name=TABS, key=KEYS)
    def delete(self, name: str, key: str) -> None:
        """The app deletes a key."""
        self.tabs[name].state.pop(key, None)

    @stateful.rule(name=TABS)
    def save(self, name: str) -> None:
        """The run ends."""
        tab, before = self.tabs[name], self.synced[name]
        changed = {
            key
            for key in tab.state.keys() | before.keys()
            if not same(tab.state.get(key, _ABSENT), before.get(key, _ABSENT))
        }
        diff, outcome = tab.save()
        assert set(diff.changes) == changed
        assert outcome.verdict == "committed"
        newer = {key for key in changed if self.written.get(key, 0) > self.seen[name].get(key, 0)}
        assert outcome.overwritten == newer
        for key in changed:
            self.written[key] = self.seen[name][key] = outcome.version
            if key in tab.state:
                self.truth[key] = copy.deepcopy(tab.state[key])
            else:
                self.truth.pop(key, None)
        self.synced[name] = copy.deepcopy(tab.state)
        assert all(same(tab.base.value_of(key), tab.state[key]) for key in tab.state)

    @stateful.rule(name=TABS)
    def fail_to_save(self, name: str) -> None:
        """The run ends, and the store does not answer."""
        tab = self.tabs[name]
        diff = tab.base.diff(tab.state, deleted=tab.base.held.keys() - tab.state.keys())
        tab.base.keep(diff)
        for key in tab.state:
            assert same(tab.base.value_of(key), tab.state[key])

    @stateful.rule(name=TABS)
    def reload(self, name: str) -> None:
        """F5: what was not saved is lost, all the rest is there."""
        self.tabs[name].arrive()
        assert same(self.tabs[name].state, self.truth)
        self.synced[name] = copy.deepcopy(self.truth)
        self.seen[name] = dict(self.written)

    @stateful.invariant()
    def the_record_is_the_truth(self) -> None:
        """Nothing is lost and nothing comes back that was deleted."""
        assert same(self.store.get(SID) or {}, self.truth)


def same(left: object, right: object) -> bool:
    """Equal and of the same type, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


TwoTabs.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
class TestTwoTabs(TwoTabs.TestCase):
    """Two tabs in any order of events: see `TwoTabs`."""
