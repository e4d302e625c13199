"""What the tabs of one AppTest test share: a store, and a server process that can be played dead.

For the fixture `url_session_apptest`; a test suite without pytest makes it itself, as a context manager.
There is no second process: what the app's own modules hold outlives `restart`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st
from streamlit.testing.v1 import AppTest
from typing_extensions import Self

from fluxlit_component import internals
from fluxlit_component.apptest import testmode
from fluxlit_component.stores.base import SessionStore
from fluxlit_component.stores.location import close_stores, open_store
from fluxlit_component.tab.tab import forget_tabs
from fluxlit_component.testing.apptest_tab import AppTestTab

_COLD_SECONDS: Final = 30.0
"""The first run of a process imports much."""


class AppTestServer:
    """Runs apps in AppTest with continuity on, as long as it is open.

    Args:
        file: where the sessions are, unless `open` is told another store.
    """

    def __init__(self, file: Path | str) -> None:
        self._store: SessionStore | str = f"sqlite:///{Path(file).resolve()}"
        self._is_given = False
        self._tabs: weakref.WeakSet[AppTestTab] = weakref.WeakSet()
        self._before: Callable[[object], object] | None = None

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
            store: what to use, an object or a URL, whatever the app names. Default: a store object that
                the app names itself, else a file of the test's own; a store that the app names by URL is
                not touched.
            args: arguments of a function.
            kwargs: keyword arguments of a function.
            query_params: those of the visitor's first request.
            secrets: what the app finds in `st.secrets`.
            timeout: seconds that one run may take.
        """
        if store is not None:
            self._store, self._is_given = store, True
        make = (
            partial(AppTest.from_function, app, args=args, kwargs=dict(kwargs or {}), default_timeout=timeout)
            if callable(app)
            else partial(AppTest.from_file, str(Path(app).resolve()), default_timeout=timeout)
        )
        return self.visit(make, query_params=query_params or {}, secrets=secrets or {})

    def visit(
        self, make: Callable[[], AppTest], *, query_params: Mapping[str, Any], secrets: Mapping[str, Any]
    ) -> AppTestTab:
        """Open what `make` makes in a tab of a new visitor and let it run once."""
        internals.forget_pages_of_process()
        tab = AppTestTab(self, make, query_params=query_params, secrets=secrets)
        self._tabs.add(tab)
        return tab.run()

    @property
    def store(self) -> SessionStore:
        """The store in use: ``server.store.get(tab.sid)`` is what stands in it."""
        store = self._store
        return cast("SessionStore", open_store(store)) if isinstance(store, str) else store

    def restart(self) -> None:
        """Kill the server and start it again. The pages stay open and keep what is typed into them.

        Streamlit's caches, the connections to the store and every Streamlit session are gone. As in a
        browser that has reconnected, nothing runs until the visitor does something: `AppTestTab.run`.
        """
        close_stores()
        forget_tabs()
        st.cache_data.clear()
        st.cache_resource.clear()
        for tab in tuple(self._tabs):
            tab.reconnect()

    def __enter__(self) -> Self:
        self._before, testmode.stand_in = testmode.stand_in, self._store_for
        return self

    def __exit__(self, *_: object) -> None:
        testmode.stand_in = self._before
        internals.forget_pages_of_process()
        close_stores()

    def _store_for(self, asked: object) -> object:
        if not self._is_given and asked is not None and not isinstance(asked, str):
            self._store = cast("SessionStore", asked)
        return self.store
