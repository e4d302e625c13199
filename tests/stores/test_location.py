"""Stores by URL: which scheme means what, one store each, and no password in any message."""

from __future__ import annotations

import multiprocessing
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.stores import location
from fluxlit_component.stores.location import open_store
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.testing.contract import race


@pytest.fixture(autouse=True)
def no_stores_before() -> Iterator[None]:
    """Begin with no store open, and leave none."""
    location._stores.clear()
    yield
    for store in location._stores.values():
        store.close()
    location._stores.clear()


class Engine:
    """Stands for a store whose client library takes the URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    def from_url(cls, url: str) -> Engine:
        if "broken" in url:
            raise ValueError(url)
        if "refused" in url:
            raise ConfigurationError("said by the store itself")
        return cls(url)

    def close(self) -> None:
        pass


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put stand-ins in the place of the stores that need another package."""
    for name, class_name in (("redis", "RedisSessionStore"), ("sql", "SQLSessionStore")):
        module = ModuleType(name)
        setattr(module, class_name, Engine)
        monkeypatch.setitem(sys.modules, f"fluxlit_component.stores.{name}", module)


def test_memory() -> None:
    """memory:// is one store for the whole process."""
    assert isinstance(open_store("memory://"), InMemorySessionStore)
    assert open_store("memory://") is open_store("memory://")


def test_relative_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slashes: a path from the working directory."""
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///folder/a.db")
    assert isinstance(store, SQLiteSessionStore)
    assert store.path == tmp_path / "folder" / "a.db"


def test_absolute_file(tmp_path: Path) -> None:
    """Four slashes: an absolute path, taken literally."""
    store = open_store(f"sqlite:///{tmp_path}/a%20b.db")
    assert isinstance(store, SQLiteSessionStore)
    assert store.path == tmp_path / "a%20b.db"


@pytest.mark.parametrize(
    "url",
    [
        *("redis://localhost", "rediss://localhost", "unix:///run/redis.sock", "valkey://localhost"),
        *("valkeys://localhost", "REDIS://localhost"),
        *("redis+cluster://a,b", "rediss+cluster://a,b"),
        *("redis+sentinel://a/mymaster", "rediss+sentinel://a/mymaster"),
        *("postgresql://localhost/db", "postgresql+psycopg://localhost/db", "postgres://localhost/db"),
    ],
)
@pytest.mark.usefixtures("engines")
def test_engines_get_the_url_as_it_is(url: str) -> None:
    """What belongs to a client library is handed on unread."""
    store: Any = open_store(url)
    assert store.url == url
    assert open_store(url) is store


@pytest.mark.parametrize(
    ("url", "extra"), [("redis://:hunter2@localhost", "redis"), ("postgresql://u:hunter2@localhost", "sql")]
)
def test_missing_package(url: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store whose package is not there says what to install."""
    monkeypatch.setitem(sys.modules, f"fluxlit_component.stores.{extra}", None)
    with pytest.raises(ConfigurationError, match=rf"pip install fluxlit-component\[{extra}\]") as caught:
        open_store(url)
    assert "hunter2" not in str(caught.value)
    assert isinstance(caught.value.__cause__, ImportError)


@pytest.mark.parametrize(
    "url",
    [
        *("mongodb://u:hunter2@localhost", "hunter2.db", "", "memory://hunter2", "memory://?hunter2=1"),
        *("sqlite://hunter2.db", "sqlite:///hunter2.db?password=hunter2", "memory://?ttl=hunter2"),
        *("redis://u:hunter2@broken", "postgresql://u:hunter2@broken"),
    ],
)
@pytest.mark.usefixtures("engines")
def test_no_secret_in_messages(url: str) -> None:
    """A URL that cannot be used is never quoted, neither in the message nor in a shown cause."""
    with pytest.raises(ConfigurationError) as caught:
        open_store(url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.usefixtures("engines")
def test_own_errors_pass() -> None:
    """What a store says itself is said."""
    with pytest.raises(ConfigurationError, match="said by the store itself"):
        open_store("redis://refused")


def test_unknown_scheme_lists_the_known() -> None:
    """Who mistypes a scheme sees which there are."""
    with pytest.raises(ConfigurationError, match=r"memory://.*sqlite:///.*redis://.*postgresql"):
        open_store("postgre://localhost")


def test_store_that_failed_is_not_kept(tmp_path: Path) -> None:
    """A file that could not be opened is tried again the next time."""
    (tmp_path / "folder").touch()
    url = f"sqlite:///{tmp_path}/folder/a.db"
    with pytest.raises(StoreUnavailable):
        open_store(url)
    (tmp_path / "folder").unlink()
    assert open_store(url).get("a") is None


def test_one_store_for_all_threads(tmp_path: Path) -> None:
    """Threads that ask at once get the same store. The file is there, so none waits for its making."""
    SQLiteSessionStore(tmp_path / "a.db").close()
    stores = race(16, lambda _: open_store(f"sqlite:///{tmp_path}/a.db"))
    assert all(store is stores[0] for store in stores)


def test_threads_wait_for_a_locked_file_at_the_same_time(tmp_path: Path) -> None:
    """Six visitors of a new process wait as long as one does."""
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    def refused(_: int) -> bool:
        with pytest.raises(StoreUnavailable):
            open_store(f"sqlite:///{tmp_path}/a.db")
        return True

    began = time.monotonic()
    assert all(race(6, refused))
    assert time.monotonic() - began < 1.5  # 0.4 s each
    other.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_process_of_its_own_has_its_own_store() -> None:
    """A forked process does not use its parent's store."""
    fork = multiprocessing.get_context("fork")
    mine, theirs = id(open_store("memory://")), fork.Queue()
    child = fork.Process(target=lambda: theirs.put(id(open_store("memory://"))))
    child.start()
    child_id = theirs.get(timeout=60)
    child.join()
    theirs.close()
    assert child_id != mine
