"""The insides of Streamlit's session state, read in one go.

Unlike `st.session_state` none of this yields to Streamlit: it works while a rerun or a stop is pending.
Nothing here is guarded; `Run` does that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
        old, new, widgets = state._old_state, state._new_session_state, state._new_widget_state
        sent, metadata = widgets.states, widgets.widget_metadata
        found, live = {**old, **new}, {}
        for element, key in state._key_id_mapper.id_key_mapping.items():
            if element not in old and element not in sent:
                continue
            known = metadata.get(element)
            if known is not None:
                live[key] = known.value_type
            try:
                if getattr(known, "presenter", None) is not None:
                    found[key] = state[element]
                else:  # the same without looking up what is known here
                    found[key] = state._getitem(element, key if key in new else None)
            except KeyError:
                pass  # the browser sent it, and the widget is not drawn yet
        return Reading({key: value for key, value in found.items() if not key.startswith("$$")}, live)


def outline_of(safe: Any) -> Outline:
    """All that there is to know without asking for the value of a widget."""
    with safe._lock:
        state = safe._state
        old, new, widgets = state._old_state, state._new_session_state, state._new_widget_state
        sent, metadata = widgets.states, widgets.widget_metadata
        held = {**old, **new}
        names = {key for key in held if not key.startswith("$$")}
        live: dict[str, str] = {}
        for element, key in state._key_id_mapper.id_key_mapping.items():
            known = metadata.get(element)
            if element in old or (element in sent and known is not None):
                names.add(key)
                if known is not None:
                    live[key] = known.value_type
        shown = frozenset(key for element in sent if (key := user_key(element)) is not None)
        return Outline(frozenset(names), held, live, frozenset(new), shown)


@lru_cache(maxsize=4096)
def user_key(element: str) -> str | None:
    """The key that an app gave to the widget with this id, if it gave one."""
    match = _KEYED_ELEMENT.fullmatch(element)
    return match.group(1) if match else None
