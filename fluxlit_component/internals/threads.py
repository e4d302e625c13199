"""Threads beside the script: a page that refuses. And where the script may be ended while it waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from fluxlit_component.errors import NoPage
from fluxlit_component.internals.guard import guarded

_ATTRIBUTE: Final = "streamlit_script_run_ctx"
"""Where Streamlit looks for a thread's context: `SCRIPT_RUN_CONTEXT_ATTR_NAME`."""
_SILENT: Final = frozenset({"empty", "spinner"})
"""What a cached function shows while it works. It is let through, to nowhere."""


class _NoState:
    """Stands in for the session state. Streamlit would hand out an empty one, and lose what is put there."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise NoPage

    __getattr__ = __getitem__ = __setitem__ = __delitem__ = __contains__ = __iter__ = __len__ = _refuse


def _refuse_to_draw(message: Any) -> None:
    delta = message.delta
    kind = delta.WhichOneof("type")
    if message.WhichOneof("type") == "delta" and kind == "new_element":
        kind = delta.new_element.WhichOneof("type")
    if kind not in _SILENT and kind != "new_transient":
        raise NoPage


@contextmanager
def without_page(context: Any) -> Iterator[None]:
    """Have `st.*` raise `NoPage` in this thread, where Streamlit itself would only warn in its log.

    `context`: that of the run which begins the work; None: there is none, and Streamlit does what it does.
    """
    thread = threading.current_thread()
    before = thread.__dict__.get(_ATTRIBUTE)
    made = guarded(lambda: _context_like(context), None) if context is not None else None
    if made is not None:
        add_script_run_ctx(thread, made)
    try:
        yield
    finally:
        if made is not None:  # the thread may be one of the app's pool
            thread.__dict__[_ATTRIBUTE] = before


def _context_like(context: Any) -> Any:
    return type(context)(
        session_id="",
        _enqueue=_refuse_to_draw,
        query_string="",
        session_state=_NoState(),
        uploaded_file_mgr=None,
        main_script_path=context.main_script_path,
        user_info=context.user_info,
        fragment_storage=None,
        pages_manager=context.pages_manager,
    )


def other_fragments_wait() -> bool:
    """Whether fragments beside the one that runs here are to run; they do so in the same thread."""
    context: Any = get_script_run_ctx(suppress_warning=True)

    def look() -> bool:
        these, requests = context.fragment_ids_this_run, context.script_requests
        waiting = requests._rerun_data.fragment_id_queue if requests._state.name == "RERUN" else ()
        return len(these) > 1 or not {*waiting} <= {*these}

    return guarded(look, default=False)


def let_run_end() -> None:
    """End the run if Streamlit wants it to: the visitor has clicked, or is gone. For who waits for long."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        _ = "fluxlit" in st.session_state  # each look at it is a point where Streamlit may do that
