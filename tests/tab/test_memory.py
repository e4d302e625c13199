"""What the server holds of an open tab, beside the state that Streamlit's own session holds."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest

from fluxlit_component.state.record import Commit
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.tab.tab import Tab

TABS = 200
MOST = 2600
"""Bytes: half of what it was while each value was held as bytes, too."""


def states() -> list[dict[str, Any]]:
    """Ten keys of a hundred characters for each tab; nothing is shared."""
    return [
        {f"key{i}": f"{number} {i} " + "some text, as a visitor types it, " * 3 for i in range(10)}
        for number in range(TABS)
    ]


def saved(state: dict[str, Any]) -> Tab:
    """A tab that has saved its state."""
    tab, store = Tab("fluxlit_sid"), InMemorySessionStore(max_entries=1)
    diff = tab.known.base.diff(state)
    tab.known.base.settle(diff, store.commit(tab.ids.offer, Commit(diff.changes, create=True)))
    return tab


def loaded(state: dict[str, Any]) -> Tab:
    """A tab to which that state has come back; Streamlit's session gets the values that were read."""
    store = InMemorySessionStore(max_entries=1)
    store.set("id", state)
    record, tab = store.load("id"), Tab("fluxlit_sid")
    assert record is not None
    state.update(tab.known.base.adopt(record))
    return tab


@pytest.mark.parametrize("way", [saved, loaded])
def test_an_open_tab_is_small(way: Any) -> None:
    """Text is held once, by Streamlit and the tab together, and what is rare takes no room."""
    held = states()
    way(held[0])  # what is made once for all
    gc.collect()
    tracemalloc.start()
    try:
        tabs = [way(state) for state in held]
        gc.collect()
        size = tracemalloc.get_traced_memory()[0] / TABS
    finally:
        tracemalloc.stop()
    assert len(tabs) == TABS
    if way is loaded:
        # The texts that were read are Streamlit's: they stand in its session instead of those before.
        size -= sum(value.__sizeof__() for state in held for value in state.values()) / TABS
    assert size <= MOST, f"{size:.0f} bytes"
