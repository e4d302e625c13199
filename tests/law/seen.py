"""`st.session_state` as the app sees it, and which of its values somebody has chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.runtime.state.session_state import WStates

from tests.law.canonical import canonical

EVENTS: Final = frozenset({"trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value"})
_LISTED: Final = "listed, and not there"


class Seen:
    """One Streamlit session's state. Looks into Streamlit's `SessionState` and changes nothing."""

    def __init__(self, inner: Callable[[], Any]) -> None:
        self._get = inner
        self.assigned: set[str] = set()
        """Keys that the app itself has given a value, widgets' among them."""
        self.first_days: dict[str, Any] = {}
        """Id of each date input -> its first default. If the app gives none, later ones are its value."""

    @property
    def inner(self) -> Any:
        """Streamlit's `SessionState`."""
        return self._get()

    @property
    def values(self) -> dict[str, Any]:
        """What is there by key.

        Asked for key by key: where a widget has just got another id or was deleted, older releases list
        values of both ids under its key, in no certain order.
        """
        inner, found = self.inner, {}
        for key in inner.filtered_state:
            try:
                found[key] = inner[key]
            except KeyError:
                found[key] = _LISTED
        return found

    @property
    def chosen(self) -> frozenset[str]:
        """Keys of widgets that somebody has given a value: not the default, or assigned by the app."""
        return frozenset(
            key
            for key, widget in self._widgets().items()
            if not self._is_event(widget)
            and (key in self.assigned or not self.knows(widget) or not self._is_default(widget))
        )

    @property
    def untouched(self) -> frozenset[str]:
        """Keys of the other widgets."""
        return frozenset(self._widgets()) - self.chosen

    @property
    def at_default(self) -> frozenset[str]:
        """Keys of widgets that show their defaults, whoever has chosen that."""
        return frozenset(
            key for key, widget in self._widgets().items() if self.knows(widget) and self._is_default(widget)
        )

    def knows(self, widget: str) -> bool:
        """Whether there is a widget of this id."""
        return widget in self.inner._new_widget_state.widget_metadata

    def is_forgotten(self, widget: str) -> bool:
        """Whether Streamlit has dropped the value of the widget of this id, and not the app."""
        inner = self.inner
        is_deleted = user_key_from_element_id(widget) and widget not in inner._key_id_mapper.id_key_mapping
        held = {*inner._old_state, *inner._new_widget_state.states}
        return self.knows(widget) and not is_deleted and widget not in held

    def read(self, state: WidgetState) -> Any:
        """The value that the app gets if the browser sends this."""
        read = WStates()
        read.set_widget_metadata(self.inner._new_widget_state.widget_metadata[state.id])
        read.set_widget_from_proto(state)
        return read[state.id]

    def default_of(self, widget: str) -> Any:
        """What a widget shows when nobody has chosen anything."""
        read = self.inner._new_widget_state.widget_metadata[widget].deserializer
        try:
            return read(None)
        except TypeError:  # older releases hand over the widget's id too
            return read(None, "")

    def note_assigned(self) -> None:
        """Note to which keys the app has assigned in the script that ends, and what dates began with."""
        for widget in filter(self.knows, self._widgets().values()):
            read = self.inner._new_widget_state.widget_metadata[widget].deserializer
            if type(getattr(read, "__self__", None)).__name__ == "DateInputSerde":
                self.first_days.setdefault(widget, canonical(self.default_of(widget)))
        self.assigned.update(key for key in self.inner._new_session_state if not key.startswith("$$"))

    def forget_gone(self) -> None:
        """Let go of keys that are not there any more."""
        self.assigned.intersection_update(self.inner.filtered_state)

    def _widgets(self) -> dict[str, str]:
        inner = self.inner
        mapper = inner._key_id_mapper
        return {key: mapper.get_id_from_key(key) for key in inner.filtered_state if key in mapper}

    def _is_default(self, widget: str) -> bool:
        try:
            value = self.inner[widget]
        except KeyError:
            return True
        default = canonical(self.default_of(widget))
        return canonical(value) == default == self.first_days.get(widget, default)

    def _is_event(self, widget: str) -> bool:
        """Whether a widget has no value that lasts: a click, a message that was sent."""
        metadata = self.inner._new_widget_state.widget_metadata.get(widget)
        return metadata is not None and metadata.value_type in EVENTS
