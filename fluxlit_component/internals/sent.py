"""What the browser has sent with a run: the values of widgets, and clicks.

Streamlit cannot read a value before its widget is drawn in this process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fluxlit_component.internals.guard import guard
from fluxlit_component.internals.widgets import user_key

_CLICKS: Final = ("trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value")


class Sent:
    """What the browser has sent with the present run of one Streamlit session."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def keys(self) -> frozenset[str]:
        """User keys of the widgets whose values the browser sent along with this run."""
        with guard:
            sent = tuple(self._state._new_widget_state.states)
            return frozenset(key for element in sent if (key := user_key(element)) is not None)
        return frozenset()

    def encoded(self, *, clicks: bool = False) -> dict[str, bytes]:
        """Element -> encoded value, for all that the browser sent with this run. `clicks`: include clicks."""
        with guard:
            held = self._state._new_widget_state
            protos = {element: held.get_serialized(element) for element in tuple(held.states)}
            return {
                element: proto.SerializeToString(deterministic=True)
                for element, proto in protos.items()
                if proto is not None and (clicks or proto.WhichOneof("value") not in _CLICKS)
            }
        return {}

    def clicks(self) -> frozenset[str]:
        """Elements of the buttons and the like that were clicked."""
        with guard:
            return frozenset(e for e in tuple(self._state._new_widget_state.states) if self._click_on(e))
        return frozenset()

    def _click_on(self, element: str) -> Any:
        click = self._state._new_widget_state.get_serialized(element)
        kind = click.WhichOneof("value") if click is not None else None
        return click if kind in _CLICKS and getattr(click, kind) else None

    def of_component(self, key: str) -> Mapping[str, Any] | None:
        """The state that the browser sent for the component with this `key`, before the component is mounted.

        None if there is no state or it cannot be read. Then the mount call returns the state later.
        """
        with guard:
            for element, held in tuple(self._state._new_widget_state.states.items()):
                if element.endswith(key) and user_key(element) == key:
                    proto = held.value
                    value = json.loads(proto.json_value) if hasattr(proto, "json_value") else proto
                    return value if isinstance(value, dict) else None
        return None

    def unknown(self) -> frozenset[str]:
        """Widgets whose values the browser sent with this run, and that this process has not drawn yet."""
        with guard:
            held = self._state._new_widget_state
            return frozenset(element for element in tuple(held.states) if element not in held.widget_metadata)
        return frozenset()

    def take_click(self, element: str) -> Any:
        """If a widget was clicked and has a callback, remove its click from the sent values and return it."""
        with guard:
            held, click = self._state._new_widget_state, self._click_on(element)
            if click is not None and held.widget_metadata[element].callback is not None:
                del held.states[element]
                return click
        return None

    def ignore(self, values: Mapping[str, bytes]) -> None:
        """Remove these values from those that the browser sent. Other values of the same elements stay."""
        with guard:
            states = self._state._new_widget_state.states
            for element in values.items() & self.encoded(clicks=True).items():
                del states[element[0]]
