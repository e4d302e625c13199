"""`keep_hidden=`: widgets that keep their values while they are not on the page.

Streamlit drops such values; an app that wants them asks for it, key by key. Newer releases have
`persist_state=` of the widget itself, which is the better way where it exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Hidden:
    """Glob patterns of the keys whose widgets keep their values."""

    patterns: tuple[str, ...] = ()

    def keeps(self, key: str) -> bool:
        """Whether the widget of this key keeps its value while it is away."""
        return any(fnmatchcase(key, pattern) for pattern in self.patterns)

    def among(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of `keys` that match."""
        return frozenset(filter(self.keeps, keys)) if self.patterns else frozenset()


class Absence(NamedTuple):
    """What became of the hidden widgets' keys between two runs."""

    again: frozenset[str]
    """To be put back."""
    deleted: frozenset[str]
    """Deleted by the app, in a callback."""


def absence_of(
    keys: frozenset[str],
    *,
    present: frozenset[str],
    alive: frozenset[str],
    drawn: frozenset[str],
    put: frozenset[str],
) -> Absence:
    """Sort out the `keys` that are to be kept.

    Args:
        keys: those with a value in the record.
        present: all keys of the state now.
        alive: those whose widgets have a value of the browser's own.
        drawn: those whose widgets the last run drew on this very page.
        put: those that the last run began with because they were hidden.
    """
    missing = keys - present
    # Streamlit sweeps away widgets only: what was put there stays, and so does what is on the page.
    deleted = missing & (drawn | put)
    return Absence(keys - alive - deleted, deleted)
