"""Data editors that survive F5: Streamlit forbids to set one, so the edited table is kept under a key.

An editor remembers edits, not a table: what it returns must not be fed back to it, or each edit is applied
twice or forgotten. So it gets the same start frame as long as it stands on the page, and begins from what
was kept when it is drawn anew.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, MutableMapping
from typing import Any, Final

_PREFIX: Final = "__fluxlit_edits:"
"""Keys with two underscores in front are never kept."""


def keep_edits(
    state: MutableMapping[Any, Any],
    frame: Any,
    *,
    key: str,
    draw: Callable[..., Any],
) -> Any:
    """Draw an editor by `draw(start, key=...)`, keep what it returns under `key` of `state`, return that."""
    seat = _PREFIX + key
    number, start, last = state.get(seat, (0, None, None))
    editor = f"{seat}:{number}"
    if editor not in state or key not in state or state[key] is not last:
        # A page load, a page shown again, or a table that the app has put in its place: edits begin anew.
        number += 1
        editor, start = f"{seat}:{number}", copy.deepcopy(state.get(key, frame))
    edited = draw(start, key=editor)
    state[key] = edited
    state[seat] = (number, start, edited)
    return edited
