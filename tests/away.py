"""A store in memory that does not answer while a test says so."""

from __future__ import annotations

from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.outage import breaker_of


class Away(InMemorySessionStore):
    """Neither reads nor commits while `is_away`; counts the commits that it took."""

    is_away = False
    commits = 0
    failure: Exception = StoreUnavailable("no answer")

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        self._answer()
        self.commits += 1
        return super().commit(session_id, commit)

    def load(self, session_id: str) -> Record | None:
        self._answer()
        return super().load(session_id)

    def come_back(self) -> None:
        """Answer, and be asked at once."""
        self.is_away = False
        breaker_of(self).succeeded()

    def _answer(self) -> None:
        if self.is_away:
            raise self.failure
