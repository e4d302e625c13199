"""Sessions that do one thing wrong each: what the harness must find, or it finds nothing at all."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state import WStates

from tests.law.browser import Browser
from tests.law.collection import App
from tests.law.ideal import Ideal
from tests.law.null_session import NullSession


class PutsHiddenBack(Ideal):
    """Puts the values of widgets that are not drawn back at the start of each run."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.seen: dict[str, Any] = {}

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().url_session(*args, **kwargs)
        inner = get_script_run_ctx().session_state._state
        mapper = inner._key_id_mapper
        self.seen.update({key: value for key, value in inner.filtered_state.items() if key in mapper})
        for key in self.seen.keys() - inner.filtered_state.keys():
            inner._new_session_state[key] = self.seen[key]
        return session


class AddsKey(Ideal):
    """Has a key of its own in `st.session_state`."""

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        st.session_state["_session"] = "mine"
        return super().url_session(*args, **kwargs)


class SwallowsCallback(Ideal):
    """Lets the first callback of each run get lost."""

    @contextmanager
    def _watch(self) -> Iterator[None]:
        real, lost = WStates.call_callback, []

        def call_callback(states: Any, widget_id: str) -> Any:
            metadata = states.widget_metadata.get(widget_id)
            if not lost and metadata is not None and metadata.callback is not None:
                lost.append(widget_id)
                return None
            return real(states, widget_id)

        with mock.patch.object(WStates, "call_callback", call_callback), super()._watch():
            yield


class LosesPlainValue(Ideal):
    """Loses a value that the app has put into `st.session_state` on F5."""

    def kept(self, browser: Browser) -> tuple[dict[str, Any], dict[str, str]]:
        values, ids = super().kept(browser)
        plain = sorted(name for name in values if not name.startswith("$$"))
        return {name: value for name, value in values.items() if name not in plain[:1]}, ids


class LosesWidget(Ideal):
    """Loses what a visitor has chosen on F5."""

    def kept(self, browser: Browser) -> tuple[dict[str, Any], dict[str, str]]:
        values, _ = super().kept(browser)
        return {name: value for name, value in values.items() if not name.startswith("$$")}, {}


class RevivesDeleted(Ideal):
    """Brings back on F5 what the app has deleted."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.ever: dict[str, Any] = {}

    def look(self) -> None:
        super().look()
        inner = get_script_run_ctx().session_state._state
        mapper = inner._key_id_mapper
        self.ever.update({key: value for key, value in inner.filtered_state.items() if key not in mapper})

    def kept(self, browser: Browser) -> tuple[dict[str, Any], dict[str, str]]:
        values, ids = super().kept(browser)
        return {**self.ever, **values}, ids


class KeepsStaleValue(Ideal):
    """Gives back on F5 what was there when the last full run began, so that what a fragment did is lost."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.last: dict[str, Any] = {}

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().url_session(*args, **kwargs)
        self.last = dict(get_script_run_ctx().session_state._state.filtered_state)
        return session

    def kept(self, browser: Browser) -> tuple[dict[str, Any], dict[str, str]]:
        values, ids = super().kept(browser)
        return {name: self.last.get(name, value) for name, value in values.items()}, ids


class RunsTwice(Ideal):
    """Lets the whole app run twice after F5."""

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        is_first = self._kept is not None
        session = super().url_session(*args, **kwargs)
        return _Again() if is_first else session


class _Again(NullSession):
    def __exit__(self, *reason: object) -> None:
        st.rerun()


class DrawsSomething(Ideal):
    """Draws a line of its own onto the page."""

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        st.caption("kept")
        return super().url_session(*args, **kwargs)


class Talks(Ideal):
    """Logs a warning about nothing."""

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        logging.getLogger("fluxlit_component.law").warning("hello")
        return super().url_session(*args, **kwargs)


FAULTY = (
    PutsHiddenBack,
    AddsKey,
    SwallowsCallback,
    LosesPlainValue,
    LosesWidget,
    RevivesDeleted,
    KeepsStaleValue,
    RunsTwice,
    DrawsSomething,
    Talks,
)
