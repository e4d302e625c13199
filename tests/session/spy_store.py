"""A store that notes what it is asked, and that fails when told to."""

from __future__ import annotations

from typing import Any

from fluxlit_component import InMemorySessionStore, StoreUnavailable


class SpyStore(InMemorySessionStore):
    """Notes which ids it was asked for, and fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.commits = 0
        self.is_down = False

    def load(self, session_id: str) -> Any:
        self.loaded.append(session_id)
        self._answer()
        return super().load(session_id)

    def commit(self, session_id: str, commit: Any) -> Any:
        self._answer()
        self.commits += 1
        return super().commit(session_id, commit)

    def _answer(self) -> None:
        if self.is_down:
            raise StoreUnavailable("no answer")
