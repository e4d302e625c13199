"""The internals of Streamlit's session state: its values, its widgets, and the values it carries on.

Access to `st.session_state` ends the run if a rerun or a stop is pending. Access by this module does not end
it, and also works for a Streamlit session without a run. Internals that a release may move are guarded.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from fluxlit_component.internals.assigned import Assigned
from fluxlit_component.internals.guard import fell_back, guard, tried
from fluxlit_component.internals.sent import Sent
from fluxlit_component.internals.widgets import (
    SELECTION,
    Widget,
    kind_of,
    plain_selection,
    streamlits_selection,
    user_key,
)

_STREAMLITS_OWN: Final = "$$STREAMLIT_INTERNAL_KEY"
_HAS_RUN: Final = f"{_STREAMLITS_OWN}_SCRIPT_RUN_WITHOUT_ERRORS"
_RETRIES: Final = 5
Values: TypeAlias = Mapping[str, Any]
EMPTY: Final[Values] = MappingProxyType({})  # one for all who have nothing to note
T = TypeVar("T")


@dataclass(repr=False)
class Reading:
    """Session state at one moment."""

    values: dict[str, Any]  # the values as the app sees them, of plain keys and of widgets
    widgets: Mapping[str, Widget]
    """Widgets with a value of their own. Streamlit has deleted the values of widgets not drawn last time."""
    plain: Mapping[str, Any]
    """Values stored under user keys. This includes a widget's key that was assigned before it was drawn."""


class State:
    """The session state of one Streamlit session, with or without a run."""

    def __init__(self, state: Any, lock: AbstractContextManager[Any] | None = None) -> None:
        self._state = state
        self._lock = lock if lock is not None else nullcontext()

    @property
    def sent(self) -> Sent:
        """What the browser has sent with this run."""
        return Sent(self._state)

    def reading(self) -> Reading:
        """The values, and which of them belong to widgets, all of the same moment."""
        return self._look(self._read, lambda: Reading(dict(self._state.filtered_state), {}, {}))

    def widget_keys(self) -> frozenset[str]:
        """Keys of the widgets that have a value of their own now."""
        return self._look(lambda: frozenset(key for key, _, known in self._widgets() if known), frozenset)

    def registered_keys(self) -> frozenset[str]:
        """User keys of the drawn widgets, whether a value is the widget's own or was taken over."""
        with guard:
            known = self._state._new_widget_state.widget_metadata
            return frozenset(key for element, key in self._keys().items() if element in known)
        return frozenset()

    def forgotten(self, known: frozenset[str] = frozenset()) -> frozenset[str]:
        """Keys whose values only the browser has. Those of `known` without a value now are noted as such."""
        with guard:
            ids, held = self._state._key_id_mapper, getattr(self._state._new_session_state, "forgotten", {})
            held.update({key: ids.get_id_from_key(key) for key in known - self.widget_keys() if key in ids})
            return frozenset(key for key in held if ids.get_id_from_key(key, None) == held[key])
        return frozenset()

    def written_keys(self) -> frozenset[str]:
        """Keys set through session state since this run began, callbacks included."""
        return tried(lambda: frozenset(self._state._new_session_state), frozenset())

    def assigned_keys(self) -> frozenset[str]:
        """Those of `written_keys` that the app has assigned itself, or anew."""
        carried = tried(lambda: getattr(self._state._new_session_state, "carried", ()), ())
        return self.written_keys().difference(carried)

    def retained_keys(self) -> frozenset[str]:
        """Those of `assigned_keys` to which the app has assigned the value that they had."""
        with guard:
            old, new, ids = self._state._old_state, self._state._new_session_state, self._state._key_id_mapper
            sent, found = self._state._new_widget_state, set[str]()
            for key in self.assigned_keys():
                element = ids.get_id_from_key(key, None)
                held = sent.get(element, new), old.get(element, new), old.get(key, new)
                found.update(key for value in held if value is new[key])
            return frozenset(found)
        return frozenset()

    def assigned_before(self) -> frozenset[str]:
        """What `assigned_keys` was at the end of the last run."""
        return tried(lambda: getattr(self._state._new_session_state, "before", frozenset()), frozenset())

    def accepted_keys(self) -> frozenset[str]:
        """Those of `note_carried` that widgets took over, once another run or a fragment has begun since."""
        with guard:
            new = self._state._new_session_state
            return frozenset(() if getattr(new, "carried", True) else new.accepted)
        return frozenset()

    def values_under(self, keys: Iterable[str]) -> dict[str, Any]:
        """What is under the values of widgets with these keys, as the last run ended."""
        return tried(lambda: {k: self._state._old_state[k] for k in keys if k in self._state._old_state}, {})

    def emptied(self, keys: Iterable[str], *, is_late: bool = False) -> frozenset[str]:
        """Those of these keys that the app has deleted before their widgets were to take a value over.

        `is_late`: the next run has begun. Then Streamlit has noted the defaults of widgets like values, and
        older releases do not tell these from values that were taken over.
        """
        with guard:
            new, old, ids = self._state._new_session_state, self._state._old_state, self._state._key_id_mapper
            held = new.keys() | old.keys()
            moved = {key: None if is_late else ids.get_id_from_key(key, None) for key in keys}
            absent = frozenset(key for key in keys if held.isdisjoint((key, moved[key])))
            return absent if not is_late or _adopts_old_values() else frozenset()
        return frozenset()

    def keys_of_widgets(self) -> frozenset[str]:
        """User keys of all widgets drawn since the page was loaded."""
        return tried(lambda: frozenset(self._keys().values()), frozenset())

    def began_by_itself(self) -> bool:
        """Whether `st.rerun()` or similar began this run. Then values set by the last run are still new."""
        return tried(lambda: _HAS_RUN in self._state._new_session_state, otherwise=False)

    def write(self, values: Mapping[str, Any]) -> None:
        """Set values. For the key of a widget that is already drawn Streamlit's exception is raised."""
        for key, value in values.items():
            self._state[key] = value

    def carry_on(self, key: str, value: Any) -> None:
        """Set a widget's value like one that Streamlit carries from run to run, if the release allows that.

        True is always assigned: if a button has the key now, Streamlit refuses the assignment. Otherwise
        Streamlit would treat the value as a click.
        """
        value = streamlits_selection(value)
        if value is not True and _adopts_old_values() and self._is_vacant(key):
            self._state._old_state[key] = value
        else:
            self._state[key] = value

    def note_carried(self, keys: Iterable[str]) -> None:
        """Note that these keys were not assigned by the app, as long as it does not assign them anew."""
        with guard:
            state = self._state
            if not isinstance(state._new_session_state, Assigned):
                state._new_session_state = Assigned(state)
            state._new_session_state.carried.update(keys)
            state._new_session_state.accepted.update(keys)

    def lay_under(self, values: Mapping[str, Any]) -> None:
        """Give keys a value that any newer value hides.

        This is for widgets that are not drawn yet and whose value the browser has sent. Streamlit cannot read
        such a value, so an app that sets a default for a missing key would overwrite it.
        """
        with guard:
            for key, value in values.items():
                self._state._old_state.setdefault(key, streamlits_selection(value))

    def narrow(self, keys: Container[str], element: str, selection: Any) -> None:
        """Replace a selection that `carry_on` has set by the selection that Streamlit has reduced it to."""
        key, new = user_key(element), self._state._new_session_state
        held = new if key in new else self._state._old_state
        if key in keys and key in held:
            held[key] = streamlits_selection(selection)

    def settle(
        self, keys: Iterable[str], drawn: frozenset[str], under: Values = EMPTY, *, all_drawn: bool = False
    ) -> None:
        """Move values that were set under keys of drawn widgets to the ids of these widgets.

        From there a change of the page takes them away with their widgets, before the next page runs. It does
        not take what was assigned in the last run, so what the app itself has assigned stays where it is.
        `under`: what is under such keys then. `all_drawn`: also do what Streamlit does with the values of all
        widgets when another run begins. Else a change of the page loses what `persist_state=` is to keep.
        """
        with guard:
            state, ids = self._state, self._state._key_id_mapper
            old, new, held = state._old_state, state._new_session_state, state._new_widget_state
            keys = drawn.intersection(keys)
            for key in drawn if all_drawn else keys:
                element = ids.get_id_from_key(key, None)
                moves = key in keys and key in old
                if moves:
                    old.setdefault(element, old.pop(key))
                if key in getattr(new, "carried", ()) and key in new and element not in held.states:
                    old[element], moves = new.pop(key), True
                elif all_drawn and element in held.states:
                    old.setdefault(element, held[element])
                if moves and key in under:
                    old[key] = under[key]

    def tell_again(self, keys: Iterable[str]) -> None:
        """Have widgets send their values to the browser when they are drawn again."""
        with guard:
            for key in keys:
                element = self._state._key_id_mapper.get_id_from_key(key, None)
                if element in self._state._old_state:
                    self._state._old_state[key] = self._state._old_state[element]

    def forget(self, keys: Iterable[str], under: Values = EMPTY) -> None:
        """Drop values stored under these user keys in earlier runs. Values stored under widget ids stay."""
        with guard:
            for key in self._state._old_state.keys() & keys:
                del self._state._old_state[key]
                self.lay_under({key: under[key]} if key in under else {})

    def drop(self, keys: Iterable[str], under: Values | None = None) -> None:
        """Delete keys, as the app would. A missing key is no error.

        With `under` as Streamlit drops the values of widgets: what is under them is the value of the keys
        then, and they stay known as keys of widgets.
        """
        known: dict[str, str] = tried(lambda: {key: element for element, key in self._keys().items()}, {})
        for key in keys:
            with suppress(KeyError):
                del self._state[key]
                if under is not None and key in known:
                    self._state._key_id_mapper[key] = known[key]
                self.lay_under({key: under[key]} if under and key in under else {})

    def empty(self) -> None:
        """Drop all values: those of the app, those of widgets, and those that the browser sent."""
        own: dict[str, Any] = {}
        with guard:
            held = {**self._state._old_state, **self._state._new_session_state}
            own = {key: value for key, value in held.items() if key.startswith(_STREAMLITS_OWN)}
        self._state.clear()
        if own:
            self._state._old_state.update(own)

    def hide(self, key: str) -> Any:
        """Hide a widget's key from the app, if it is registered. Return the widget's id: its value stays."""
        with guard:
            ids = self._state._key_id_mapper
            if element := ids.get_id_from_key(key, None):
                ids.delete(key)
            return element
        return None

    def value_of(self, name: str, otherwise: Any = None) -> Any:
        """The value under a key, or of the widget with this id, whether it is hidden or not."""
        state = self._state
        return self._look(lambda: state[name] if name in state else otherwise, lambda: otherwise)  # noqa: SIM401

    def _look(self, look: Callable[[], T], otherwise: Callable[[], T]) -> T:
        for attempt in range(_RETRIES):
            try:
                with self._lock:
                    return look()
            except RuntimeError:
                # A newer run on another thread has resized a dict during the iteration.
                if attempt == _RETRIES - 1:
                    raise
            except Exception as error:  # noqa: BLE001 - a release has moved something
                fell_back(error)
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
            else:  # like `state[element]`, without looking up what is known here
                found[key] = state._getitem(element, key if key in new else None)
            if kind == SELECTION:
                found[key] = plain_selection(found[key])
        return Reading(found, widgets, plain)

    def _keys(self) -> dict[str, str]:
        """Element -> key, for all widgets drawn since the page was loaded."""
        return dict(self._state._key_id_mapper.id_key_mapping)

    def _widgets(self) -> Iterator[tuple[str, str, Any]]:
        """Key, element and metadata of each widget that has a value of its own."""
        # A value that the browser sent for a widget that is not drawn yet cannot be read, and does not count.
        # A value that an app assigns to the key of a widget is the widget's value. Metadata is None if
        # Streamlit has dropped it.
        old, new = self._state._old_state, self._state._new_session_state
        sent = self._state._new_widget_state.states
        metadata = self._state._new_widget_state.widget_metadata
        for element, key in self._keys().items():
            if element.startswith(_STREAMLITS_OWN):
                continue
            known = metadata.get(element)
            if element in old or (known is not None and (element in sent or key in new)):
                yield key, element, known

    def _is_vacant(self, key: str) -> bool:
        """Whether this state has no newer value for `key` than the one stored under the user key."""
        with guard:
            state, element = self._state, self._state._key_id_mapper.get_id_from_key(key, None)
            held = element is not None and (element in state._old_state or element in state._new_widget_state)
            return not held and key not in state._new_session_state
        return False


@cache
def _adopts_old_values() -> bool:
    """Whether a widget takes over the value under its key from an earlier run and sends it to the browser.

    Then no assignment is needed, and Streamlit does not warn that the widget also has a default.
    """
    with guard:
        from streamlit.runtime.state import SessionState
        from streamlit.runtime.state.common import WidgetMetadata

        state: Any = SessionState()
        state._old_state["key"] = "kept"
        metadata: Any = WidgetMetadata("$$ID-probe-key", lambda *_: "", str, "string_value")
        return bool(state.register_widget(metadata, "key").value_changed)
    return False
