"""The walk of the store contract finds a store that breaks one promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.testing import VersionedStoreContract
from tests.turnable import TurnableClock


class NoGuards(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        changes = {key: replace(change, guarded=False) for key, change in commit.changes.items()}
        return super().commit(session_id, replace(commit, changes=changes))


class SaysNothingOfOverwriting(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return replace(super().commit(session_id, commit), overwritten=frozenset())


class AlwaysBegins(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return super().commit(session_id, replace(commit, create=True))


class BeginsWithOne(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return super().commit(session_id, replace(commit, begin=1))


class ForgetsSchemas(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return super().commit(session_id, replace(commit, schema=None))


class WritesToNewerSchemas(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        outcome = super().commit(session_id, commit)
        is_newer = outcome.verdict == "newer"
        return super().commit(session_id, replace(commit, schema=None)) if is_newer else outcome


class TakesNoNumberForZero(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return super().commit(session_id, replace(commit, schema=commit.schema or 0))


class MovesNoDeadline(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return super().commit(session_id, replace(commit, idle_seconds=1000))


class NeverEnds(InMemorySessionStore):
    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return super().commit(session_id, replace(commit, max_age_seconds=None))


class Merges(InMemorySessionStore):
    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        super().set(session_id, {**(self.get(session_id) or {}), **data}, ttl_seconds=ttl_seconds)


class DropsTombstones(InMemorySessionStore):
    def load(self, session_id: str) -> Record | None:
        record = super().load(session_id)
        kept = (
            {key: field for key, field in record.fields.items() if field.data is not None} if record else {}
        )
        return record and replace(record, fields=kept)


class LeavesNoMarker(InMemorySessionStore):
    def delete(self, session_id: str) -> None:
        self._sessions.clear()


class TakesAndKeeps(InMemorySessionStore):
    def take(self, session_id: str) -> Record | None:
        return self.load(session_id)


class RenamesByCopying(InMemorySessionStore):
    def rename(self, source: str, target: str) -> bool:
        return self.copy(source, target)


class CopiesOntoWhatIsThere(InMemorySessionStore):
    def copy(self, source: str, target: str) -> bool:
        if source != target and self.load(source) is not None:
            self._sessions.pop(self._name(target), None)
        return super().copy(source, target)

    def _name(self, sid: str) -> str:
        from fluxlit_component.identifier import stored_key

        return stored_key(sid)


class TouchesWhatIsGone(InMemorySessionStore):
    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        super().touch(session_id, idle_seconds=idle_seconds)
        return True


class NeverExpires(InMemorySessionStore):
    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        return super().touch(
            session_id, idle_seconds=1000 if idle_seconds == VersionedStoreContract.lifetime else idle_seconds
        )


def fails(kind: Callable[..., InMemorySessionStore]) -> bool:
    """Whether one of the walks finds it."""
    for seed in range(12):
        clock = TurnableClock()
        try:
            VersionedStoreContract().test_a_walk(kind(clock=clock), clock.advance, seed)
        except AssertionError:
            return True
    return False


def test_a_sound_store_passes() -> None:
    """The one in memory, beside itself."""
    assert not fails(InMemorySessionStore)


BROKEN = [kind for kind in InMemorySessionStore.__subclasses__() if kind.__module__ == __name__]


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_promise_is_found(kind: Callable[..., InMemorySessionStore]) -> None:
    """Each in one of the twelve walks at least."""
    assert fails(kind)
