"""Two tabs of one session over one store lose nothing of each other, in any order of events."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings, stateful
from hypothesis import strategies as st

from fluxlit_component.codec import encode
from fluxlit_component.state.record import Field, Outcome
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.state.tab_model import SID, TabModel


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
        assert all(same(tab.base.values_of([key])[key], tab.state[key]) for key in tab.state)

    @stateful.rule(name=TABS)
    def fail_to_save(self, name: str) -> None:
        """The run ends, and the store does not answer."""
        tab = self.tabs[name]
        diff = tab.base.diff(tab.state, deleted=tab.base.held.keys() - tab.state.keys())
        tab.base.keep(diff)
        for key in tab.state:
            assert same(tab.base.values_of([key])[key], tab.state[key])

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
