"""Which widgets stand in a form that is emptied when it is sent (`clear_on_submit=True`).

The browser empties such a form by itself after it has sent it, and tells the server with its next message
only: until then the server holds what was sent. Which widgets these are stands nowhere but in the messages
that draw them, so the messages of a run are looked at as they leave.
"""

from __future__ import annotations

from typing import Any

from fluxlit_component.internals.guard import guarded


class _FormReader:
    """Stands in for the function by which one run sends its messages, and reads along."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._forms: set[str] = set()
        self.elements: set[str] = set()

    def __call__(self, message: Any) -> Any:
        guarded(lambda: self._read(message), None)
        return self._send(message)

    def _read(self, message: Any) -> None:
        if not message.HasField("delta"):
            return
        delta = message.delta
        if delta.HasField("add_block"):
            if delta.add_block.HasField("form") and delta.add_block.form.clear_on_submit:
                self._forms.add(delta.add_block.form.form_id)
        elif self._forms and delta.HasField("new_element"):
            drawn = getattr(delta.new_element, delta.new_element.WhichOneof("type"))
            if getattr(drawn, "form_id", None) in self._forms:
                self.elements.add(drawn.id)


def read_forms(context: Any) -> None:
    """Read along with what the run of this context sends from now on."""

    def act() -> None:
        send = context._enqueue
        context._enqueue = _FormReader(send._send if isinstance(send, _FormReader) else send)

    guarded(act, None)


def cleared_elements(context: Any) -> frozenset[str]:
    """Ids of the widgets drawn so far in forms that are emptied when they are sent."""
    reader = context._enqueue
    return frozenset(reader.elements) if isinstance(reader, _FormReader) else frozenset()
