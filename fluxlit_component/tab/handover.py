"""Hands values over by reference, from the page before F5 to the page after it.

These are live values, which no store can hold, and mutable values that the record and the last page have
alike. So a list stays one list, as after Rerun, if two keys hold it, or if a client, a thread or
`st.cache_resource` holds it, too. With a copy, one holder would not see what another has changed.
"""

from __future__ import annotations

from collections.abc import Container
from itertools import chain

from fluxlit_component.codec import is_immutable
from fluxlit_component.state import live
from fluxlit_component.tab.page import NOTHING
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab, others_with


def hand_over(tab: Tab, policy: Policy, stored: Container[str]) -> dict[str, object]:
    """Take over the values of the tab's last Streamlit session: for the same session and the same person.

    `stored`: keys of the record whose values may come from the last page instead.

    A tab whose browser is still connected keeps its values: `tab` is its copy, or shares the session.
    """
    if policy.live_seconds <= 0 or tab.sid is None or tab.ids.joined or tab.is_private:
        return {}
    sids = (tab.sid, *tab.ids.retiring)
    values = live.collect(sids, tab.ids.person)
    for other in chain.from_iterable(others_with(sid, tab) for sid in sids):
        if other.has_gone and other.ids.person in (None, tab.ids.person):
            values |= _also_stored(tab, other, stored)
            values |= other.live
            other.live = NOTHING
    return values


def _also_stored(tab: Tab, other: Tab, keys: Container[str]) -> dict[str, object]:
    """Mutable values of the `other` tab that are the same in the record that `tab` has loaded."""
    # Loaded only when it is needed, because each garbage collection looks at everything that is loaded.
    from fluxlit_component.codec.catalogue import is_outdated

    state, known, theirs = other.state(), tab.known.base, other.known.base
    plain = state.reading().plain if state is not None else {}
    # Texts and numbers are left out first: comparing them by their bytes would encode each of them twice.
    return {
        key: value
        for key, value in plain.items()
        if key in keys
        and not is_immutable(value)
        and key not in theirs.unsaved
        and theirs.data_of(key) == known.data_of(key)
        and not is_outdated(value)
    }
