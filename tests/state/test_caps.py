"""Caps: what is over one is skipped by name, the rest is kept."""

from __future__ import annotations

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.state.caps import Caps
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.state.tab_model import SID, TabModel


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
