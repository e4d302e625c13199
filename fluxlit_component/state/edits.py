"""Data editors that survive F5: Streamlit forbids to set one, so the edited table is kept under a key.

An editor remembers edits, not a table. With its result as its input, each edit would be applied twice. So it
gets the same start frame as long as it is on the page, and the kept table when it is drawn anew.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, MutableMapping
from typing import Any, Final

_PREFIX: Final = "__fluxlit_edits:"  # keys with two underscores in front are never kept


def keep_edits(
    state: MutableMapping[Any, Any], frame: Any, *, key: str, draw: Callable[..., Any], **options: Any
) -> Any:
    """Draw an editor by `draw(start, key=..., **options)`, store its result under `key`, and return it."""
    seat = _PREFIX + key
    number, start, labels, last = state.get(seat, (0, None, None, None))
    if f"{seat}:{number}" not in state or key not in state or state[key] is not last:
        # The page was loaded or shown again, or the app has assigned another table: edits begin anew.
        number += 1
        start, labels = copy.deepcopy(state.get(key, frame)), _row_numbers(state.get(key), frame, **options)
        start = start if labels is None else start.reset_index(drop=True)
    edited = draw(start, key=f"{seat}:{number}", **options)
    if labels is not None:
        rows = labels.delete(state.get(f"{seat}:{number}", {}).get("deleted_rows", []))
        while len(rows) < len(edited):  # so does Streamlit number a new row, except if all gaps are alike
            rows = rows.insert(len(rows), rows.max() + 1 if len(rows) else 0)
        edited.index = rows
    state[key] = edited
    state[seat] = (number, start, labels, edited)
    return edited


def _row_numbers(kept: Any, frame: Any, *, num_rows: str = "", hide_index: Any = None, **_: Any) -> Any:
    """The labels of the kept rows, if `frame` has row numbers, which the editor is to hide; else None.

    Numbers that have gaps would be a column, and the visitor would have to fill it in for each new row.
    """
    numbers: Any = getattr(frame, "index", None)
    is_hidden = num_rows in ("dynamic", "add") and hide_index is not False and hasattr(kept, "reset_index")
    are_numbers = is_hidden and type(numbers).__name__ == "RangeIndex" and kept.index.dtype.kind == "i"
    return kept.index if are_numbers and kept.index.name == numbers.name else None
