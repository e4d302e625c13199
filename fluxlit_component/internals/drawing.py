"""Draws a component v2 again by the message that drew it before.

Streamlit's own call makes a new message each time: it looks up, checks, copies and registers data that have
not changed since the last run. This call was most of the time that the session costs in a run.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fluxlit_component.internals.guard import guard
from fluxlit_component.internals.outgoing import reader_of


class LastDrawn:
    """What was sent to one page last. Only hashes are held, because there is one object for each page."""

    data: int | None = None
    message: str = ""


class Drawing:
    """How a component was drawn in the container of toasts. Holds no data of the session that drew it."""

    def __init__(self, message: Any) -> None:
        self._make = type(message)
        self._element = type(message.delta.new_element)()
        self._element.CopyFrom(message.delta.new_element)
        self._element.bidi_component.json = ""

    def draw(self, data: Hashable, as_json: Callable[[], str], last: LastDrawn) -> bool:
        """Draw the component with this data. Returns whether that was possible.

        The component is not registered as a widget. So Streamlit forgets its state when the run ends, and the
        browser sends the state again with each run.
        """
        with guard:
            context: Any = get_script_run_ctx(suppress_warning=True)
            if context is None or context.fragment_ids_this_run:
                return False
            cursor, data_hash = cast("Any", st._event)._cursor, hash(data)
            message = self._make()
            if last.data == data_hash and last.message in context.cached_message_hashes:
                message.ref_hash = last.message  # the page still has this message
            else:
                message.delta.new_element.CopyFrom(self._element)
                message.delta.new_element.bidi_component.json = as_json()
            message.metadata.delta_path[:] = cursor.delta_path
            (getattr(cursor, "lock_element", None) or cursor.get_locked_cursor)()
            context.enqueue(message)
            last.data, last.message = data_hash, message.hash or message.ref_hash
            return True
        return False


@contextmanager
def beside_the_page() -> Iterator[None]:
    """Draw in the container of toasts: an element there moves nothing on the page.

    A form around the session is left for it: what is in a form answers only when the form is sent.
    """
    stack: Any = None
    outside = None
    with guard:
        stack = cast("Any", st).delta_generator_singletons.context_dg_stack
        outside = stack.set((stack.get()[0], st._event))
    try:
        yield
    finally:
        if outside is not None:
            stack.reset(outside)


def last_drawn() -> Drawing | None:
    """The component v2 that this run has drawn just now, if it can be drawn again."""
    with guard:
        reader = reader_of(get_script_run_ctx(suppress_warning=True))
        message = reader.last if reader else None
        is_there = (
            message is not None
            and message.delta.new_element.bidi_component.json
            and message.metadata.delta_path[0] == st._event._root_container
        )
        return Drawing(message) if is_there else None
    return None
