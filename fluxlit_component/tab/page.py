"""What a run notes for the next run: which widgets it drew, and which of them nobody has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""The empty mapping that all tabs with nothing to note share."""


@dataclass(slots=True, eq=False, repr=False)
class Page:
    """One page as its last run left it. Written by `hydrate` when a run begins, by `persist` when it ends."""

    name: str = ""
    """Streamlit's opaque name of the page."""
    number: int = 0
    """Number of the last run that was saved as it ended."""
    ended: bool = False
    """Whether that run was complete, so that Streamlit has dropped the widgets that it did not draw."""
    swept: int = 0
    """Number of the last run after which Streamlit dropped such widgets, as far as later runs know."""
    drawn: frozenset[str] = frozenset()
    """Keys of the widgets that were on the page when that run was saved."""
    cleared: frozenset[str] = frozenset()
    """Widgets in forms that the browser empties on submit, as the last full run drew them."""
    lossy: bool = False
    """Whether something of the state could not be kept."""
    put: frozenset[str] = frozenset()
    """Keys that the package gave a value when this run began."""
    loose: frozenset[str] = frozenset()
    """Keys of widgets whose values came back with the page load, and that no widget has taken over yet."""
    ours: frozenset[str] = frozenset()
    """Keys that the package, not the app, has assigned to bring their values back."""
    offered: frozenset[str] = frozenset()
    """Keys whose widgets did not accept the stored value. Their options may come in a later run."""
    later: frozenset[str] = frozenset()
    """Keys of widgets that are drawn after the session's block."""
    baseline: Mapping[str, bytes] | None = None
    """Encoded state at the end of the first run that went on without its record."""

    untouched: Mapping[str, bytes] = field(default_factory=lambda: NOTHING)
    """Values of widgets that nobody has changed. They are not kept as long as they stay the same."""
    shown: Mapping[str, bytes] = field(default_factory=lambda: NOTHING)
    """Values that the browser still shows after the state was emptied. Not kept until they change."""
    assigned: frozenset[str] = frozenset()
    """Keys of widgets that the app has assigned. Their values are kept, default or not."""
    waiting: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Values for widgets that were drawn already. They are set when the next run begins."""
    deleted: frozenset[str] = frozenset()
    """Keys to delete from the record, even if session state does not have them."""

    def forget(self) -> None:
        """Forget what was to be offered or set of the old session."""
        self.put = self.loose = self.offered = self.assigned = self.deleted = frozenset()
        self.waiting = NOTHING
