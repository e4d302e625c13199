"""Stores to look after: a file, a real Redis, a real PostgreSQL; and commands whose words are kept."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fluxlit_component.cli.application import app
from fluxlit_component.codec import encode
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.browse import BuiltInStore
from fluxlit_component.stores.location import open_store
from tests.servers import running, several
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis


@dataclass
class Result:
    """What a command printed, and how it ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands look at the folder they run in: an empty one, on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def sids() -> list[str]:
    """Ids that no command may ever print; `run` sees to it."""
    return []


@pytest.fixture
def run(sids: list[str]) -> Callable[..., Result]:
    """Run a command. No id, and no more than eight characters of a hash, may be in what it prints."""

    def invoke(*arguments: object, code: int = 0, answer: str | None = None) -> Result:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer)
        printed = done.stdout + done.stderr
        assert done.exit_code == code, printed + repr(done.exception)
        assert not any(sid in printed for sid in sids)
        assert not any(stored_key(sid)[:9] in printed for sid in sids)
        return Result(done.exit_code, done.stdout, done.stderr)

    return invoke


@pytest.fixture
def fill(sids: list[str]) -> Callable[..., str]:
    """Begin a session in a store; returns its id."""

    def begin(store: BuiltInStore, idle_seconds: float | None = 3600, **values: Any) -> str:
        sid = new_session_id()
        sids.append(sid)
        changes = {key: Change(encode(value)) for key, value in values.items()}
        store.commit(sid, Commit(changes, idle_seconds=idle_seconds, max_age_seconds=86_400, create=True))
        return sid

    return begin


@pytest.fixture(scope="session")
def redis_server() -> Iterator[LocalRedis]:
    """A Redis that evicts, as the doctor should notice."""
    yield from running(LocalRedis, "--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[LocalPostgres]:
    """A PostgreSQL with an empty database."""
    yield from running(LocalPostgres)


@pytest.fixture
def url_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The URL of a fresh, empty store of a kind."""

    def make(kind: str) -> str:
        fresh = uuid.uuid4().hex[:8]
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{fresh}.db"
        if kind == "redis":
            return f"{request.getfixturevalue('redis_server').url}?prefix={fresh}:"
        return f"{request.getfixturevalue('postgres_server').url}?table_prefix=t{fresh}_"

    return make


@pytest.fixture
def opened() -> Iterator[Callable[[str], BuiltInStore]]:
    """Open a store by its URL, as an app does but more patient."""
    stores: list[Any] = []

    def make(url: str) -> Any:
        stores.append(open_store(url, timeout_seconds=20))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def make_redis() -> Iterator[Callable[..., LocalRedis]]:
    """Start Redis servers of a test's own."""
    yield from several(LocalRedis)
