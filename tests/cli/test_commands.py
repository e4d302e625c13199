"""list, show, stats, revoke and purge, on every store that they are for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.identifier import fingerprint, new_session_id, stored_key
from fluxlit_component.state.owner import owning
from fluxlit_component.state.record import Change, Commit

KINDS = ("sqlite", "redis", "postgresql")


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> str:
    """An empty store of each kind."""
    return url_of(request.param)


@pytest.fixture
def store(url: str, opened: Callable[[str], Any]) -> Iterator[Any]:
    """The same store, as the app has it."""
    return opened(url)


@pytest.mark.parametrize("command", ["stats", "list", "show", "revoke", "purge", "migrate", "doctor"])
def test_a_damaged_file_is_left_as_it_is(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    tmp_path: Path,
    command: str,
) -> None:
    """A command says that it is damaged. Only the app sets it aside and begins anew."""
    path, url = tmp_path / "sessions.db", f"sqlite:///{tmp_path}/sessions.db"
    store = opened(url)
    for number in range(20):
        fill(store, a="x" * 1000 + str(number))
    store.close()
    damaged = path.read_bytes()[:100] + b"\xa5" * (path.stat().st_size - 100)
    path.write_bytes(damaged)
    extra = {"show": ["abc"], "revoke": ["--all", "-y"], "migrate": ["--to", f"sqlite:///{tmp_path}/new.db"]}
    done = run(command, *extra.get(command, []), "--store", url, code=1)
    assert "damaged" in done.stdout + done.stderr
    assert path.read_bytes() == damaged
    assert not list(tmp_path.glob("*.damaged-*"))


def test_list(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """Sessions are listed by eight characters of their hash, with numbers, and without values."""
    small, large = fill(store, a=1), fill(store, secret_key="hunter2" * 100, b=2)
    store.delete(fill(store, gone=1))
    found = run("list", "--store", url, "--json").json
    assert found["total"] == 2
    by_hash = {line["session"]: line for line in found["sessions"]}
    assert by_hash.keys() == {fingerprint(small), fingerprint(large)}
    line = by_hash[fingerprint(large)]
    assert (line["keys"], line["version"]) == (2, 1)
    assert 700 < line["bytes"] < 800
    assert 3500 < line["idle_left_seconds"] <= 3600
    assert 86_000 < line["left_seconds"] <= 86_400
    assert 0 <= line["age_seconds"] < 60
    time.sleep(0.01)
    newest = fill(store, b=3)
    text = run("list", "--store", url, "--limit", 1)
    assert fingerprint(newest) in text.stdout
    assert fingerprint(small) not in text.stdout
    assert "1 of 3 sessions" in text.stderr
    assert "hunter2" not in run("list", "--store", url).stdout


def test_show(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """A session is shown by key, type, size and version; its values only when asked for."""
    sid = fill(store, name="hunter2", frame={1, 2}, gone=1, __fluxlit_note="own")
    store.commit(sid, Commit({"gone": Change(None, base=1)}, idle_seconds=3600))
    prefix = fingerprint(sid)[:5]
    found = run("show", prefix, "--store", url, "--json").json
    assert (found["session"], found["version"]) == (fingerprint(sid), 2)
    assert [(line["key"], line["type"], line["version"]) for line in found["keys"]] == [
        ("__fluxlit_note", "str", 1),
        ("frame", "set", 1),
        ("gone", "deleted", 2),
        ("name", "str", 1),
    ]
    assert all("value" not in line for line in found["keys"])
    plain = run("show", prefix, "--store", url).stdout
    assert "name" in plain
    assert "hunter2" not in plain
    assert "'hunter2'" in run("show", prefix, "--store", url, "--values").stdout
    values = run("show", stored_key(sid), "--store", url, "--values", "--json").json["keys"]
    assert [line.get("value") for line in values] == [None, "{1, 2}", None, "'hunter2'"]


def test_show_nothing(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """What is not there, what is ambiguous, and an id in the place of a hash are told apart."""
    sid = fill(store, a=1)
    other = "0" if fingerprint(sid)[0] != "0" else "1"
    assert "no living session begins with" in run("show", other, "--store", url, code=1).stderr
    for _ in range(20):
        fill(store, a=1)
    assert "hex characters" in run("show", "xyz", "--store", url, code=2).stderr
    begins = [fingerprint(sid)[0] for sid in [sid, *(fill(store, a=1) for _ in range(17))]]
    shared = next(begin for begin in begins if begins.count(begin) > 1)
    assert "several sessions begin with" in run("show", shared, "--store", url, code=1).stderr


@pytest.mark.parametrize("begin", ["", "-Z", "--", "-h", "--all"])
@pytest.mark.parametrize("command", ["show", "revoke"])
def test_an_id_is_refused_and_not_repeated(run: Callable[..., Any], command: str, begin: str) -> None:
    """Also one that looks like an option, as one in 64 does."""
    sid = begin + new_session_id()[len(begin) :]
    found = run(command, sid, "--store", "sqlite:///sessions.db", code=2)
    assert "this looks like a session id" in found.stderr
    assert sid[len(begin) :] not in found.stderr + found.stdout


def test_stats(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """Sessions, keys and bytes are added up; what has ended is counted apart."""
    fill(store, a="x" * 1000)
    fill(store, a=1, b=2)
    store.delete(fill(store, a=1))
    found = run("stats", "--store", url, "--json").json
    assert (found["sessions"], found["keys"], found["destroyed"]) == (2, 3, 1)
    assert 1000 < found["largest_bytes"] < found["bytes"] < 1100
    text = run("stats", "--store", url).stdout
    assert "sessions" in text
    assert re.search(r"^largest bytes +1\.0 KB$", text, re.MULTILINE)
    assert "{" not in text
    assert "?" not in found["store"]


def test_stats_of_nothing(run: Callable[..., Any], store: Any, url: str) -> None:
    """An empty store has zero of everything."""
    found = run("stats", "--store", url, "--json").json
    assert (found["sessions"], found["bytes"], found["largest_bytes"]) == (0, 0, 0)
    assert run("list", "--store", url, "--json").json == {"total": 0, "sessions": []}
    run("stats", "--store", url)


def test_revoke(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """A revoked session is destroyed for its visitor, after a question; another one stays."""
    sid, other = fill(store, a=1), fill(store, a=2)
    refused = run("revoke", fingerprint(sid), "--store", url, code=1, answer="n\n")
    assert f"Destroy session {fingerprint(sid)} with 1 keys?" in refused.stderr
    assert store.get(sid) == {"a": 1}
    assert run("revoke", fingerprint(sid), "--yes", "--store", url, "--json").json == {"destroyed": 1}
    assert (store.get(sid), store.get(other)) == (None, {"a": 2})
    late = Commit({"a": Change(encode(9))}, create=True)
    assert store.commit(sid, late).verdict == "destroyed"
    run("revoke", fingerprint(sid), "--yes", "--store", url, code=1)


def test_revoke_all(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """All sessions go at once, after a question that says how many; one of the two ways must be chosen."""
    sids = [fill(store, a=1) for _ in range(3)]
    asked = run("revoke", "--all", "--store", url, code=1, answer="n\n")
    assert "Destroy all 3 sessions" in asked.stderr
    assert "3 sessions destroyed" in run("revoke", "--all", "--store", url, answer="y\n").stdout
    assert [store.get(sid) for sid in sids] == [None] * 3
    assert "0 sessions destroyed" in run("revoke", "--all", "--yes", "--store", url).stdout
    for arguments in ([], ["ab", "--all"]):
        assert "--all" in run("revoke", *arguments, "--store", url, code=2).stderr


def test_purge(run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]) -> None:
    """What has expired is dropped, more of it than fits into one step; what lives stays."""
    alive = fill(store, a=1)
    for _ in range(3):
        fill(store, idle_seconds=0.05, a=1)
    time.sleep(0.1)
    before = run("stats", "--store", url, "--json").json
    assert (before["sessions"], before["expired"]) == (1, 3)
    dropped = run("purge", "--store", url, "--json").json["dropped"]
    assert dropped == (0 if url.startswith("redis") else 3)  # Redis drops by itself, five minutes later
    assert store.get(alive) == {"a": 1}
    assert "0 ended sessions dropped" in run("purge", "--store", url).stdout


def test_store_by_settings(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without --store a command takes what the app would take: the default file, a path, a URL, secrets."""
    default = tmp_path / ".streamlit" / "fluxlit_sessions.db"
    missing = run("list", code=1)
    assert str(default) in missing.stderr
    assert "--store" in missing.stderr
    assert not default.exists()
    fill(opened(f"sqlite:///{default}"), a=1)
    assert run("list", "--json").json["total"] == 1
    elsewhere = tmp_path / "elsewhere.db"
    opened(f"sqlite:///{elsewhere}")
    monkeypatch.setenv("FLUXLIT_SESSION_SQLITE_PATH", str(elsewhere))
    assert run("list", "--json").json["total"] == 0
    monkeypatch.setenv("FLUXLIT_SESSION_STORE", f"sqlite:///{default}")
    assert run("list", "--json").json["total"] == 1
    monkeypatch.setenv("FLUXLIT_GATE_SECONDS", "soon")
    assert "FLUXLIT_GATE_SECONDS" in run("list", code=2).stderr


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("memory://", 2, "no other process can look into it"),
        ("shop.stores:store", 2, "a store is named by a URL"),
        ("mongodb://u:hunter2@h", 2, "no store for this URL scheme"),
        ("redis://u:hunter2@127.0.0.1:1/0", 1, "gave no answer"),
        ("postgresql+psycopg://u:hunter2@127.0.0.1:1/db", 1, "gave no answer"),
    ],
)
def test_stores_that_do_not_work(run: Callable[..., Any], url: str, code: int, said: str) -> None:
    """A store that cannot be had costs one sentence and an exit code, and no password."""
    done = run("list", "--store", url, code=code)
    assert said in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_misuse(run: Callable[..., Any]) -> None:
    """What no command understands is exit code 2."""
    run("list", "--limit", 0, code=2)
    run("list", "--no-such-option", code=2)
    run("frobnicate", code=2)
    run("show", code=2)


def test_list_says_whether_a_session_is_somebodys(
    run: Callable[..., Any], store: Any, url: str, fill: Callable[..., str]
) -> None:
    """Never whose."""
    fill(store, a=1)
    sid = new_session_id()
    store.commit(sid, Commit({"b": Change(encode(1)), **owning(sid, b"a visitor")}, create=True))
    found = run("list", "--store", url, "--json").json["sessions"]
    assert sorted(entry["bound"] for entry in found) == [False, True]
    text = run("list", "--store", url).stdout
    assert text.count("somebody") == 1
    assert "a visitor" not in text
