"""The walk of the store contract finds a store that breaks one promise; so does its test of values."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.testing import SessionStoreContract, VersionedStoreContract
from fluxlit_component.testing.contract import _DATA
from tests.three_methods import DictStore
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


class Changing(DictStore):
    """Returns each value of a session as `change` makes it, at every depth."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        super().__init__()
        self.change = change

    def get(self, session_id: str) -> dict[str, Any] | None:
        found = super().get(session_id)
        return None if found is None else self.walk(found)

    def walk(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.walk(item) for key, item in value.items()}
        return [self.walk(item) for item in value] if isinstance(value, list) else self.change(value)


def changes_nothing(store: DictStore) -> bool:
    """Whether the store returns all values of the contract as they were set."""
    try:
        for data in _DATA.values():
            SessionStoreContract().test_set_then_get(store, "sid", data)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(
    "change",
    [
        lambda v: int(v) if type(v) is float and v.is_integer() else v,
        lambda v: struct.unpack("f", struct.pack("f", v))[0] if type(v) is float and v < 1e30 else v,
        lambda v: (v + 2**31) % 2**32 - 2**31 if type(v) is int else v,
        lambda v: float(v) if type(v) is int else v,
        lambda v: int(v) if type(v) is bool else v,
        lambda v: abs(v) if v == 0 and type(v) is float else v,
    ],
    ids=["whole floats", "floats of 4 bytes", "ints of 4 bytes", "ints as floats", "bools", "minus zero"],
)
def test_a_store_that_changes_values_is_found(change: Callable[[Any], Any]) -> None:
    """Also where only the type is another, and deep in a list."""
    assert not changes_nothing(Changing(change))


def test_a_store_may_sort_the_keys_of_nested_dicts() -> None:
    """As PostgreSQL's jsonb does."""

    class Sorting(DictStore):
        def get(self, session_id: str) -> dict[str, Any] | None:
            found = super().get(session_id)
            return None if found is None else json.loads(json.dumps(found, sort_keys=True))

    assert changes_nothing(Sorting())
