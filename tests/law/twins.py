"""The two sides of the law: an app without a session, and the same app with one.

What the app is handed as `url_session` is all that differs. Each side notes what the app can see in
`st.session_state` when the session has opened and before it closes, and which callbacks ran.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from unittest import mock

from streamlit.runtime.state.session_state import WStates

import fluxlit_component
from fluxlit_component.testing import AppTestServer, AppTestTab
from tests.law.browser import Browser
from tests.law.canonical import canonical
from tests.law.collection import App
from tests.law.null_session import Looked, NullSession
from tests.law.process import nimble_process
from tests.law.visitor import RERUN, Deed, Reload, do

STAGE: Final = Path(__file__).with_name("stage.py")
_MODULE: Final = "fluxlit_component"


class Side:
    """An app in a browser tab, with something as its `url_session`."""

    name = "side"

    def __init__(self, app: App) -> None:
        self.app = app
        self.calls: list[str] = []
        self.looks: list[tuple[tuple[int, int], dict[str, str]]] = []
        """Which script it was, of which page, and what the app saw in it."""
        self.logged: list[str] = []
        self.before: list[Browser] = []
        """Pages that F5 has left: their Streamlit sessions live on for a while."""
        self.browser = self.make()

    def make(self) -> Browser:
        """A page that has not run yet."""
        browser = Browser(str(self.app.script or STAGE))
        browser.watch = self._watch
        browser.app = self.app.body
        return browser

    def start(self) -> None:
        """Open the app."""
        self.browser.run()

    def do(self, deed: Deed) -> None:
        """Do what the visitor does."""
        for told in (self.calls, self.looks, self.logged):
            told.clear()
        if isinstance(deed, Reload):
            self.reload()
        else:
            do(self.browser, deed)

    def reload(self) -> None:
        """Press F5."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what the side has opened."""

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        """What the app calls."""
        raise NotImplementedError

    def _open(self, *args: Any, **kwargs: Any) -> Looked:
        session = self.url_session(*args, **kwargs)
        self.look()
        return Looked(session, self.look)

    def look(self) -> None:
        """Note what the app sees in `st.session_state` now."""
        browser = Browser.running
        assert browser is not None
        values = {key: canonical(value) for key, value in browser.seen.values.items()}
        self.looks.append(((id(browser), browser.starts), values))

    @contextmanager
    def _watch(self) -> Iterator[None]:
        listener = _Listener(self.logged)
        logger = logging.getLogger(_MODULE)
        logger.addHandler(listener)
        module = self.app.module
        try:
            with (
                nimble_process(),
                mock.patch.object(fluxlit_component, "url_session", self._open),
                mock.patch.object(module, "url_session", self._open) if module else nimble_process(),
                mock.patch.object(WStates, "call_callback", _noting(self.calls)),
            ):
                yield
        finally:
            logger.removeHandler(listener)


class Plain(Side):
    """The app without a session: F5 would lose everything, so the visitor presses R."""

    name = "without"

    def reload(self) -> None:
        do(self.browser, RERUN)

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        return NullSession()


class Ours(Side):
    """The app with `url_session`, its store in memory."""

    name = "with"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._store = fluxlit_component.InMemorySessionStore()
        self._server = AppTestServer("never-opened.db")
        self._server.__enter__()
        self._tab: AppTestTab | None = None

    def start(self) -> None:
        self._tab = self._server.visit(self.make, query_params={}, secrets={})
        self.browser = self._tab.at

    def reload(self) -> None:
        assert self._tab is not None
        self.before.append(self.browser)
        self._tab.reload()
        self.browser = self._tab.at

    def close(self) -> None:
        self._server.__exit__(None, None, None)

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        return _real(*args, **{"store": self._store, **kwargs})


_real: Final = fluxlit_component.url_session


class _Listener(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


def _noting(calls: list[str]) -> Callable[..., Any]:
    """`WStates.call_callback`, which notes whose callback runs."""
    real = WStates.call_callback

    @functools.wraps(real)
    def call_callback(self: Any, widget_id: str) -> Any:
        with suppress(KeyError, AttributeError):
            callback = self.widget_metadata[widget_id].callback
            name = getattr(getattr(callback, "func", callback), "__qualname__", "")
            module = str(getattr(getattr(callback, "func", callback), "__module__", ""))
            if callback is not None and not module.startswith(_MODULE):
                calls.append(f"{name} of {widget_id.rpartition('-')[2]}")
        return real(self, widget_id)

    return call_callback
