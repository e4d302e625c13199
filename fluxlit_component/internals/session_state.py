"""The insides of Streamlit's session state, read in one go.

Unlike `st.session_state` none of this yields to Streamlit: it works while a rerun or a stop is pending.
Nothing here is guarded; `Run` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

_KEYED_ELEMENT: Final = re.compile(r"\$\$ID-[^-]+-(.+)", re.DOTALL)


class Reading(NamedTuple):
    """Session state at one moment."""

    values: dict[str, Any]
    """As `Run.read`."""
    live: Mapping[str, str]
    """As `Run.live_widgets`."""


class Outline(NamedTuple):
    """What session state holds at one moment, without a look at the values of widgets."""

    names: frozenset[str]
    """The keys that `Run.read` would give."""
    held: Mapping[str, Any]
    """Key -> value of those that belong to no widget; and what Streamlit keeps under names of its own."""
    live: Mapping[str, str] = MappingProxyType({})
    """As `Run.live_widgets`."""
    written: frozenset[str] = frozenset()
    """As `Run.written_keys`."""
    sent: frozenset[str] = frozenset()
    """As `Run.sent_keys`."""


def read_directly(safe: Any) -> Reading:
    """What `filtered_state` gives, without its five look-ups for each key that belongs to no widget."""
    with safe._lock:
        state = safe._state
        new = state._new_session_state
        found, live = {**state._old_state, **new}, {}
        for element, key, known in _widgets(state):
            if known is not None:
                live[key] = known.value_type
            if getattr(known, "presenter", None) is not None:
                found[key] = state[element]
            else:  # the same without looking up what is known here
                found[key] = state._getitem(element, key if key in new else None)
        return Reading({key: value for key, value in found.items() if not key.startswith("$$")}, live)


def outline_of(safe: Any) -> Outline:
    """All that there is to know without asking for the value of a widget."""
    with safe._lock:
        state = safe._state
        held = {**state._old_state, **state._new_session_state}
        names = {key for key in held if not key.startswith("$$")}
        live: dict[str, str] = {}
        for _, key, known in _widgets(state):
            names.add(key)
            if known is not None:
                live[key] = known.value_type
        return Outline(frozenset(names), held, live, frozenset(state._new_session_state), sent_in(state))


def live_in(safe: Any) -> dict[str, str]:
    """As `Run.live_widgets`."""
    with safe._lock:
        return {key: known.value_type for _, key, known in _widgets(safe._state) if known is not None}


def sent_in(state: Any) -> frozenset[str]:
    """As `Run.sent_keys`."""
    sent = tuple(state._new_widget_state.states)
    return frozenset(key for element in sent if (key := user_key(element)) is not None)


def _widgets(state: Any) -> Iterator[tuple[str, str, Any]]:
    """Each keyed widget with a value of its own: id, key, metadata (None: Streamlit has dropped it).

    What the browser sent for a widget that is not drawn yet cannot be read, and does not count.
    """
    old, sent = state._old_state, state._new_widget_state.states
    metadata = state._new_widget_state.widget_metadata
    for element, key in state._key_id_mapper.id_key_mapping.items():
        known = metadata.get(element)
        if element in old or (known is not None and element in sent):
            yield element, key, known


@lru_cache(maxsize=4096)
def user_key(element: str) -> str | None:
    """The key that an app gave to the widget with this id, if it gave one."""
    match = _KEYED_ELEMENT.fullmatch(element)
    return match.group(1) if match else None
