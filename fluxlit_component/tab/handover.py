"""What a page hands over to the page after F5 in the same process, beside what is in the record.

These are values that the store could not take, objects that no store can hold, and objects that others may
hold, too. They go to the same session and the same person only.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from fluxlit_component.codec import decode, is_immutable
from fluxlit_component.codec.origin import split
from fluxlit_component.errors import CorruptValue
from fluxlit_component.internals import EMPTY, Reading
from fluxlit_component.state.live import here
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import others_with


def take_unsaved(tab: Tab, values: dict[str, Any]) -> None:
    """Take over changes of the page before F5 that the store could not take, and nobody has written since."""
    known = tab.known.base
    for other in _left(tab, tab.sid or ""):
        theirs = other.known.base
        for key, data in theirs.unsaved.items():
            if theirs.versions.get(key, 0) == known.versions.get(key, 0):
                known.unsaved[key] = data
                values.pop(key, None)
                with suppress(CorruptValue):  # of a class that has changed since
                    if data is not None:
                        values[key], known.origins[key] = decode(data), split(data)[0]
        if theirs.unsaved and not other.taken:  # results that it has taken only that page can save
            other.superseded = True
            theirs.unsaved.clear()  # what is deleted from here on must not come from there again


def hand_over(tab: Tab, policy: Policy, stored: Container[str]) -> dict[str, object]:
    """Take over values by reference from the page before F5: for the same session and the same person.

    These are live values that the record names (else another process may have newer ones) or that the store
    has not taken yet, and mutable values under `stored` keys that record and last page have alike. So a list
    stays one list, as after Rerun, if two keys hold it, or a client, a thread or `st.cache_resource`, too.

    A tab whose browser is still connected keeps its values: `tab` is its copy, or shares the session. A page
    hands its values over once. The base gets the origins of the live values, and returned are all values.
    """
    if policy.live_seconds <= 0 or tab.sid is None or tab.ids.joined or tab.is_private:
        return {}
    values, known, page = dict[str, object](), tab.known.base, tab.page
    named = {key for key, process in tab.naming.items() if process == here()}
    for other in _left(tab, tab.sid, *tab.ids.retiring):
        if not other.has_handed:
            values |= _also_stored(tab, other, stored)
            named |= other.live.keys() if other.standing.status == "degraded" else set()  # not noted yet
            live = other.live.keys() & named - known.present()  # a stored value is newer
            values |= {key: other.live[key] for key in live}
            known.origins |= {key: other.page.live[key] for key in live & other.page.live.keys()}
            page.assigned |= live - other.page.live.keys()
            page.under = {**page.under, **{k: v for k, v in other.page.live_under.items() if k in live}}
            other.live, other.has_handed = EMPTY, True
    return values


def _left(tab: Tab, *sids: str) -> Iterator[Tab]:
    """The pages of these sessions that the same person has left."""
    others = chain.from_iterable(others_with(sid, tab) for sid in sids)
    return (other for other in others if other.has_gone and other.ids.person in (None, tab.ids.person))


def _also_stored(tab: Tab, other: Tab, keys: Container[str]) -> dict[str, object]:
    """Mutable values of the `other` tab that are the same in the record that `tab` has loaded."""
    state, known, theirs = other.state(), tab.known.base, other.known.base
    reading = state.reading() if state is not None else Reading({}, {}, {})
    # Texts and numbers are left out first: comparing them by their bytes would encode each of them twice.
    return {
        key: value
        for key, value in reading.plain.items()
        if key in keys
        and key not in reading.widgets  # the widget has a value of its own, and this one is older
        and not is_immutable(value)
        and key not in theirs.unsaved
        and theirs.data_of(key) == known.data_of(key)
    }
