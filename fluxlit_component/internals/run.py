"""One script run, seen through Streamlit's script context."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import cached_property, partial
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final, NoReturn, cast

import streamlit as st
from streamlit import config
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx

from fluxlit_component.internals.anchor import anchor_in
from fluxlit_component.internals.guard import guard, tried
from fluxlit_component.internals.outgoing import Reader, reader_of
from fluxlit_component.internals.session_state import State
from fluxlit_component.internals.widgets import Widget, drawn_elements

_OF_THE_PAGE: Final = ("query_string", "page_script_hash", "cached_message_hashes", "context_info")
"""Attributes of the context that the next run of the page takes over."""
_LIBRARIES: Final = sys.stdlib_module_names | {"streamlit"}


class Run:
    """One script run, seen through Streamlit's script context."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.context: object = context  # for a thread that needs a similar one

    @property
    def anchor(self) -> object:
        """An object that lives exactly as long as the Streamlit session and takes weak references."""
        # A Streamlit session has one fragment storage. Up to some release 1.6x AppTest has one for each run.
        storage = cast("object", self._context.fragment_storage)
        return tried(lambda: anchor_in(self.state._state), storage) if self.is_app_test else storage

    @property
    def session_id(self) -> str:
        """Streamlit's own name of its session."""
        return tried(lambda: str(self._context.session_id), "")

    @cached_property
    def is_app_test(self) -> bool:
        """Whether AppTest runs the script. Then there is no browser that could answer."""
        # AppTest replaces the function in this module.
        return tried(lambda: bool(config.get_option("global.appTest")), otherwise=False)

    @property
    def is_fragment(self) -> bool:
        """Whether only fragments run, not the whole script."""
        return bool(getattr(self._context, "fragment_ids_this_run", None))

    @property
    def has_parallel_fragments(self) -> bool:
        """Whether fragments run in their own threads now (`parallel=True`, from 1.58 on)."""
        with guard:
            beside = getattr(self._context, "parallel_coordinator", None)
            return beside is not None and bool(beside._outstanding)
        return False

    @property
    def script_path(self) -> str | None:
        """Path of the app's main script."""
        return getattr(self._context, "main_script_path", None)

    @property
    def url(self) -> str:
        """The visitor's URL: origin and path, as the browser sees it. Empty if it is not known."""
        with guard:
            if url := getattr(st.context, "url", None):  # came with 1.45
                return str(url)
            origin = self.headers.get("Origin") or ""
            prefix = str(st.get_option("server.baseUrlPath") or "").strip("/")
            return f"{origin}{prefix and '/' + prefix}/{self._path_of(self.page)}"
        return ""

    @property
    def page_paths(self) -> Mapping[str, str]:
        """Path of each page's script (a function: its URL path) -> its URL path, "" for the default page."""
        with guard:
            pages = self._context.pages_manager.get_pages()
            paths = {page: self._path_of(page) for page in pages}
            return {str(pages[page]["script_path"] or path): path for page, path in paths.items()}
        return {}

    def _path_of(self, page: str) -> str:
        manager = self._context.pages_manager
        facts = manager.get_pages()[page]
        # 1.40 has names for the pages of a folder. The paths are the same, but for the main script.
        name = "" if page == manager.main_script_hash else facts["page_name"]
        return str(facts.get("url_pathname", name) or "")

    @property
    def page(self) -> str:
        """An opaque name of the current page. Another page has another name."""
        return tried(lambda: str(self._context.page_script_hash), "")

    @property
    def unresolved_page(self) -> str:
        """URL path of the requested sub-page, as long as the pages of the app are not known yet; else "".

        If the script ended now, Streamlit would forget the requested page.
        """
        with guard:
            manager = self._context.pages_manager
            # 1.40 has a strategy for folders and one for `st.navigation`, and begins with the first.
            holder = getattr(manager, "pages_strategy", manager)
            if hasattr(holder, "_pages"):
                is_known = holder._pages is not None or bool(getattr(manager, "uses_pages_directory", False))
            else:
                is_known = (Path(manager.main_script_path).parent / "pages").exists()
            return "" if is_known else str(manager.intended_page_name or "")
        return ""

    def ask_for_page(self) -> None:
        """Ask for the page by its URL path. If the app has no such page, Streamlit then says so."""
        with guard:
            manager = self._context.pages_manager
            if (page := str(manager.intended_page_script_hash)) in manager.get_pages():
                manager.set_script_intent("", self._path_of(page))

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Request headers of the websocket's handshake; empty if there is no connection or it has ended."""
        return tried(lambda: st.context.headers, {})

    @property
    def user(self) -> Mapping[str, Any]:
        """Streamlit's data about the signed-in person; empty if there are none."""
        # Not `st.user`: it has the same data, but looks for the files of the app's secrets at each call.
        return tried(lambda: dict(self._context.user_info), {})

    @property
    def has_browser(self) -> bool:
        """Whether a browser is connected, as far as is known: an agent's request has no websocket headers."""
        # HTTP/2 has no `Sec-WebSocket-Key` (RFC 8441), but the header with the version is always there.
        headers = self.headers
        return not headers or any(name.lower().startswith("sec-websocket-") for name in headers)

    @property
    def token(self) -> object:
        """An object that identifies the run: each run has another one."""
        return cast("object", self._context.cursors)

    def query_value(self, param: str) -> str | None:
        """The only value of a query parameter; in a tab of the testing kit the id that it remembers."""
        found = st.query_params.get_all(param)
        only, browser = found[0] if len(found) == 1 else None, getattr(self.anchor, "browser", None)
        return only if browser is None else cast("str | None", browser.ids.get(param, only))

    def set_query_value(self, param: str, value: str) -> None:
        """Have AppTest keep an id: the tab of the testing kit, or else the query, where the app sees it."""
        browser = getattr(self.anchor, "browser", None)
        (st.query_params if browser is None else browser.ids)[param] = value

    def call_back_late(self) -> None:
        """Begin the run again when a clicked widget is drawn and turns out to have a callback.

        Streamlit calls callbacks before the script, but gets to know them when their widgets are drawn. After
        a restart of the server with an open page this is too late.
        """
        with guard:
            reader, unknown = reader_of(self._context), self.state.sent.unknown()

            def on_drawn(element: str) -> None:
                click = self.state.sent.take_click(element) if element in unknown else None
                if click is not None:
                    known = {field.name for field in fields(RerunData)}
                    here = {name: getattr(self._context, name) for name in _OF_THE_PAGE if name in known}
                    raise RerunException(RerunData(widget_states=WidgetStates(widgets=[click]), **here))

            if reader and unknown:
                reader.on_drawn = on_drawn

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """Draw to the end, although the run was told to stop. Streamlit looks for that only in the script."""
        runner: Any = getattr(getattr(self._context.session_state, "_yield_callback", None), "__self__", None)
        is_told = getattr(runner, "_execing", False)
        if is_told:
            runner._execing = False
        try:
            yield
        finally:
            if is_told:
                runner._execing = True

    @property
    def state(self) -> State:
        """The session state. Access to it cannot end the run, unlike access to `st.session_state`."""
        safe = self._context.session_state
        return State(getattr(safe, "_state", safe), getattr(safe, "_lock", None))

    def drawn_keys(self) -> frozenset[str]:
        """User keys of the widgets drawn in this run so far."""
        with guard:
            mapping = self._context.session_state._state._key_id_mapper.id_key_mapping
            return frozenset(mapping[e] for e in drawn_elements(self._context) if e in mapping)
        return frozenset()

    def carried(self, widgets: Mapping[str, Widget]) -> frozenset[str]:
        """Those of these widgets whose values Streamlit would keep for the next run if this run ended now."""
        with guard:
            from streamlit.runtime.state.session_state import _is_stale_widget

            drawn, fragments = drawn_elements(self._context), self._context.fragment_ids_this_run
            return frozenset(
                key
                for key, widget in widgets.items()
                if widget.element in drawn
                or widget.is_kept_by_streamlit
                or not _is_stale_widget(widget.metadata, cast("Any", drawn), fragments)
            )
        return frozenset(widgets)

    def read_along(self, on_failure: Callable[[], bool], on_page: Callable[[str], None]) -> None:
        """Read messages to the browser: `cleared_elements`, `narrow_selections` and the functions need this.

        `on_failure` is called before the error of a failed script is drawn, and returns whether it has drawn.
        `on_page` is called with the `page` that `st.navigation` has chosen.
        """
        with guard:
            send = self._context._enqueue
            while isinstance(send, Reader) and send.token is not self.token:  # of a run before this one
                send = send._send
            self._context._enqueue = Reader(send, self.token, on_failure, on_page)

    def narrow_selections(self, keys: Collection[str]) -> None:
        """When their tables are drawn, reduce these selections in session state to what Streamlit shows."""
        with guard:
            if keys and (reader := reader_of(self._context)):
                reader.tell_selection = partial(self.state.narrow, keys)

    def uploaders(self, cleared: Collection[str] = ()) -> Mapping[str, Mapping[str, Any]]:
        """Uploader drawn in this run so far -> id of each file that it shows -> the file; None: it is gone.

        The files share their bytes with Streamlit's file store; the app gets copies of the bytes.
        Uploaders in forms with `clear_on_submit=True` are left out: Streamlit empties them, not the visitor.
        In a run of fragments `cleared` names these uploaders.
        """
        with guard:
            state = self._context.session_state._state
            metadata = state._new_widget_state.widget_metadata
            found: dict[str, dict[str, Any]] = {}
            for element in drawn_elements(self._context) - self.cleared_elements().keys() - {*cleared}:
                if metadata[element].value_type == "file_uploader_state_value":
                    value = state._getitem(element, None) or []
                    files = value if isinstance(value, list) else [value]
                    found[element] = {f.file_id: f if hasattr(f, "getvalue") else None for f in files}
            return found
        return {}

    def cleared_elements(self) -> Mapping[str, str]:
        """Widget -> its form, if that has `clear_on_submit=True`: as drawn so far, and not by fragments."""
        return tried(lambda: reader.cleared if (reader := reader_of(self._context)) else {}, {})


def current_run() -> Run | None:
    """The script run of this thread, or None outside of one (bare Python, another thread)."""
    context = get_script_run_ctx(suppress_warning=True)
    return Run(context) if context is not None else None


def begin_again() -> NoReturn:
    """End this run and begin the next one at once."""
    st.rerun()


def is_rerun(error: BaseException | None) -> bool:
    """Whether a run ends because the next one begins: `st.rerun()`, another page, or the next click."""
    return isinstance(error, RerunException)


def refused_key(error: BaseException, restored: Iterable[str]) -> str | None:
    """The restored key that made Streamlit raise `error`, or None if no restored key did.

    The frames of Streamlit's own code are searched for the `key` argument of the widget, because not every
    exception holds it. The app's own errors are none of that: in a function that formats options, by a key
    that two widgets have, by an assignment after the widget.
    """
    with guard:
        candidates, found = frozenset(restored), None
        for frame, _ in walk_tb(error.__traceback__):
            module = str(frame.f_globals.get("__name__", ""))
            if module.startswith("streamlit.elements"):
                key = frame.f_locals.get("key")
                found = key if isinstance(key, str) and key in candidates else found
            elif module.partition(".")[0] not in _LIBRARIES and "-packages" not in frame.f_code.co_filename:
                found = None
        named = getattr(error, "exec_kwargs", {}).get("key", found)
        return None if "Duplicate" in type(error).__name__ or named != found else found
    return None
