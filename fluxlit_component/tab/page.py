"""What a run leaves behind for the next one to know: which widgets it drew, and which nobody has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""What all tabs share that have nothing to note."""


@dataclass(slots=True, eq=False, repr=False)
class Page:
    """One page as its last run left it. Written by `hydrate` when a run begins, by `persist` when it ends."""

    name: str = ""
    """Streamlit's opaque name of it."""
    number: int = 0
    """Of the last run that was saved on its way out."""
    ended: bool = False
    """Whether that run came to its end, so that Streamlit has swept away what it did not draw."""
    swept: int = 0
    """Number of the last run after which Streamlit swept that away, as far as later runs know."""
    drawn: frozenset[str] = frozenset()
    """Keys of the widgets that were on the page when that run was saved."""
    cleared: frozenset[str] = frozenset()
    """Elements in forms that the browser empties when they are sent, as the last full run drew them."""
    lossy: bool = False
    """Whether something of the state could not be kept."""
    put: frozenset[str] = frozenset()
    """Keys that this run began with a value of ours for."""
    loose: frozenset[str] = frozenset()
    """Widgets' values that came back with the page load, and that no widget has taken over yet."""
    ours: frozenset[str] = frozenset()
    """Keys that were assigned to bring their values back, not by the app."""
    offered: frozenset[str] = frozenset()
    """Keys whose widgets did not take the stored value: their options may come yet."""
    later: frozenset[str] = frozenset()
    """Keys of widgets that are drawn after the session's block."""
    baseline: Mapping[str, bytes] | None = None
    """Encoded state at the end of the first run that went on without its record."""

    untouched: Mapping[str, bytes] = field(default_factory=lambda: NOTHING)
    """Values of widgets that nobody has changed: they are not kept as long as they stay the same."""
    shown: Mapping[str, bytes] = field(default_factory=lambda: NOTHING)
    """What the browser still shows after the state was emptied: not kept until it changes."""
    assigned: frozenset[str] = frozenset()
    """Keys of widgets that the app has assigned: their values are kept whatever they are."""
    waiting: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Merged values for widgets that were drawn already: they are set when the next run begins."""
    deleted: frozenset[str] = frozenset()
    """Keys to take out of the record, though they are in no state."""

    def forget(self) -> None:
        """Nothing of the old session is to be offered or set any more."""
        self.put = self.loose = self.offered = self.assigned = self.deleted = frozenset()
        self.waiting = NOTHING
