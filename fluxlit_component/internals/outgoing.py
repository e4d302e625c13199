"""What a run tells the browser, read along as it leaves, because it stands nowhere else.

Which widgets stand in a form that is emptied when it is sent (`clear_on_submit=True`): the browser empties
such a form by itself, and tells the server with its next message only. What Streamlit has made of a selection
whose rows are gone: it shows what is left of it, and leaves session state as it was. And that the script has
failed: Streamlit draws the error when it has left the script, where no code of ours is on its way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection
from typing import Any, Final

from fluxlit_component.internals.guard import guard, nothing

_CATCHER: Final = "exec_func_with_error_handling"
"""Streamlit's function that runs the script and catches what leaves it."""


class Reader:
    """Stands in for the function by which one run sends its messages, and reads along."""

    def __init__(self, send: Any, on_failure: Callable[[], bool]) -> None:
        self._send = send
        self._on_failure = on_failure
        self._forms: set[str] = set()
        self.cleared: set[str] = set()
        """Ids of the widgets drawn so far in forms that are emptied when they are sent."""
        self.tell_selection: Callable[[str, Any], None] | None = None
        """Called with each table's id and the selection that Streamlit has set for it."""
        self.clicked: Collection[str] = ()
        self.on_clicked: Callable[[str], None] | None = None
        """Called with each of the widgets that were `clicked` when it is drawn; it may end the run there."""

    def __call__(self, message: Any) -> Any:
        """Send a message, after a look at it."""
        self._read(message)
        element = self._clicked_in(message) if self.clicked else None
        if element is not None and self.on_clicked is not None:
            self.on_clicked(element)
        return self._send(message)

    @guard(nothing)
    def _clicked_in(self, message: Any) -> str | None:
        """The widget that a message draws, if it is one of those clicked."""
        is_drawn = message.HasField("delta") and message.delta.HasField("new_element")
        element = getattr(_drawn_in(message), "id", None) if is_drawn else None
        return element if element in self.clicked else None

    @guard(nothing)
    def _read(self, message: Any) -> None:
        delta = message.delta
        kind = delta.WhichOneof("type")
        if kind == "add_block":
            if delta.add_block.HasField("form") and delta.add_block.form.clear_on_submit:
                self._forms.add(delta.add_block.form.form_id)
        elif kind == "new_element":
            element = delta.new_element
            if element.HasField("exception") and not delta.fragment_id and _has_left_the_script():
                if self._on_failure():
                    message.metadata.delta_path[-1] += 1  # its place is taken
            elif self._forms or self.tell_selection:
                drawn = _drawn_in(message)
                if getattr(drawn, "form_id", None) in self._forms:
                    self.cleared.add(drawn.id)
                if self.tell_selection and (selection := getattr(drawn, "selection_state", "")):
                    self.tell_selection(drawn.id, json.loads(selection))


def _drawn_in(message: Any) -> Any:
    """What a message draws."""
    return getattr(message.delta.new_element, message.delta.new_element.WhichOneof("type"))


def _has_left_the_script() -> bool:
    """Whether the error being handled was caught by Streamlit. What an app shows it has caught itself."""
    trace = sys.exc_info()[2]
    return trace is not None and trace.tb_frame.f_code.co_name == _CATCHER


@guard(nothing)
def read_along(context: Any, on_failure: Callable[[], bool]) -> None:
    """Read along with what the run of this context sends from now on.

    `on_failure` is called before the error of a failed script is drawn, and says whether it has drawn.
    """
    reader = reader_of(context)
    context._enqueue = Reader(reader._send if reader else context._enqueue, on_failure)


def reader_of(context: Any) -> Reader | None:
    """What reads along with the run of this context, if anything does."""
    return context._enqueue if isinstance(context._enqueue, Reader) else None
