"""Threads beside the script, which must not draw, and the points where a waiting script may be ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from fluxlit_component.errors import NoPage
from fluxlit_component.internals.guard import guard

_ATTRIBUTE: Final = "streamlit_script_run_ctx"
"""Where Streamlit looks for a thread's context: `SCRIPT_RUN_CONTEXT_ATTR_NAME`."""
_SILENT: Final = frozenset({"empty", "spinner"})
"""Elements that a cached function shows while it works. They raise no error and are not sent."""


class _NoState:
    """Replaces the session state. Streamlit would give an empty one, and values set in it would be lost."""

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
    """Have `st.*` raise `NoPage` in this thread. Streamlit itself would only write a warning to its log.

    `context`: the context of the run that begins the work; None: no run, Streamlit's behaviour stays.
    """
    thread = threading.current_thread()
    before = thread.__dict__.get(_ATTRIBUTE)
    made = _context_like(context) if context is not None else None
    if made is not None:
        add_script_run_ctx(thread, made)
    try:
        yield
    finally:
        if made is not None:  # the thread may belong to a pool of the app, which uses it again
            thread.__dict__[_ATTRIBUTE] = before


def _context_like(context: Any) -> Any:
    with guard:
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
    return None


def other_fragments_wait() -> bool:
    """Whether fragments other than the current one are waiting. They will run in the same thread."""
    with guard:
        context: Any = get_script_run_ctx(suppress_warning=True)
        these, requests = context.fragment_ids_this_run, context.script_requests
        waiting = requests._rerun_data.fragment_id_queue if requests._state.name == "RERUN" else ()
        return len(these) > 1 or not {*waiting} <= {*these}
    return False


def let_run_end() -> None:
    """End the run if Streamlit wants that: the visitor has clicked or left. For code that waits for long."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        _ = "fluxlit" in st.session_state  # Streamlit may end the run at each access to session state
