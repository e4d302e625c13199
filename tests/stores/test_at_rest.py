"""A whole life of a session on each backend: its ids are in no byte that is kept, logged or traced."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.settings import Settings
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.assembly import store_of_run
from fluxlit_component.stores.location import open_store
from tests.servers import require
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis


class Kept:
    """A backend of the test's own: where it is, how it writes down all it has, how it fails."""

    def __init__(
        self, url: str, folder: Path, flush: Callable[[], object], fail: Callable[[], object]
    ) -> None:
        self.url, self.flush, self.fail = url, flush, fail
        self._folder = folder

    def bytes(self) -> bytes:
        """All files of the backend: database, logs, dumps, and what it says about itself."""
        self.flush()
        return b"".join(path.read_bytes() for path in sorted(self._folder.rglob("*")) if path.is_file())


@pytest.fixture(params=["sqlite", "redis", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Each backend, with everything switched on that writes to disk."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path / "store" / "sessions.db"
            yield Kept(f"sqlite:///{path}", path.parent, lambda: None, lambda: path.write_bytes(b"x" * 5000))
            return
        kind = LocalRedis if request.param == "redis" else LocalPostgres
        require(kind)
        if kind is LocalRedis:
            on = (
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--rdbcompression",
                "no",
                "--loglevel",
                "debug",
            )
            server = stack.enter_context(LocalRedis(*on, "--slowlog-log-slower-than", "0"))
            raw = stack.enter_context(redis.Redis.from_url(server.url))
            yield Kept(server.url, server.folder, raw.save, server.kill)
            return
        verbose = ("log_statement=all", "log_min_error_statement=debug5", "log_parameter_max_length=0")
        postgres = stack.enter_context(LocalPostgres(*verbose))
        engine = sa.create_engine(postgres.url, isolation_level="AUTOCOMMIT")
        stack.callback(engine.dispose)

        def checkpoint() -> None:
            with engine.connect() as connection:
                connection.exec_driver_sql("CHECKPOINT")

        yield Kept(postgres.url, postgres.folder, checkpoint, postgres.kill)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is traced in this test."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


def test_ids_are_nowhere(kept: Kept, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture) -> None:
    """From the first commit over a conflict, a touch, a rotation, a link that is taken, to an outage."""
    caplog.set_level(logging.DEBUG)
    first, second, token, lost = ids = [new_session_id() for _ in range(4)]
    settings = Settings()

    def commit(sid: str, value: str, base: int = 0, *, guarded: bool = False) -> None:
        change = Change(encode(value), base, guarded)
        commit = Commit({"key": change}, idle_seconds=3600, create=True)
        # A run each: one store for all of them would soon have used up the time that a run may take.
        store_of_run(kept.url, settings, None).commit(sid, commit)

    def run(operation: str, *arguments: str, **options: float) -> object:
        return getattr(store_of_run(kept.url, settings, None), operation)(*arguments, **options)

    plain = open_store(kept.url)
    plain.set(first, {"other": 1})
    commit(first, "a")
    commit(first, "b")
    commit(first, "c", 7, guarded=True)
    assert run("touch", first, idle_seconds=60)
    assert run("copy", first, second)
    run("delete", first)
    commit(first, "late")
    plain.set(token, {"for": "one"})
    assert plain.take(token) is not None
    assert plain.rename(second, lost)
    assert run("load", lost) is not None
    kept_bytes = kept.bytes()
    plain.close()
    kept.fail()
    for sid in ids:
        with pytest.raises((StoreUnavailable, ValueError)) as caught:
            run("load", sid)
        logging.getLogger("app").error("as an app might log it", exc_info=caught.value)
    told = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "fluxlit.store.load" in told
    assert "as an app might" in caplog.text
    assert stored_key(lost).encode() in kept_bytes  # what is looked through is where they would be
    for sid in ids:
        assert sid.encode() not in kept_bytes
        assert sid not in told
        assert sid not in caplog.text
        assert stored_key(sid) not in told + caplog.text
