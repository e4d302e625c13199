"""What was assigned to session state in this run, by the app and by this package."""

from __future__ import annotations

from typing import Any

from fluxlit_component.internals.widgets import drawn_elements


class Assigned(dict[str, Any]):
    """What was assigned in this run. It tells what the app has assigned from what was carried on that way."""

    def __init__(self, state: Any) -> None:
        super().__init__(state._new_session_state)
        self.carried, self.accepted, self.before = set[str](), set[str](), frozenset[str]()
        self.forgotten = dict[str, str]()  # key -> widget, see `State.forgotten`
        self._ids, self._widgets = state._key_id_mapper, state._new_widget_state

    def __setitem__(self, key: str, value: Any) -> None:
        self.accepted.discard(key)
        # Only Streamlit assigns to a widget that is drawn already: the value was none of its options.
        if key in self.carried and self._ids.get_id_from_key(key, None) not in drawn_elements():
            self.carried.discard(key)
        super().__setitem__(key, value)

    def clear(self) -> None:
        """Begin the next run."""
        self.before = frozenset(self) - self.carried
        if self.carried:  # else a fragment has begun this run
            drawn = {key: self._ids.get_id_from_key(key, None) for key in self.accepted}
            sent = {key for key in drawn if drawn[key] in self._widgets.states and key not in self}
            self.accepted = {key for key in drawn if drawn[key]} - sent
        self.carried.clear()
        self.forgotten.clear()
        super().clear()
