"""The store of a run whose real one could not be opened just now: it answers nothing.

Not a memory store in its place: that would say "absent", and the visitor's id would be replaced while
the state lies safe in a file that is locked for a moment. Made for one run; the next one opens again.
"""

from __future__ import annotations

from typing import NoReturn

from fluxlit_component.errors import StoreUnavailable


class UnansweringStore:
    """A `VersionedStore` of which every call raises `StoreUnavailable`, with the reason of the opening."""

    bounded = True

    def __init__(self, reason: Exception) -> None:
        self._reason = reason

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise StoreUnavailable(str(self._reason)) from self._reason

    get = set = delete = load = commit = touch = copy = rename = take = purge = _refuse

    def close(self) -> None:
        """Nothing is open."""
