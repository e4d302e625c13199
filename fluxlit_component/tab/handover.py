"""Values pass from the page before F5 to the one after it, by reference.

Live values, which no store can hold; and of the others those that may change, as long as the record has
what the last page has. A list that stands under two keys, or that a client, a thread or `st.cache_resource`
has too, stays one list, as at Rerun; a copy would hide from one what the other has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from fluxlit_component.codec import is_immutable
from fluxlit_component.state import live
from fluxlit_component.tab.page import NOTHING
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab, others_with


def hand_over(tab: Tab, policy: Policy, stored: Iterable[str]) -> dict[str, object]:
    """Take over what the tab's last Streamlit session had: the same session, the same person.

    `stored`: keys whose values the record has, and that may be those of the last page as well.

    A tab whose browser is still connected keeps its own: this one is a copy, or shares the session.
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


def _also_stored(tab: Tab, other: Tab, keys: Iterable[str]) -> dict[str, object]:
    """What of the state of the `other` tab is the same as in the record that `tab` has loaded."""
    # With the first registered class, not before: each garbage collection looks at everything loaded.
    from fluxlit_component.codec.catalogue import is_outdated

    state, known, theirs = other.state(), tab.known.base, other.known.base
    plain = state.reading().plain if state is not None else {}
    return {
        key: plain[key]
        for key in keys
        if key in plain
        and key not in theirs.unsaved
        and theirs.data_of(key) == known.data_of(key)
        and not is_immutable(plain[key])
        and not is_outdated(plain[key])
    }
