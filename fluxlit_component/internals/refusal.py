"""Which value it was that Streamlit refused to take."""

from __future__ import annotations

from collections.abc import Iterable
from traceback import walk_tb
from typing import cast

from fluxlit_component.internals.guard import guard, nothing


@guard(nothing)
def refused_key(error: BaseException, restored: Iterable[str]) -> str | None:
    """Which restored key made Streamlit raise `error`, or None if it had nothing to do with us.

    Streamlit names the key in the exception when a widget forbids assignment. For a value of the
    wrong type or an option that is gone there is no such name, so the frames of Streamlit's own
    code are searched for the widget's `key` argument.
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
