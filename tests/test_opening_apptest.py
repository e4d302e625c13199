"""What an app gets whose store cannot be opened: locked, read-only, damaged, or nowhere at all.

Real locks, real read-only mounts, real script runs in AppTest.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fluxlit_component import ConfigurationError, InMemorySessionStore, SQLiteSessionStore, StoreUnavailable
from fluxlit_component.settings import load_settings
from fluxlit_component.stores.assembly import UnansweringStore, choose_store
from fluxlit_component.stores.location import close_stores
from fluxlit_component.testing.contract import race
from tests.held import within
from tests.visitor import Visitor, assign, defaults, nothing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The default store's file, in a folder of its own."""
    return tmp_path / "folder" / "sessions.db"


@pytest.fixture(autouse=True)
def forced(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Continuity on in tests, the default store in `path`."""
    monkeypatch.setenv("FLUXLIT_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_SESSION_SQLITE_PATH", str(path))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Somebody has the file for himself alone, and no store of this process has it open."""
    close_stores()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.close()


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], None]]:
    """Make a file or a folder read-only, also for root, until the test ends."""
    mounted: list[Path] = []

    def seal(place: Path) -> None:
        for options in (["--bind", str(place)], ["-o", "remount,bind,ro", str(place)]):
            try:
                done = subprocess.run(
                    ["mount", *options, str(place)], check=False, capture_output=True, text=True
                )
            except FileNotFoundError:
                pytest.skip("there is no mount command: nothing can be made read-only for root here")
            if done.returncode:
                pytest.skip(f"nothing can be mounted read-only here: {done.stderr.strip()}")
            if options[0] == "--bind":
                mounted.append(place)

    yield seal
    close_stores()
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _warnings(caplog: pytest.LogCaptureFixture, about: str) -> list[str]:
    return [
        r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING and about in r.getMessage()
    ]


# --- locked ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("named", ["default", "argument", "setting"])
def test_a_file_that_is_locked_when_it_is_opened(
    named: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app runs, degraded, under the same id; with the lock gone the next run has the state back."""
    options: dict[str, Any] = {"store": f"sqlite:///{path}"} if named == "argument" else {}
    if named == "setting":
        monkeypatch.setenv("FLUXLIT_SESSION_STORE", f"sqlite:///{path}")
    visitor = Visitor(assign(a=1, c=1), **options)
    sid = visitor.sid
    with _locked(path):
        visitor = visitor.reload(defaults(a="default"))
        assert visitor.session.status == "degraded"
        assert visitor.sid == sid
        assert visitor.state == {"a": "default"}
        visitor.run(assign(b=2))
        assert visitor.session.status == "degraded"
    visitor.run(nothing)
    assert visitor.session.status == "ready"
    assert visitor.session.id == sid
    assert visitor.state == {"a": 1, "b": 2, "c": 1}
    store = SQLiteSessionStore(path)
    assert store.get(sid) == {"a": 1, "b": 2, "c": 1}
    store.close()


def test_visitors_do_not_queue_before_a_locked_file(path: Path) -> None:
    """Many that come at once are held about as long as one."""
    SQLiteSessionStore(path).close()
    settings = load_settings()
    with _locked(path), within(2.4):  # one after the other it would be over three seconds
        found = race(8, lambda _: choose_store(None, settings, None))
    assert all(isinstance(store, UnansweringStore) for store in found)
    assert choose_store(None, settings, None).get("a") is None


def test_every_call_says_why(path: Path) -> None:
    """Whatever is asked of it, the answer is the reason of the opening, as "unavailable"."""
    SQLiteSessionStore(path).close()
    with _locked(path):
        store = choose_store(None, load_settings(), None)
        assert choose_store(None, load_settings(), None) is store  # so all runs ask it together
        calls: list[Callable[[], object]] = [
            *(lambda: store.get("a"), lambda: store.set("a", {}), lambda: store.delete("a")),
            *(lambda: store.load("a"), lambda: store.take("a"), store.purge),
            *(lambda: store.copy("a", "b"), lambda: store.rename("a", "b")),
            lambda: store.touch("a", idle_seconds=1),
        ]
        for call in calls:
            with pytest.raises(StoreUnavailable, match="locked"):
                call()
    for call in calls:
        call()  # it is open now, also for a page of that time
    assert not isinstance(choose_store(None, load_settings(), None), UnansweringStore)
    store.close()


def test_a_disk_that_is_full_when_the_file_is_opened(path: Path) -> None:
    """Degraded, under the same id; with room again the state is back."""
    path.parent.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(path.parent)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        visitor = Visitor(assign(a=1))
        sid = visitor.sid
        close_stores()
        filler = path.parent / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 512):
                pass
        visitor = visitor.reload(assign(b=2))
        assert (visitor.session.status, visitor.sid) == ("degraded", sid)
        filler.unlink()
        visitor.run(nothing)
        assert (visitor.session.status, visitor.sid) == ("ready", sid)
        assert visitor.state == {"a": 1, "b": 2}
    finally:
        close_stores()
        subprocess.run(["umount", "--lazy", str(path.parent)], check=True)


# --- another store, by URL ---------------------------------------------------------------------------
def test_a_named_file_that_cannot_be_made(tmp_path: Path) -> None:
    """An explicit URL never turns into memory: degraded, and the app runs."""
    (tmp_path / "file").touch()
    visitor = Visitor(assign(a=1), store=f"sqlite:///{tmp_path}/file/sessions.db")
    assert visitor.session.status == "degraded"
    assert visitor.state == {"a": 1}


def test_a_named_store_that_cannot_work_is_said_loudly() -> None:
    """A mistake of the app's author is an error, not an outage."""
    with pytest.raises(ConfigurationError):
        choose_store("nowhere://x", load_settings(), None)


def test_a_store_of_the_settings_is_named_by_its_variable() -> None:
    """The operator reads which one to mend; the URL is not quoted."""
    with pytest.raises(ConfigurationError, match=r"FLUXLIT_SESSION_STORE .*URL scheme") as caught:
        choose_store(None, load_settings({"session_store": "nowhere://u:hunter2@h"}), None)
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it, in the place of "cannot be used"."""
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(ConfigurationError, match="pip install pymysql"):
        choose_store("mariadb+pymysql://u:p@h/db", load_settings(), None)


# --- nowhere to keep a file --------------------------------------------------------------------------
def test_the_default_file_is_beside_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing configured: `.streamlit/fluxlit_sessions.db` in the script's folder, wherever it is run."""
    monkeypatch.delenv("FLUXLIT_SESSION_SQLITE_PATH")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    script = tmp_path / "app.py"
    script.write_text(
        "import streamlit as st\nfrom fluxlit_component import url_session\n"
        "with url_session() as session:\n    st.session_state.a = 1\n    st.write(session.status)\n"
    )
    at = AppTest.from_file(str(script), default_timeout=30).run()
    assert not at.exception
    assert at.markdown[0].value == "ready"
    assert (tmp_path / ".streamlit" / "fluxlit_sessions.db").stat().st_size
    assert list((tmp_path / "elsewhere").iterdir()) == []


def _kept_in_memory(caplog: pytest.LogCaptureFixture) -> None:
    """A visitor's state outlives a reload in memory, and the log has one warning for all runs."""
    visitor = Visitor(assign(a=1)).reload(nothing)
    assert visitor.session.status == "ready"
    assert visitor.state == {"a": 1}
    assert isinstance(choose_store(None, load_settings(), None), InMemorySessionStore)
    (told,) = _warnings(caplog, "kept in memory")
    assert "FLUXLIT_SESSION_SQLITE_PATH" in told


def test_no_file_can_be_made(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the folder cannot be made the sessions are kept in memory."""
    path.parent.touch()
    _kept_in_memory(caplog)


def test_a_read_only_folder_without_a_file(
    path: Path, read_only: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing was ever saved there, so memory denies nothing."""
    path.parent.mkdir()
    read_only(path.parent)
    _kept_in_memory(caplog)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_file_that_became_read_only(what: str, path: Path, read_only: Callable[[Path], None]) -> None:
    """What was saved is in there: degraded, the id kept, no memory in its place, and nothing lost."""
    visitor = Visitor(assign(a=1))
    sid = visitor.sid
    close_stores()
    place = path.parent if what == "folder" else path
    read_only(place)
    visitor = visitor.reload(assign(a=2))
    assert visitor.session.status == "degraded"
    assert visitor.sid == sid
    close_stores()
    subprocess.run(["mount", "-o", "remount,bind,rw", str(place)], check=True)
    store = SQLiteSessionStore(path)
    assert store.get(sid) == {"a": 1}
    store.close()
    visitor.run(nothing)
    assert (visitor.session.status, visitor.sid) == ("ready", sid)


# --- damaged or not ours ------------------------------------------------------------------------------
def test_a_damaged_file(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The app runs and saves, and says in the log where the damaged file is."""
    visitor = Visitor(assign(a=1))
    close_stores()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
    visitor = visitor.reload(assign(b=2))
    assert visitor.session.status == "ready"
    assert visitor.reload(nothing).state == {"b": 2}
    assert len(_warnings(caplog, "set aside")) == 1


def test_a_default_file_that_is_not_ours(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The app runs, degraded; the file is left alone, and the log says what it is."""
    path.parent.mkdir()
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE customer (id INTEGER)")
    theirs.close()
    before = path.read_bytes()
    visitor = Visitor(assign(a=1))
    assert visitor.session.status == "degraded"
    assert visitor.state == {"a": 1}
    assert path.read_bytes() == before
    assert len(_warnings(caplog, "something else")) == 1


def test_a_file_of_a_newer_release(path: Path) -> None:
    """After a step back to an older release the id is kept, so that a step forward finds the state again."""
    visitor = Visitor(assign(a=1))
    sid = visitor.sid
    close_stores()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    visitor = visitor.reload(defaults(a=2))
    assert (visitor.session.status, visitor.sid) == ("degraded", sid)
