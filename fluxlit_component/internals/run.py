"""One script run, seen through Streamlit's script context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qs

from streamlit.runtime.scriptrunner import get_script_run_ctx

from fluxlit_component.internals import pages
from fluxlit_component.internals.anchor import anchor_of
from fluxlit_component.internals.guard import guarded
from fluxlit_component.internals.session_state import (
    Outline,
    Reading,
    live_in,
    outline_of,
    read_directly,
    sent_in,
    user_key,
)

_APP_TEST_SESSION: Final = "test session id"
_RETRIES: Final = 5


class Run:
    """One script run, seen through Streamlit's script context."""

    def __init__(self, context: Any) -> None:
        self._context = context

    # --- which run this is -------------------------------------------------------------------

    @property
    def anchor(self) -> object:
        """An object that lives exactly as long as the Streamlit session and takes weak references."""
        return anchor_of(self._context, is_app_test=self.is_app_test)

    @property
    def is_app_test(self) -> bool:
        """Whether AppTest drives the script: there is no browser that could answer."""
        return getattr(self._context, "session_id", None) == _APP_TEST_SESSION

    @property
    def is_fragment(self) -> bool:
        """Whether only fragments run, not the whole script."""
        return bool(getattr(self._context, "fragment_ids_this_run", None))

    @property
    def script_path(self) -> str | None:
        """Path of the app's main script."""
        return getattr(self._context, "main_script_path", None)

    @property
    def url(self) -> str:
        """Where the visitor is: origin and path, as the browser sees it. Empty if that is not known."""
        return guarded(lambda: pages.url_of(self._context), "")

    @property
    def page_paths(self) -> Mapping[str, str]:
        """Path of each page's script (a function: its URL path) -> its URL path, "" for the default page."""
        return guarded(lambda: pages.paths_of(self._context), {})

    @property
    def page(self) -> str:
        """An opaque name of the page being run; changes when the visitor changes the page."""
        return str(guarded(lambda: self._context.page_script_hash, ""))

    @property
    def page_is_unresolved(self) -> bool:
        """Whether a sub-page was asked for and `st.navigation` has not said yet which pages exist.

        Ending the script now would make Streamlit forget the page.
        """
        return guarded(lambda: pages.is_unresolved(self._context.pages_manager), default=False)

    @property
    def token(self) -> object:
        """An object that is the same throughout one run and another one in the next."""
        return cast("object", self._context.cursors)

    def query_value(self, param: str) -> str | None:
        """The value of a query parameter of this run, if it has exactly one."""

        def look() -> str | None:
            found = parse_qs(self._context.query_string, keep_blank_values=True).get(param, [])
            return found[0] if len(found) == 1 else None

        return guarded(look, None)

    def set_query_value(self, param: str, value: str) -> None:
        """Set a query parameter of AppTest, which has no browser to hold it."""

        def act() -> None:
            import streamlit as st

            st.query_params[param] = value

        guarded(act, None)

    # --- session state without yield points --------------------------------------------------

    def read(self) -> dict[str, Any]:
        """All plain and user-keyed values.

        Unlike `st.session_state` this does not yield: it works while a rerun or stop is pending,
        which is just when the last chance to save comes.
        """
        return self.reading().values

    def reading(self) -> Reading:
        """The values, and which of them are those of widgets: both of the same moment."""
        safe = self._context.session_state
        for attempt in range(_RETRIES):
            try:
                found = guarded(lambda: read_directly(safe), None)
                return found or Reading(dict(safe.filtered_state), self.live_widgets())
            except RuntimeError:
                # A superseding run on another thread resized a dict under our hands.
                if attempt == _RETRIES - 1:
                    raise
        return Reading({}, {})

    def outline(self) -> Outline:
        """All that there is to know without asking for the value of a widget."""
        found = guarded(lambda: outline_of(self._context.session_state), None)
        if found is not None:
            return found
        state = self.read()
        return Outline(frozenset(state), state, self.live_widgets(), self.written_keys(), self.sent_keys())

    def write(self, values: Mapping[str, Any]) -> None:
        """Set values without yielding. Raises what Streamlit raises for a drawn widget's key."""
        safe = self._context.session_state
        inner = getattr(safe, "_state", None)
        if guarded(self._nothing_is_drawn, default=False) and isinstance(
            fresh := getattr(inner, "_new_session_state", None), dict
        ):
            fresh.update(values)  # what assigning does, once it has found that the key's widget is not drawn
            return
        target = inner if inner is not None else safe
        for key, value in values.items():
            target[key] = value

    def _nothing_is_drawn(self) -> bool:
        return not self._drawn_elements() and not self._of_this_run("form_ids_this_run")

    def lay_under(self, values: Mapping[str, Any]) -> None:
        """Give keys a value that anything newer hides.

        For widgets whose value the browser has sent but which are not drawn yet: Streamlit cannot read
        such a value, so an app that sets a default when the key is missing would overwrite it.
        """

        def act() -> None:
            old = self._context.session_state._state._old_state
            for key, value in values.items():
                old.setdefault(key, value)

        guarded(act, None)

    def drop(self, keys: Iterable[str]) -> None:
        """Delete keys without yielding; a missing one is no error."""
        safe = self._context.session_state
        inner = getattr(safe, "_state", None)
        target = inner if inner is not None else safe
        for key in keys:
            try:
                del target[key]
            except KeyError:
                continue

    # --- widgets -----------------------------------------------------------------------------

    def written_keys(self) -> frozenset[str]:
        """Keys set through session state since this run began, callbacks included."""
        return guarded(lambda: frozenset(self._context.session_state._state._new_session_state), frozenset())

    def live_widgets(self) -> dict[str, str]:
        """User key -> value type of each widget that has a value of its own right now.

        A widget that was not drawn in the last run has none: Streamlit swept it away, and what
        `st.session_state` shows under its key may be a leftover from before it was drawn.
        """
        return guarded(lambda: live_in(self._context.session_state), {})

    def drawn_keys(self) -> frozenset[str]:
        """User keys of the widgets drawn in this run so far."""

        def look() -> frozenset[str]:
            mapping = dict(self._context.session_state._state._key_id_mapper.id_key_mapping)
            return frozenset(mapping[element] for element in self._drawn_elements() if element in mapping)

        return guarded(look, frozenset())

    def _drawn_elements(self) -> frozenset[str]:
        return self._of_this_run("widget_ids_this_run")

    def _of_this_run(self, name: str) -> frozenset[str]:
        held = getattr(getattr(self._context, "shared", self._context), name)
        # A plain set at first, then one with a lock of its own, which 1.67 keeps somewhere else.
        return frozenset(held.snapshot() if hasattr(held, "snapshot") else held)

    def sent_keys(self) -> frozenset[str]:
        """User keys of the widgets whose values the browser sent along with this run."""
        return guarded(lambda: sent_in(self._context.session_state._state), frozenset())

    def sent_component_value(self, key: str) -> Mapping[str, Any] | None:
        """The state that the browser sent for the component mounted under `key`, before it is mounted.

        None if there is none, or if it cannot be read: the mount call then returns it, one step later.
        """

        def look() -> Mapping[str, Any] | None:
            states = self._context.session_state._state._new_widget_state.states
            for element, held in tuple(states.items()):
                if user_key(element) != key:
                    continue
                proto = held.value
                value = json.loads(proto.json_value) if hasattr(proto, "json_value") else proto
                return value if isinstance(value, Mapping) else None
            return None

        return guarded(look, None)


def current_run() -> Run | None:
    """The script run of this thread, or None outside of one (bare Python, another thread)."""
    context = get_script_run_ctx(suppress_warning=True)
    return Run(context) if context is not None else None
