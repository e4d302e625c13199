"""One tab of a session, as far as its state, its base and its store go."""

from __future__ import annotations

from typing import Any

from fluxlit_component.state.caps import Caps
from fluxlit_component.state.diff import Base, Diff
from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores.memory import InMemorySessionStore

SID = "S" * 43


class TabModel:
    """One tab as `tab.persist` drives it: a state, a base, a store."""

    def __init__(self, store: InMemorySessionStore) -> None:
        self.store = store
        self.base = Base()
        self.state: dict[str, Any] = {}

    def arrive(self) -> None:
        """F5: nothing is known, everything is read."""
        record = self.store.load(SID)
        self.base = Base()
        self.state = self.base.adopt(record) if record is not None else {}

    def save(self, *, caps: Caps | None = None) -> tuple[Diff, Outcome]:
        """End of a run: what has changed is committed."""
        gone = self.base.held.keys() - self.state.keys()
        diff = self.base.diff(self.state, deleted=gone, caps=caps)
        outcome = self.store.commit(SID, Commit(diff.changes, create=True))
        self.base.settle(diff, outcome)
        return diff, outcome


def record_of(**fields: Field) -> Record:
    """A record as a store would load it."""
    return Record(9, 0.0, None, None, 0, fields)
