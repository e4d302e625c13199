"""How long a session lives from a commit on."""

from __future__ import annotations

from collections.abc import Mapping

from fluxlit_component.state.record import Change, Commit


class Lifetimes:
    """Seconds; None: without end."""

    def __init__(self, idle_seconds: float | None = None, max_age_seconds: float | None = None) -> None:
        self.idle_seconds = idle_seconds
        self.max_age_seconds = max_age_seconds

    def commit(
        self, changes: Mapping[str, Change], *, schema: int = 0, create: bool = False, begin: int = 1
    ) -> Commit:
        """Changes to a session with these lifetimes."""
        return Commit(changes, self.idle_seconds, self.max_age_seconds, schema, create, begin)
