"""Data editors that survive F5: Streamlit forbids to set one, so the edited table is kept under a key.

An editor remembers edits, not a table. With its result as its input, each edit would be applied twice. So it
gets the same start frame as long as it is on the page, and the kept table when it is drawn anew.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from fluxlit_component.internals import State


def keep_edits(
    state: State, frame: Any, *, key: str, draw: Callable[..., Any], notes: dict[str, Any], **options: Any
) -> Any:
    """Draw an editor by `draw(start, key=..., **options)`, store its result under `key`, and return it."""
    # The number only grows: the browser may still send the edits of an earlier one.
    number, widget, start, labels, last = notes.get(key, (0, "", None, None, None))
    if last is None or state.value_of(key) is not last or state.value_of(widget) is None:
        # The page was loaded or shown again, or the app has assigned another table: edits begin anew.
        number, widget, start = number + 1, "", copy.deepcopy(state.value_of(key, frame))
        labels = _row_numbers(state.value_of(key), frame, **options)
        start = start if labels is None else start.reset_index(drop=True)
    own_key = f"__fluxlit_edits:{key}:{number}"
    try:
        edited = draw(start, key=own_key, **options)
    finally:  # Streamlit refuses a copy of the state that is put back with this key
        widget = state.hide(own_key) or widget or own_key
    if labels is not None:
        rows = labels.delete(state.value_of(widget, {}).get("deleted_rows", []))
        while len(rows) < len(edited):  # so does Streamlit number a new row, except if all gaps are alike
            rows = rows.insert(len(rows), rows.max() + 1 if len(rows) else 0)
        edited.index = rows
    state.write({key: edited})
    notes[key] = (number, widget, start, labels, edited)
    return edited


def _row_numbers(kept: Any, frame: Any, *, num_rows: str = "", hide_index: Any = None, **_: Any) -> Any:
    """The labels of the kept rows, if `frame` has row numbers, which the editor is to hide; else None.

    Numbers that have gaps would be a column, and the visitor would have to fill it in for each new row.
    """
    numbers: Any = getattr(frame, "index", None)
    is_hidden = num_rows in ("dynamic", "add") and hide_index is not False and hasattr(kept, "reset_index")
    are_numbers = is_hidden and type(numbers).__name__ == "RangeIndex" and kept.index.dtype.kind == "i"
    return kept.index if are_numbers and kept.index.name == numbers.name else None
