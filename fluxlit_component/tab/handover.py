"""Live values pass from the page before F5 to the one after it, by reference."""

from __future__ import annotations

from itertools import chain

from fluxlit_component.state import live
from fluxlit_component.tab.page import NOTHING
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab, others_with


def hand_over(tab: Tab, policy: Policy) -> dict[str, object]:
    """Take over what the tab's last Streamlit session had: the same session, the same person.

    A tab whose browser is still connected keeps its own: this one is a copy, or shares the session.
    """
    if policy.live_seconds <= 0 or tab.sid is None or tab.ids.joined or tab.is_private:
        return {}
    sids = (tab.sid, *tab.ids.retiring)
    values = live.collect(sids, tab.ids.person)
    for other in chain.from_iterable(others_with(sid, tab) for sid in sids):
        if other.has_gone and other.ids.person in (None, tab.ids.person):
            values |= other.live
            other.live = NOTHING
    return values
