"""Changes that a store did not take are unsaved, and are tried again."""

from __future__ import annotations

from fluxlit_component.stores.memory import InMemorySessionStore
from tests.state.tab_model import SID, TabModel


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
    assert (
        tab.base.values_of(["a"])["a"],
        tab.base.values_of(["new"])["new"],
        tab.base.values_of(["rows"])["rows"],
    ) == (2, [1], [1, 2])
    assert tab.base.names() == {"a", "new", "rows", "deep"}


def test_a_value_put_back_is_a_copy(tab: TabModel) -> None:
    """The app may change it without changing the base."""
    tab.base.values_of(["rows"])["rows"].append(9)
    assert tab.base.values_of(["rows"])["rows"] == [1, 2]


def test_an_unsaved_value_whose_key_left_the_state_is_not_forgotten(tab: TabModel) -> None:
    """A second failing save does not lose what the first one could not write."""
    tab.state["hidden"] = "typed"
    tab.base.keep(tab.base.diff(tab.state))
    del tab.state["hidden"]
    tab.state["a"] = 2
    tab.base.keep(tab.base.diff(tab.state))
    assert tab.base.values_of(["hidden"])["hidden"] == "typed"


def test_a_later_commit_does_not_forget_what_it_does_not_name(tab: TabModel) -> None:
    """A fragment saves while a widget with an unsaved value is hidden: the value is still to be put back."""
    tab.state["hidden"] = "typed"
    tab.base.keep(tab.base.diff(tab.state))
    del tab.state["hidden"]
    tab.state["a"] = 2
    tab.save()
    assert tab.base.values_of(["hidden"])["hidden"] == "typed"
    tab.state["hidden"] = tab.base.values_of(["hidden"])["hidden"]
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
        assert tab.base.values_of([key])[key] == before


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
