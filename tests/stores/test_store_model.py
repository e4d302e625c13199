"""The stores against a plain model of the contract: whatever two tabs do in whatever order, all agree."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.redis import RedisSessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.servers.local_redis import LocalRedis
from tests.turnable import TurnableClock

SIDS = st.sampled_from(["one", "two", "three"])
KEYS = st.sampled_from("abc")
TABS = st.sampled_from([0, 1])
SCHEMAS = st.sampled_from([None, None, 0, 1, 2, 3])
SPANS = st.sampled_from([None, 0, 5, 60, 900])
DAY = 86_400


@dataclass
class Session:
    """What the model knows of a session: alive, expired or, without fields, the marker of one."""

    created: float
    ends: float | None
    last: float | None
    version: int = 1
    fields: dict[str, tuple[int, bytes | None]] = field(default_factory=dict)
    forgotten: float | None = None
    schema: int = 0


@dataclass
class Model:
    """The contract in a dict, written without a look at the stores."""

    now: float
    sessions: dict[str, Session] = field(default_factory=dict)

    def state(self, sid: str) -> str:
        session = self.sessions.get(sid)
        if session is None or (session.forgotten is not None and session.forgotten <= self.now):
            return "absent"
        if session.forgotten is not None:
            return "destroyed"
        over = [end for end in (session.ends, session.last) if end is not None and end <= self.now]
        return "expired" if over else "alive"

    def alive(self, sid: str) -> Session | None:
        return self.sessions[sid] if self.state(sid) == "alive" else None

    def after(self, span: float | None) -> float | None:
        return self.now + span if span else None

    def destroy(self, sid: str) -> None:
        self.sessions[sid] = Session(self.now, None, None, forgotten=self.now + DAY)

    def copy(self, source: str, target: str) -> bool:
        session = self.alive(source)
        if session is None or self.state(target) in {"alive", "destroyed"}:
            return False
        self.sessions[target] = Session(
            session.created,
            session.ends,
            session.last,
            session.version,
            dict(session.fields),
            schema=session.schema,
        )
        return True

    def commit(self, sid: str, commit: Commit) -> tuple[Any, ...]:
        state = self.state(sid)
        if state in {"expired", "destroyed"} or (state == "absent" and not commit.create):
            return (state, 0, {}, frozenset())
        session = self.alive(sid) or Session(self.now, None, self.after(commit.max_age_seconds), version=0)
        if commit.schema is not None and session.schema > max(commit.schema, 1):
            return ("newer", 0, {}, frozenset())
        refused, overwritten, written = {}, set(), {}
        for key, change in commit.changes.items():
            version = session.fields[key][0] if key in session.fields else 0
            if change.guarded and version != change.base:
                refused[key] = session.fields.get(key)
            else:
                written[key] = (session.version + 1, change.data)
                overwritten |= {key} if version > change.base else set()
        if written:
            session.version += 1
            session.schema = max(session.schema, commit.schema or 0)
            session.fields |= written
            session.ends = self.after(commit.idle_seconds)
            self.sessions[sid] = session
        return ("committed", session.version, refused, frozenset(overwritten))

    def purge(self) -> int:
        ended = [
            sid
            for sid, session in self.sessions.items()
            if self.state(sid) == "expired" or (session.forgotten or self.now + 1) <= self.now
        ]
        for sid in ended:
            del self.sessions[sid]
        return len(ended)

    def record(self, sid: str) -> tuple[Any, ...] | None:
        session = self.alive(sid)
        if session is None:
            return None
        return (session.version, session.created, session.ends, session.last, session.schema, session.fields)


def _plain(record: Any) -> tuple[Any, ...] | None:
    if record is None:
        return None
    fields = {key: (stored.version, stored.data) for key, stored in record.fields.items()}
    return (record.version, record.created, record.idle_expires, record.expires, record.schema, fields)


class StoresAgree(RuleBasedStateMachine):
    """Two tabs, each with what it last saw, on three sessions in two stores and a model."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = TurnableClock()
        self.model = Model(self.clock.now)
        self.folder = tempfile.mkdtemp()
        self.stores: list[InMemorySessionStore | SQLiteSessionStore] = [
            InMemorySessionStore(clock=self.clock),
            SQLiteSessionStore(Path(self.folder) / "sessions.db", clock=self.clock),
        ]
        for store in self.stores:
            store._sweep_due = float("inf")  # when it tidies up by itself is not part of the contract
        self.seen: list[dict[tuple[str, str], int]] = [{}, {}]

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    @rule(tab=TABS, sid=SIDS)
    def load(self, tab: int, sid: str) -> None:
        session = self.model.alive(sid)
        if session is not None:
            self.seen[tab] |= {(sid, key): version for key, (version, _) in session.fields.items()}

    @rule(
        tab=TABS,
        sid=SIDS,
        values=st.dictionaries(KEYS, st.tuples(st.none() | st.integers(0, 9), st.booleans())),
        idle=SPANS,
        age=SPANS,
        schema=SCHEMAS,
        create=st.booleans(),
    )
    def commit(
        self,
        *,
        tab: int,
        sid: str,
        values: dict[str, tuple[int | None, bool]],
        idle: float | None,
        age: float | None,
        schema: int | None,
        create: bool,
    ) -> None:
        changes = {
            key: Change(None if value is None else encode(value), self.seen[tab].get((sid, key), 0), guarded)
            for key, (value, guarded) in values.items()
        }
        commit = Commit(changes, idle, age, schema, create)
        expected = self.model.commit(sid, commit)
        for store in self.stores:
            outcome = store.commit(sid, commit)
            refused = {k: f and (f.version, f.data) for k, f in outcome.refused.items()}
            assert (outcome.verdict, outcome.version, refused, outcome.overwritten) == expected
        if expected[0] == "committed":
            self.seen[tab] |= {(sid, key): expected[1] for key in changes if key not in expected[2]}

    @rule(sid=SIDS, values=st.dictionaries(KEYS, st.integers(0, 9)), ttl=SPANS)
    def set(self, sid: str, values: dict[str, int], ttl: float | None) -> None:
        for store in self.stores:
            store.set(sid, values, ttl_seconds=ttl)
        fields = {key: (1, encode(value)) for key, value in values.items()}
        ends = self.model.after(DAY if ttl is None else ttl)
        self.model.sessions[sid] = Session(self.clock.now, ends, None, 1, dict(fields))

    @rule(sid=SIDS)
    def delete(self, sid: str) -> None:
        for store in self.stores:
            store.delete(sid)
        self.model.destroy(sid)

    @rule(sid=SIDS, idle=SPANS)
    def touch(self, sid: str, idle: float | None) -> None:
        session = self.model.alive(sid)
        assert [store.touch(sid, idle_seconds=idle) for store in self.stores] == [session is not None] * 2
        if session is not None:
            session.ends = self.model.after(idle)

    @rule(source=SIDS, copy=SIDS)
    def copy(self, source: str, copy: str) -> None:
        expected = self.model.copy(source, copy)
        assert [store.copy(source, copy) for store in self.stores] == [expected] * 2

    @rule(source=SIDS, renamed=SIDS)
    def rename(self, source: str, renamed: str) -> None:
        expected = self.model.copy(source, renamed)
        if expected:
            self.model.destroy(source)
        assert [store.rename(source, renamed) for store in self.stores] == [expected] * 2

    @rule(sid=SIDS)
    def take(self, sid: str) -> None:
        expected = self.model.record(sid)
        if expected is not None:
            self.model.destroy(sid)
        assert [_plain(store.take(sid)) for store in self.stores] == [expected] * 2

    @rule(seconds=st.sampled_from([1, 5, 30, 400, DAY]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.model.now = self.clock.now

    @precondition(lambda self: self.model.sessions)
    @rule()
    def purge(self) -> None:
        expected = self.model.purge()
        assert [store.purge() for store in self.stores] == [expected] * 2

    @invariant()
    def all_agree(self) -> None:
        for sid in ("one", "two", "three"):
            expected = self.model.record(sid)
            assert [_plain(store.load(sid)) for store in self.stores] == [expected] * 2


def plain_of(record: Any) -> object:
    """What of a record does not depend on a clock."""
    if record is None:
        return None
    fields = {key: (stored.version, stored.data) for key, stored in record.fields.items()}
    return (record.version, record.schema, record.idle_expires is None, record.expires is None, fields)


class RedisAgrees(RuleBasedStateMachine):
    """Two tabs on three sessions in a real Redis and in memory; no expiry: the clock is the server's."""

    server: ClassVar[LocalRedis]

    def __init__(self) -> None:
        super().__init__()
        self.redis = RedisSessionStore(self.server.url, timeout_seconds=20)
        self.memory = InMemorySessionStore()
        self.names = {name: f"{name} {uuid.uuid4()}" for name in ("one", "two", "three")}
        self.seen: list[dict[tuple[str, str], int]] = [{}, {}]

    def teardown(self) -> None:
        self.redis.close()

    def both(self, operation: str, *names: str, **options: Any) -> Any:
        """Do it to both, and return what both answered."""
        sids = [self.names[name] for name in names]
        answers = [getattr(store, operation)(*sids, **options) for store in (self.redis, self.memory)]
        if operation in {"load", "take"}:
            assert plain_of(answers[0]) == plain_of(answers[1])
        else:
            assert answers[0] == answers[1]
        return answers[0]

    @rule(tab=TABS, sid=SIDS)
    def load(self, tab: int, sid: str) -> None:
        record = self.both("load", sid)
        if record is not None:
            self.seen[tab] |= {(sid, key): stored.version for key, stored in record.fields.items()}

    @rule(
        tab=TABS,
        sid=SIDS,
        values=st.dictionaries(KEYS, st.tuples(st.none() | st.integers(0, 9), st.booleans())),
        schema=SCHEMAS,
        create=st.booleans(),
    )
    def commit(
        self,
        *,
        tab: int,
        sid: str,
        values: dict[str, tuple[int | None, bool]],
        schema: int | None,
        create: bool,
    ) -> None:
        changes = {
            key: Change(None if value is None else encode(value), self.seen[tab].get((sid, key), 0), guarded)
            for key, (value, guarded) in values.items()
        }
        commit = Commit(changes, 3600, 7200, schema, create)
        told = []
        for store in (self.redis, self.memory):
            outcome = store.commit(self.names[sid], commit)
            refused = {k: f and (f.version, f.data) for k, f in outcome.refused.items()}
            told.append((outcome.verdict, outcome.version, refused, outcome.overwritten))
        assert told[0] == told[1]
        verdict, version, refused, _ = told[0]
        if verdict == "committed":
            self.seen[tab] |= {(sid, key): version for key in changes if key not in refused}

    @rule(sid=SIDS, values=st.dictionaries(KEYS, st.integers(0, 9)))
    def set(self, sid: str, values: dict[str, int]) -> None:
        for store in (self.redis, self.memory):
            store.set(self.names[sid], values)

    @rule(sid=SIDS, operation=st.sampled_from(["delete", "take"]))
    def end(self, sid: str, operation: str) -> None:
        self.both(operation, sid)

    @rule(sid=SIDS, idle=st.sampled_from([None, 0, 60]))
    def touch(self, sid: str, idle: float | None) -> None:
        self.both("touch", sid, idle_seconds=idle)

    @rule(source=SIDS, onto=SIDS, operation=st.sampled_from(["copy", "rename"]))
    def move(self, source: str, onto: str, operation: str) -> None:
        self.both(operation, source, onto)

    @invariant()
    def both_agree(self) -> None:
        for sid in self.names:
            self.both("load", sid)


@pytest.mark.slow
def test_redis_agrees(redis_server: LocalRedis) -> None:
    """The rules in Lua are those in Python, whatever two tabs do in whatever order."""
    RedisAgrees.server = redis_server
    run_state_machine_as_test(RedisAgrees, settings=SETTINGS)


SETTINGS = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
StoresAgree.TestCase.settings = SETTINGS
TestStoresAgree = StoresAgree.TestCase
