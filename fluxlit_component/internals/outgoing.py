"""Reads the messages that a run sends to the browser, because some facts are found nowhere else.

1. Widgets in forms with `clear_on_submit=True`: the browser empties them, and reports that one message later.
2. Selections of rows that are gone: Streamlit shows the remaining rows and does not change session state.
3. A failed script: Streamlit draws the error after the script has ended, when no code of this package runs.
4. The page of this run, if the app declares its pages after the session.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, Final

from fluxlit_component.internals.guard import guard

_CATCHER: Final = "exec_func_with_error_handling"  # Streamlit's function that catches a script's errors


class Reader:
    """Replaces the function by which a run sends its messages: reads each message, then sends it.

    If a run has two sessions, each has a reader.
    """

    def __init__(
        self, send: Any, token: object, on_failure: Callable[[], bool], on_page: Callable[[str], None]
    ) -> None:
        self._send, self.token = send, token
        self._on_failure, self._on_page = on_failure, on_page
        self._forms: set[str] = set()
        self.cleared: dict[str, str] = {}  # widget drawn in a form with `clear_on_submit=True` -> the form
        self.tell_selection: Callable[[str, Any], None] | None = None
        """Called with the id of each table and the selection that Streamlit has set for the table."""
        self.on_drawn: Callable[[str], None] | None = None
        """Called with the id of each widget that is drawn. The call may end the run."""
        self.last: Any = None  # the message that was sent last

    def __call__(self, message: Any) -> Any:
        """Read a message, then send it."""
        self._read(message)
        if self.on_drawn and (element := _id_in(message)):
            self.on_drawn(element)
        self.last = message
        return self._send(message)

    def _read(self, message: Any) -> None:
        with guard:
            if message.HasField("navigation"):
                self._on_page(message.navigation.page_script_hash)
            delta = message.delta
            kind = delta.WhichOneof("type")
            if kind == "add_block":
                if delta.add_block.HasField("form") and delta.add_block.form.clear_on_submit:
                    self._forms.add(delta.add_block.form.form_id)
            elif kind == "new_element":
                element = delta.new_element
                if element.HasField("exception") and not delta.fragment_id and _has_left_the_script():
                    if self._on_failure():
                        message.metadata.delta_path[-1] += 1  # `on_failure` has drawn at the error's place
                elif self._forms or self.tell_selection:
                    drawn = _drawn_in(message)
                    if (form := getattr(drawn, "form_id", None)) in self._forms:
                        self.cleared[drawn.id] = form
                    if self.tell_selection and (selection := getattr(drawn, "selection_state", "")):
                        self.tell_selection(drawn.id, json.loads(selection))


def _drawn_in(message: Any) -> Any:
    """The element that a message draws."""
    return getattr(message.delta.new_element, message.delta.new_element.WhichOneof("type"))


def _id_in(message: Any) -> str | None:
    """The id of the widget that a message draws; None: it draws none."""
    with guard:
        is_drawn = message.HasField("delta") and message.delta.HasField("new_element")
        return getattr(_drawn_in(message), "id", None) if is_drawn else None
    return None


def _has_left_the_script() -> bool:
    """Whether Streamlit has caught the error being handled. Errors from `st.exception` the app has caught."""
    trace = sys.exc_info()[2]
    return trace is not None and trace.tb_frame.f_code.co_name == _CATCHER


def reader_of(context: Any) -> Reader | None:
    """The reader of the messages of this context's run, if there is one."""
    return context._enqueue if isinstance(context._enqueue, Reader) else None
