"""Finds the key of the restored value that Streamlit has refused."""

from __future__ import annotations

from collections.abc import Iterable
from traceback import walk_tb
from typing import cast

from fluxlit_component.internals.guard import guard, nothing


@guard(nothing)
def refused_key(error: BaseException, restored: Iterable[str]) -> str | None:
    """The restored key that made Streamlit raise `error`, or None if no restored key did.

    If a widget forbids assignment, Streamlit's exception holds the key. For a value of the wrong type or
    a missing option it does not hold the key. Then the frames of Streamlit's own code are searched for the
    `key` argument of the widget.
    """
    candidates, found = frozenset(restored), None
    named = getattr(error, "exec_kwargs", {}).get("key")
    if named in candidates:
        return cast("str", named)
    for frame, _ in walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__", "")).startswith("streamlit.elements"):
            key = frame.f_locals.get("key")
            found = key if isinstance(key, str) and key in candidates else found
    return found
