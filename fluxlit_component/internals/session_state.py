"""The insides of Streamlit's session state: what it holds, what of it is a widget's, what it will carry on.

Unlike `st.session_state` none of this yields to Streamlit: it works while a rerun or a stop is pending, and
for a Streamlit session that has no run. What a release may have moved is guarded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from fluxlit_component.internals.guard import fell_back, guard, nothing
from fluxlit_component.internals.selections import SELECTION, kind_of, plain_selection, streamlits_selection

_KEYED_ELEMENT: Final = re.compile(r"\$\$ID-[^-]+-(?!None\Z)(.+)", re.DOTALL)
_STREAMLITS_OWN: Final = "$$STREAMLIT_INTERNAL_KEY"
_RETRIES: Final = 5
_CLICKS: Final = ("trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value")
T = TypeVar("T")


class Widget(NamedTuple):
    """A keyed widget that has a value of its own."""

    kind: str
    """Streamlit's value type, or `SELECTION`."""
    element: str
    """Streamlit's id of it."""
    metadata: Any

    @property
    def default(self) -> object:
        """What it shows when nobody has set it; raises what the widget's own code raises."""
        try:
            found: object = self.metadata.deserializer(None)
            return plain_selection(found) if self.kind == SELECTION else found
        except TypeError:  # up to some 1.4x it takes the id, too
            return self.metadata.deserializer(None, self.element)

    @property
    def is_kept_by_streamlit(self) -> bool:
        """Whether Streamlit itself keeps the value while the widget is away (`persist_state=`, `bind=`)."""
        return bool(getattr(self.metadata, "persist_state", None) or getattr(self.metadata, "bind", None))


class Reading(NamedTuple):
    """Session state at one moment."""

    values: dict[str, Any]
    """As the app sees it: plain keys and those of widgets."""
    widgets: Mapping[str, Widget]
    """A widget that was not drawn in the last run has no value of its own: Streamlit swept it away."""
    plain: Mapping[str, Any]
    """What stands under plain names; under a widget's, too, if the key was assigned before it was drawn."""


class State:
    """The session state of one Streamlit session, with or without a run."""

    def __init__(self, state: Any, lock: AbstractContextManager[Any] | None = None) -> None:
        self._state = state
        self._lock = lock if lock is not None else nullcontext()

    # --- reading -----------------------------------------------------------------------------

    def reading(self) -> Reading:
        """The values, and which of them are those of widgets: all of the same moment."""
        return self._look(self._read, lambda: Reading(dict(self._state.filtered_state), {}, {}))

    def widget_keys(self) -> frozenset[str]:
        """Keys of the widgets that have a value of their own right now."""
        return self._look(lambda: frozenset(key for key, _, known in self._widgets() if known), frozenset)

    @guard(frozenset[str])
    def registered_keys(self) -> frozenset[str]:
        """User keys of the widgets that were drawn, with a value of their own or one that they took over."""
        mapping = tuple(self._state._key_id_mapper.id_key_mapping.items())
        known = self._state._new_widget_state.widget_metadata
        return frozenset(key for element, key in mapping if element in known)

    @guard(frozenset[str])
    def written_keys(self) -> frozenset[str]:
        """Keys set through session state since this run began, callbacks included."""
        return frozenset(self._state._new_session_state)

    @guard(frozenset[str])
    def sent_keys(self) -> frozenset[str]:
        """User keys of the widgets whose values the browser sent along with this run."""
        sent = tuple(self._state._new_widget_state.states)
        return frozenset(key for element in sent if (key := user_key(element)) is not None)

    @guard(dict[str, Any])
    def sent_values(self, *, clicks: bool = False) -> dict[str, bytes]:
        """Element -> encoded value, for all that the browser sent along with this run; clicks if asked."""
        held = self._state._new_widget_state
        protos = {element: held.get_serialized(element) for element in tuple(held.states)}
        return {
            element: proto.SerializeToString(deterministic=True)
            for element, proto in protos.items()
            if proto is not None and (clicks or proto.WhichOneof("value") not in _CLICKS)
        }

    @guard(nothing)
    def sent_component_value(self, key: str) -> Mapping[str, Any] | None:
        """The state that the browser sent for the component mounted under `key`, before it is mounted.

        None if there is none, or if it cannot be read: the mount call then returns it, one step later.
        """
        for element, held in tuple(self._state._new_widget_state.states.items()):
            if user_key(element) == key:
                proto = held.value
                value = json.loads(proto.json_value) if hasattr(proto, "json_value") else proto
                return value if isinstance(value, dict) else None
        return None

    @guard(bool)
    def began_by_itself(self) -> bool:
        """Whether this run was begun by `st.rerun()` and the like: what the last one set is still new."""
        return _ended() in self._state._new_session_state

    # --- writing -----------------------------------------------------------------------------

    def write(self, values: Mapping[str, Any]) -> None:
        """Set values. Raises what Streamlit raises for the key of a widget that is drawn already."""
        for key, value in values.items():
            self._state[key] = value

    def carry_on(self, key: str, value: Any) -> None:
        """Set the value of a widget as Streamlit carries one on from run to run, where a release allows it.

        True is assigned in any case: if a button has the key now, Streamlit refuses that, and does not take
        it for a click.
        """
        value = streamlits_selection(value)
        if value is not True and _adopts_old_values() and self._is_vacant(key):
            self._state._old_state[key] = value
        else:
            self._state[key] = value

    @guard(nothing)
    def lay_under(self, values: Mapping[str, Any]) -> None:
        """Give keys a value that anything newer hides.

        For widgets whose value the browser has sent but which are not drawn yet: Streamlit cannot read
        such a value, so an app that sets a default when the key is missing would overwrite it.
        """
        for key, value in values.items():
            self._state._old_state.setdefault(key, streamlits_selection(value))

    def narrow(self, keys: Container[str], element: str, selection: Any) -> None:
        """Replace a selection that `carry_on` has set by what Streamlit has left of it."""
        key, new = user_key(element), self._state._new_session_state
        held = new if key in new else self._state._old_state
        if key in keys and key in held:
            held[key] = streamlits_selection(selection)

    @guard(nothing)
    def settle(self, keys: Iterable[str], drawn: frozenset[str]) -> None:
        """Have drawn widgets own the values that were put there for them: no other trace is left."""
        state, ids = self._state, self._state._key_id_mapper
        for key in keys:
            element = ids.get_id_from_key(key, None)
            if key in drawn and key in state._old_state:
                state._old_state.setdefault(element, state._old_state.pop(key))

    @guard(nothing)
    def tell_again(self, keys: Iterable[str]) -> None:
        """Have widgets tell the browser their values when they are drawn again."""
        for key in keys:
            element = self._state._key_id_mapper.get_id_from_key(key, None)
            if element in self._state._old_state:
                self._state._old_state[key] = self._state._old_state[element]

    @guard(nothing)
    def forget(self, keys: Iterable[str]) -> None:
        """Drop what stands under plain names from earlier runs; values that widgets own stay."""
        for key in keys:
            self._state._old_state.pop(key, None)

    def drop(self, keys: Iterable[str]) -> None:
        """Delete keys; a missing one is no error."""
        for key in keys:
            try:
                del self._state[key]
            except KeyError:
                continue

    @guard(frozenset[str])
    def unknown_clicks(self) -> frozenset[str]:
        """Widgets that were clicked, or have sent a message, and that this process has not drawn yet."""
        held = self._state._new_widget_state
        unknown = [element for element in tuple(held.states) if element not in held.widget_metadata]
        protos = {element: held.get_serialized(element) for element in unknown}
        return frozenset(
            element
            for element, proto in protos.items()
            if proto is not None
            and (kind := proto.WhichOneof("value")) in _CLICKS
            and getattr(proto, kind) is not False
        )

    @guard(nothing)
    def take_click(self, element: str) -> Any:
        """Take the click on a widget as not sent, if it has a callback; return it then, else None."""
        held = self._state._new_widget_state
        if held.widget_metadata[element].callback is None:
            return None
        click = held.get_serialized(element)
        del held.states[element]
        return click

    @guard(nothing)
    def ignore(self, values: Mapping[str, bytes]) -> None:
        """Take what the browser sent for these elements as not sent, where it is exactly this."""
        states = self._state._new_widget_state.states
        for element in values.items() & self.sent_values(clicks=True).items():
            del states[element[0]]

    def empty(self) -> None:
        """Drop all there is: the app's values, those of widgets, and what the browser sent."""
        own = self._streamlits_own()
        self._state.clear()
        if own:
            self._state._old_state.update(own)

    @guard(nothing)
    def hide(self, key: str) -> None:
        """Take the key of a component out of the app's sight, if it is registered; its state stays."""
        ids = self._state._key_id_mapper
        if ids.get_id_from_key(key, None) is not None:
            ids.delete(key)

    @guard(dict[str, Any])
    def _streamlits_own(self) -> dict[str, Any]:
        held = {**self._state._old_state, **self._state._new_session_state}
        return {key: value for key, value in held.items() if key.startswith(_STREAMLITS_OWN)}

    # --- how it looks inside -----------------------------------------------------------------

    def _look(self, look: Callable[[], T], otherwise: Callable[[], T]) -> T:
        for attempt in range(_RETRIES):
            try:
                with self._lock:
                    return look()
            except RuntimeError:
                # A superseding run on another thread resized a dict under our hands.
                if attempt == _RETRIES - 1:
                    raise
            except Exception as error:  # noqa: BLE001 - a release has moved something
                fell_back(look, error)
                break
        return otherwise()

    def _read(self) -> Reading:
        state = self._state
        new = state._new_session_state
        plain = {k: v for k, v in {**state._old_state, **new}.items() if not k.startswith("$$")}
        found, widgets = dict(plain), {}
        for key, element, known in self._widgets():
            kind = kind_of(known)
            if known is not None:
                widgets[key] = Widget(kind, element, known)
            if getattr(known, "presenter", None) is not None:
                found[key] = state[element]
            else:  # the same without looking up what is known here
                found[key] = state._getitem(element, key if key in new else None)
            if kind == SELECTION:
                found[key] = plain_selection(found[key])
        return Reading(found, widgets, plain)

    def _widgets(self) -> Iterator[tuple[str, str, Any]]:
        """Key, element and metadata."""
        # What the browser sent for a widget that is not drawn yet cannot be read, and does not count.
        # What an app assigns to the key of a widget is the widget's. Metadata is missing where Streamlit
        # has dropped it.
        old, new = self._state._old_state, self._state._new_session_state
        sent = self._state._new_widget_state.states
        metadata = self._state._new_widget_state.widget_metadata
        for element, key in tuple(self._state._key_id_mapper.id_key_mapping.items()):
            if element.startswith(_STREAMLITS_OWN):
                continue
            known = metadata.get(element)
            if element in old or (known is not None and (element in sent or key in new)):
                yield key, element, known

    @guard(bool)
    def _is_vacant(self, key: str) -> bool:
        """Whether nothing in this state is newer than what stands under the plain name."""
        state, element = self._state, self._state._key_id_mapper.get_id_from_key(key, None)
        held = element is not None and (element in state._old_state or element in state._new_widget_state)
        return not held and key not in state._new_session_state


@lru_cache(maxsize=4096)
def user_key(element: str) -> str | None:
    """The key that an app gave to the widget with this id, if it gave one."""
    match = _KEYED_ELEMENT.fullmatch(element)
    return match.group(1) if match else None


@cache
def _ended() -> str:
    """The key under which Streamlit notes that a run has ended well."""
    from streamlit.runtime.state.session_state import SCRIPT_RUN_WITHOUT_ERRORS_KEY

    return SCRIPT_RUN_WITHOUT_ERRORS_KEY


@cache
@guard(bool)
def _adopts_old_values() -> bool:
    """Whether a widget takes over what stands under its key from an earlier run, and tells the browser.

    Then nothing has to be assigned, and Streamlit logs no warning of a widget that has a default, too.
    """
    from streamlit.runtime.state import SessionState
    from streamlit.runtime.state.common import WidgetMetadata

    state: Any = SessionState()
    state._old_state["key"] = "kept"
    metadata: Any = WidgetMetadata("$$ID-probe-key", lambda *_: "", str, "string_value")
    return bool(state.register_widget(metadata, "key").value_changed)
