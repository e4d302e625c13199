"""Data editors that survive F5: Streamlit forbids to set one, so the edited table is kept under a key.

An editor remembers edits, not a table. If its result became its input, each edit would be applied twice or
forgotten. So an editor gets the same start frame as long as it is on the page. When the editor is drawn
anew, it starts from the kept table.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, MutableMapping
from typing import Any, Final

_PREFIX: Final = "__fluxlit_edits:"
"""Keys with two underscores in front are never kept."""


def keep_edits(state: MutableMapping[Any, Any], frame: Any, *, key: str, draw: Callable[..., Any]) -> Any:
    """Draw an editor by `draw(start, key=...)`, store its result under `key` of `state` and return it."""
    seat = _PREFIX + key
    number, start, last = state.get(seat, (0, None, None))
    editor = f"{seat}:{number}"
    if editor not in state or key not in state or state[key] is not last:
        # The page was loaded or shown again, or the app has assigned another table: edits begin anew.
        number += 1
        editor, start = f"{seat}:{number}", copy.deepcopy(state.get(key, frame))
    edited = draw(start, key=editor)
    state[key] = edited
    state[seat] = (number, start, edited)
    return edited
