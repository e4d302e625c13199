"""AppTest with continuity: browser tabs that can be reloaded, and a server whose restart is simulated.

For the fixture `url_session_apptest`, or as a context manager. There is no second process, so the data in the
app's own modules outlives `restart`. AppTest has no memory, so a tab remembers the session ids, as the bridge
does. What only a browser shows (the gate, the address bar, Back) is tested with `ContinuityPage`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import patch

import streamlit as st
from streamlit.runtime.state.common import TESTING_KEY
from streamlit.testing.v1 import AppTest
from typing_extensions import Self

from fluxlit_component import internals, settings
from fluxlit_component.apptest import testmode
from fluxlit_component.arguments import of_type
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.internals.process import forget_pages_of_process
from fluxlit_component.stores.assembly import choose_store
from fluxlit_component.stores.base import SessionStore
from fluxlit_component.stores.location import close_stores, open_store
from fluxlit_component.stores.sealed import SealedStore, sealing_of
from fluxlit_component.stores.values import values_of
from fluxlit_component.tab.tabs import forget_tabs, leave_page, sids_held_for

_COLD_SECONDS: Final = 30.0  # the first run of a process imports many modules
_EVENTS: Final = (None, "trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value")
"""Values that are sent once, as a click is: the session remembers them, the page's widget does not."""
_ON: Final = {"FLUXLIT_FORCE_URL_SESSION_IN_TESTS": "1", "FLUXLIT_DISABLE_URL_SESSION": ""}
_PAGE: Final = "_finished_page_script_hash"
"""The page on which the last run ended, if the release has it. `_page_hash` is a page to go to."""
_CLEARED: Final = "_cleared_form_ids"
"""Forms that have emptied themselves. Where AppTest knows forms, the session has the values of the others."""


class AppTestServer:
    """Runs apps in AppTest with continuity on, as long as it is open.

    Args:
        file: where the sessions are, unless `open` is told another store.
    """

    def __init__(self, file: Path | str) -> None:
        self.file = f"sqlite:///{Path(file).resolve()}"
        self._tabs: weakref.WeakSet[AppTestTab] = weakref.WeakSet()
        self._newest: AppTestTab | None = None
        self._undo = ExitStack()

    @property
    def store(self) -> SessionStore:
        """The store of the tab that was opened last."""
        return cast("SessionStore", open_store(self.file)) if self._newest is None else self._newest.store

    def open(
        self,
        app: Path | str | Callable[..., Any],
        *,
        store: SessionStore | str | None = None,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        query_params: Mapping[str, Any] | None = None,
        secrets: Mapping[str, Any] | None = None,
        timeout: float = _COLD_SECONDS,
    ) -> AppTestTab:
        """Open the app in a tab of a new visitor and let it run once.

        Args:
            app: path of the script, or a function whose body is the script.
            store: what this tab uses, an object or a URL, whatever the app names. Default: a store object
                that the app names itself, else a file of the test's own; a store that the app names by URL
                is not touched.
            args: arguments of a function.
            kwargs: keyword arguments of a function.
            query_params: those of the visitor's first request.
            secrets: what the app finds in `st.secrets`.
            timeout: seconds that one run may take.
        """
        if not callable(app) and (args or kwargs):
            raise ConfigurationError("args and kwargs are for an app that is a function, not for a path")
        make = (
            partial(AppTest.from_function, app, args=args, kwargs=dict(kwargs or {}), default_timeout=timeout)
            if callable(app)
            else partial(AppTest.from_file, str(Path(app).resolve()), default_timeout=timeout)
        )
        return self.visit(make, store=store, query_params=query_params, secrets=secrets)

    def visit(self, make: Callable[[], AppTest], *, store: Any = None, **given: Any) -> AppTestTab:
        """Open the AppTest that `make` returns in a tab of a new visitor; run it with what is `given`."""
        of_type(Mapping | None, "names with values", **given)
        if testmode.stand_in is None:
            raise ConfigurationError("the server is not open: write `with AppTestServer(file) as server:`")
        forget_pages_of_process()
        self._newest = tab = AppTestTab(self, make, store)
        for name, values in given.items():
            getattr(tab.at, name).update(values or {})
        self._tabs.add(tab)
        return tab.run()

    def restart(self) -> None:
        """Do what `AppTestTab.restart_server` says, for every tab."""
        for tab in tuple(self._tabs):  # each remembers its ids, which are still known
            tab.reconnect()
        close_stores()
        forget_tabs()
        st.cache_data.clear()
        st.cache_resource.clear()

    def __enter__(self) -> Self:
        self._undo.enter_context(patch.dict(settings.forced, _ON))
        self._undo.enter_context(patch.object(testmode, "stand_in", self._store_for))
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()
        forget_pages_of_process()
        close_stores()

    def _store_for(self, asked: object) -> object:
        run, named = internals.current_run(), None if isinstance(asked, str) else asked
        if (tab := getattr(run and run.anchor, "browser", None)) is None:  # an AppTest without a tab
            return open_store(self.file) if named is None else named
        tab.named = named
        return tab.store


class AppTestTab:
    """A tab that shows the app; `at` is the AppTest of its present Streamlit session."""

    def __init__(self, server: AppTestServer, make: Callable[[], AppTest], given: Any) -> None:
        self._server, self._make, self._given = server, make, given
        self.named: Any = None  # the store object that the app has named in its last run
        self.ids: dict[str, str] = {}  # query parameter -> session id: what the bridge keeps in a browser
        self.at = make()
        """The AppTest: elements, widgets, `session_state`, `query_params`. A reload replaces it."""
        internals.anchor_in_app_test(self.at).browser = self

    @property
    def store(self) -> SessionStore:
        """The store in use."""
        found = next(s for s in (self._given, self.named, self._server.file) if s is not None)
        return cast("SessionStore", open_store(found) if isinstance(found, str) else found)

    @property
    def sid(self) -> str | None:
        """The session id that the tab holds; None before the first run. Never print or log it."""
        return next(iter(self._held().values()), None)

    @property
    def stored(self) -> dict[str, Any]:
        """The values that the store has for this tab, unsealed; empty if there are none."""
        here = settings.load_settings(self.at.secrets.get("fluxlit") or internals.app_secrets())
        store = SealedStore(choose_store(self.store, here, None), sealing_of(on=False, keys=here.seal_keys))
        return (values_of(store.load(self.sid)) if self.sid is not None else None) or {}

    def run(self) -> Self:
        """Let the visitor do something: the script runs with what the widgets now hold."""
        self.at.run()
        if hasattr(self.at, _PAGE):
            self.at._page_hash = ""  # else the next run goes back to it, also after an `st.switch_page`
        return self

    def reload(self) -> Self:
        """Press F5: a new Streamlit session in the same tab, on the same page."""
        before, self.at = self.at, self._fresh()
        leave_page(internals.anchor_in_app_test(before))
        self.run()
        del before  # until now the old Streamlit session is held, as a server holds it
        return self

    def new_visitor(self, *, query_params: Mapping[str, Any] | None = None) -> AppTestTab:
        """Open the app in the tab of somebody else, on the same server."""
        given = {"query_params": query_params, "secrets": self.at.secrets}
        return self._server.visit(self._make, store=self._given, **given)

    def restart_server(self) -> Self:
        """Kill the server that all tabs of the test share and start it again. Nothing runs by itself.

        Streamlit's caches, the connections to the store and every Streamlit session are gone. `run` goes on
        without F5, as the browser does when its websocket is back: the widgets of the page keep what was
        typed into them. `reload` is F5 after the restart.
        """
        self._server.restart()
        return self

    def reconnect(self) -> None:
        """Take the open page over into a new Streamlit session, without running."""
        before, page, sent = self.at, self.at._tree, dict[str, Any]()
        for node in page:
            widget: Any = node
            with suppress(Exception):  # no widget, or a widget without a value, which sends none
                if widget._widget_state.WhichOneof("value") not in _EVENTS:
                    # The value of an untouched widget is read from the session, which is about to end.
                    widget._value = widget.value
                    if widget.proto.form_id and hasattr(before, _CLEARED):  # what was typed since is not sent
                        sent[widget.id] = before.session_state[widget.id]
        self.at = self._fresh()
        for element, value in sent.items():
            self.at.session_state[element] = value
        if hasattr(before, _CLEARED):
            setattr(self.at, _CLEARED, getattr(before, _CLEARED))
        # Under this key AppTest keeps how each widget writes its options.
        self.at.session_state[TESTING_KEY] = before.session_state[TESTING_KEY]
        page._runner, self.at._tree = self.at, page

    def _fresh(self) -> AppTest:
        before, fresh, self.ids = self.at, self._make(), self._held()
        internals.anchor_in_app_test(fresh).browser = self
        for name in ("query_params", "secrets", "user", "context"):  # as far as the release has them
            if hasattr(before, name):
                setattr(fresh, name, copy(getattr(before, name)))
        fresh._page_hash = before._page_hash or getattr(before, _PAGE, "")
        if hasattr(before, "_registered_pages"):
            fresh._registered_pages = before._registered_pages
        return fresh

    def _held(self) -> dict[str, str]:
        return {**self.ids, **sids_held_for(internals.anchor_in_app_test(self.at))}
