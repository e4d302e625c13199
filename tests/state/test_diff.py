"""Three-way synchronisation: base, diff, commit; what counts as a change, and what as deleted."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.origin import ASSIGNED, WIDGET
from fluxlit_component.state.diff import Base, Diff
from fluxlit_component.state.record import Commit, Field
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.state.tab_model import SID, TabModel, record_of


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


def test_what_is_far_over_the_cap_costs_next_to_nothing() -> None:
    """A large frame in the state is refused by its size in every run, not by packing it each time."""
    frame, began = pd.DataFrame({"a": np.zeros(8_000_000)}), time.process_time()
    diff = Base().diff({"frame": frame, "array": frame["a"].to_numpy(), "small": 1})
    assert time.process_time() - began < 0.03
    assert diff.skipped.keys() == {"frame", "array"}
    assert diff.changes.keys() == {"small"}
    assert all("caps=Caps(value_bytes=...)" in reason for reason in diff.skipped.values())


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
