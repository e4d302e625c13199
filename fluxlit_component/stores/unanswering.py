"""The store of a run whose real one could not be opened just now: it answers nothing.

Not a memory store in its place: that would say "absent", and the visitor's id would be replaced while
the state lies safe in a file that is locked for a moment. Made for one run; the next one opens again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.record import Commit, Outcome, Record


class UnansweringStore:
    """A `VersionedStore` of which every call raises `StoreUnavailable`, with the reason of the opening."""

    bounded = True

    def __init__(self, reason: Exception) -> None:
        self._reason = reason

    def get(self, session_id: str) -> dict[str, Any] | None:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def delete(self, session_id: str) -> None:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def load(self, session_id: str) -> Record | None:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def commit(self, session_id: str, commit: Commit) -> Outcome:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def copy(self, source: str, target: str) -> bool:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def rename(self, source: str, target: str) -> bool:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def take(self, session_id: str) -> Record | None:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def purge(self, *, limit: int = 1000) -> int:  # noqa: ARG002
        """No answer."""
        self._refuse()

    def close(self) -> None:
        """Nothing is open."""

    def _refuse(self) -> NoReturn:
        raise StoreUnavailable(str(self._reason)) from self._reason
