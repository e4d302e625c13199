"""doctor: what is wrong is found, said, and comes with the command that mends it."""

from __future__ import annotations

import http.server
import os
import re
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import pytest
import redis

from fluxlit_component.cli.checks import setup
from fluxlit_component.cli.checks import store as checks_of_the_store
from fluxlit_component.cli.checks.address import check_address, check_replicas_clocks, judge_clocks
from fluxlit_component.cli.checks.setup import (
    check_garbage,
    check_settings,
    check_transport,
    check_trusted_headers,
)
from fluxlit_component.cli.checks.store import check_clock, check_replicas, judge_engine, judge_latency
from fluxlit_component.cli.output import Finding
from fluxlit_component.cli.place import label_of
from fluxlit_component.internals.process import serves_asgi
from fluxlit_component.settings import Settings
from fluxlit_component.stores.browse import StoreFacts
from tests.servers.local_redis import LocalRedis


def levels(findings: Iterator[Finding]) -> list[str]:
    """How bad each finding is."""
    return [finding.level for finding in findings]


def wrong(document: Any) -> dict[str, tuple[str, str]]:
    """What a report complains about: subject -> level and remedy."""
    return {
        line["subject"]: (line["level"], line["remedy"])
        for line in document["findings"]
        if line["level"] in {"warning", "problem"}
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_all_is_well(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    url_of: Callable[[str], str],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sound set-up has nothing to mend: exit code 0; versions, transport, store and latency are named."""

    def judged(what: str, typical: float, worst: float) -> Finding:
        return judge_latency(what, min(typical, 0.01), min(worst, 0.01))  # a busy machine is no finding

    monkeypatch.setattr(checks_of_the_store, "judge_latency", judged)
    url = url_of(kind)
    opened(url).set("a", {})
    report = run("doctor", "--store", url, "--json").json
    assert report["ok"] is True
    found = {line["subject"]: line["text"] for line in report["findings"]}
    assert f"streamlit {version('streamlit')}" in found["versions"]
    assert "components v" in found["transport"]
    assert "writing takes" in found["latency"]
    assert "agree" in found["clock"]
    assert {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind] in found["engine"]
    assert "nothing is wrong" in run("doctor", "--store", url).stdout
    if kind == "postgresql":
        assert "psycopg" in str(report)


def test_the_probe_goes_away(
    run: Callable[..., Any], opened: Callable[[str], Any], url_of: Callable[[str], str]
) -> None:
    """What the doctor writes to try the store has ended when the doctor is done."""
    url = url_of("sqlite")
    store = opened(url)
    run("doctor", "--store", url)
    assert list(store.browse()) == []  # an ended one would count in `stats`
    assert run("list", "--store", url, "--json").json["total"] == 0


def test_eviction_on_a_real_redis(run: Callable[..., Any], make_redis: Callable[..., LocalRedis]) -> None:
    """A Redis that evicts is found, and the command that is named mends it."""
    server = make_redis("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
    sick = run("doctor", "--store", server.url, "--json", code=1).json
    assert wrong(sick).keys() == {"eviction"}
    level, remedy = wrong(sick)["eviction"]
    assert (level, remedy) == ("warning", "redis-cli CONFIG SET maxmemory-policy noeviction")
    with redis.Redis.from_url(server.url) as client:
        client.execute_command(*remedy.split()[1:])
    healthy = run("doctor", "--store", server.url).stdout
    assert "maxmemory-policy is noeviction" in healthy


def test_a_replica_takes_no_writes(run: Callable[..., Any], make_redis: Callable[..., LocalRedis]) -> None:
    """A read-only replica is found out by asking it, and by trying to write."""
    master = make_redis()
    replica = make_redis("--replicaof", "127.0.0.1", str(master.port), "--repl-diskless-sync-delay", "0")
    report = run("doctor", "--store", replica.url, "--json", code=1).json
    assert wrong(report).keys() == {"engine", "store"}
    assert "read-only replica" in str(report)


@pytest.mark.parametrize(
    "url",
    [
        "redis:/user:s3cr3t@host/0",
        "user:s3cr3t@host",
        "postgresql+psycopg:user:s3cr3t@x",
        "postgresql+psycopg:user:s3cr3t@x/db?proxy=http://y",
        "redis://user:s3cr3t?x@host/0",
        "s3cr3t://host/0",
    ],
)
def test_a_mistyped_url_shows_no_password(run: Callable[..., Any], url: str) -> None:
    """Nor is a store that cannot be made called sound."""
    report = run("doctor", "--store", url, "--json", code=1)
    assert "s3cr3t" not in report.stdout + label_of(url)
    assert [line["level"] for line in report.json["findings"] if line["subject"] == "store"] == ["problem"]


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("redis://u:p@host:1/0?prefix=x:", "redis://host:1/0"),
        ("mariadb+pymysql://u:p@h/db", "mariadb+pymysql://h/db"),
        ("sqlite:////srv/a@b.db", "sqlite:////srv/a@b.db"),
        ("postgresql://h/db?password=p@ss", "a URL that is not shown"),
    ],
)
def test_the_label_of_a_store(url: str, label: str) -> None:
    """Without user, password and options."""
    assert label_of(url) == label


def test_a_store_that_does_not_answer(run: Callable[..., Any]) -> None:
    """A server that is not there is a problem, with the command that looks for it; the rest is said too."""
    report = run("doctor", "--store", "redis://u:hunter2@127.0.0.1:1/0", "--json", code=1).json
    assert wrong(report) == {"store": ("problem", "redis-cli -u URL PING")}
    assert any(line["subject"] == "https" for line in report["findings"])
    assert "hunter2" not in str(report)


@pytest.mark.skipif(os.name == "nt", reason="no POSIX file modes")
def test_file_modes(
    run: Callable[..., Any], opened: Callable[[str], Any], url_of: Callable[[str], str]
) -> None:
    """A database that others may read is a problem, and the command that is named mends it."""
    url = url_of("sqlite")
    opened(url).set("a", {})
    path = Path(url.removeprefix("sqlite:///"))
    path.chmod(0o644)
    level, remedy = wrong(run("doctor", "--store", url, "--json", code=1).json)["files"]
    assert (level, remedy) == ("problem", f"chmod 600 {path}")
    os.system(remedy)
    run("doctor", "--store", url)


def test_no_file_yet(run: Callable[..., Any], tmp_path: Path) -> None:
    """That nothing was saved yet is a hint, and no file is made by asking."""
    assert "there is no" in run("doctor").stdout
    assert not list(tmp_path.rglob("*.db"))


def test_replicas(run: Callable[..., Any]) -> None:
    """Replicas with a file or a memory each are a problem."""
    for store in ("memory://", "sqlite:///a.db"):
        level, remedy = wrong(run("doctor", "--replicas", 3, "--store", store, "--json", code=1).json)[
            "replicas"
        ]
        assert level == "problem"
        assert remedy.startswith("export FLUXLIT_SESSION_STORE=redis://")
    assert levels(check_replicas("redis://sessions:6379/0", 3)) == ["ok"]
    assert levels(check_replicas("memory://", 1)) == ["warning"]
    assert levels(check_replicas("sqlite:///a.db", 1)) == []
    for here in (
        "redis://localhost:6379/0",
        "postgresql+psycopg://ada@127.0.0.1/db",
        "unix:///run/redis.sock",
    ):
        assert levels(check_replicas(here, 1)) == []
        assert levels(check_replicas(here, 2)) == ["warning"]


def test_settings_that_cannot_be_meant(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that cannot be read, or switch all off, are complained about."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    assert "unset FLUXLIT_DISABLE_URL_SESSION" in run("doctor", code=1).stdout
    monkeypatch.delenv("FLUXLIT_DISABLE_URL_SESSION")
    monkeypatch.setenv("FLUXLIT_ADDRESS_BAR", "sideways")
    assert wrong(run("doctor", "--json", code=1).json)["settings"][0] == "problem"


def test_a_misspelt_setting_is_named(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It would do nothing, without a word. Keys of the seal that cannot be used are found, too."""
    monkeypatch.setenv("FLUXLIT_SESION_STORE", "redis://u:hunter2@h")
    monkeypatch.setenv("FLUXLIT_SEAL_KEYS", "hunter2")
    report = run("doctor", "--json", code=1)
    assert "hunter2" not in report.stdout
    assert "FLUXLIT_SESION_STORE is no setting" in report.stdout
    assert wrong(report.json).keys() == {"sealing"}


def test_secrets_that_cannot_be_read_are_named() -> None:
    """The files, and the keys that nothing reads."""
    found = list(check_settings(Settings(), {"session_stor": "hunter2", "seal": True}, ["/app/secrets.toml"]))
    assert [finding.level for finding in found] == ["problem", "hint"]
    assert "/app/secrets.toml" in found[0].text
    assert "[fluxlit] session_stor is" in found[1].text
    assert [finding.level for finding in check_settings(Settings(), "hunter2", ())] == []


def test_a_folder_that_cannot_be_written(run: Callable[..., Any], tmp_path: Path) -> None:
    """It is said before an app finds out; and no command would make a store of what is no file."""
    (tmp_path / "file").touch()
    report = run("doctor", "--store", f"sqlite:///{tmp_path}/file/a.db", "--json", code=1).json
    assert wrong(report)["files"][0] == "problem"
    (tmp_path / "folder").mkdir(mode=0o755)
    assert "chmod" not in run("doctor", "--store", f"sqlite:///{tmp_path}/folder", code=1).stdout


@pytest.mark.parametrize("option", ["--url", "--replica-url"])
@pytest.mark.parametrize("address", ["foo", "app.example/tool", "ftp://h", "https://", "http://[x"])
def test_what_is_no_address_is_refused(run: Callable[..., Any], option: str, address: str) -> None:
    """No command is advised for the host None."""
    assert "take an address such as" in run("doctor", option, address, code=2).stderr


def test_transport_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is told, and refused where Streamlit cannot do it."""
    asked = next(check_transport("v1"))
    assert (asked.level, "FLUXLIT_TRANSPORT=v1" in asked.text) == ("ok", True)
    monkeypatch.setattr(setup, "has_v2", lambda: False)
    (refused,) = check_transport("v2")
    assert (refused.level, refused.remedy) == ("problem", "unset FLUXLIT_TRANSPORT")


@pytest.mark.parametrize(
    ("release", "level", "words"),
    [("1.57.0", "ok", "fluxlit-session run"), ("1.56.0", "hint", "one short run more")],
)
def test_carrier(monkeypatch: pytest.MonkeyPatch, release: str, level: str, words: str) -> None:
    """Which way the id can come here, and how to get the better one."""
    monkeypatch.setattr(setup, "version", lambda _: release)
    (found,) = (finding for finding in check_transport(None) if finding.subject == "carrier")
    assert found.level == level
    assert words in found.text


def test_latency_and_clock() -> None:
    """A store that takes more than a run's budget is a problem; a slow one, or a skewed clock, a warning."""
    assert judge_latency("reading", 0.001, 0.01).level == "ok"
    assert judge_latency("reading", 0.06, 0.1).level == "warning"
    assert judge_latency("reading", 0.01, 0.6).level == "problem"
    for took, skew, level, word in (
        (0.0, 1.9, "ok", "agree"),
        (8.0, 5.0, "ok", "agree"),
        (0.2, 30.0, "warning", "30 s ahead of"),
        (0.2, -90.0, "warning", "90 s behind"),
    ):
        hands = iter([100.0, 100.0 + took])
        store = StoreFacts("x", "1", 100.0 + took / 2 + skew, {})
        found = check_clock(lambda store=store: store, clock=hands.__next__)  # type: ignore[misc]
        assert found.level == level
        assert word in found.text


def facts(engine: str, engine_version: str = "7.0", **details: Any) -> StoreFacts:
    """What an engine might say of itself."""
    redis_says = {
        "maxmemory_policy": "noeviction",
        "maxmemory": 0,
        "used_memory": 1,
        "role": "master",
    }
    return StoreFacts(engine, engine_version, 0, {**(redis_says if engine == "Redis" else {}), **details})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (facts("Redis"), ["ok", "ok"]),
        (facts("Redis", maxmemory_policy="volatile-lru"), ["ok", "hint"]),
        (facts("Redis", maxmemory=100, used_memory=95), ["ok", "ok", "warning"]),
        (facts("Redis", role="slave"), ["ok", "ok", "problem"]),
        (facts("PostgreSQL"), ["ok"]),
    ],
)
def test_engines(said: StoreFacts, expected: list[str]) -> None:
    """What an engine says of itself is judged."""
    assert levels(judge_engine(said)) == expected


class _App(http.server.BaseHTTPRequestHandler):
    """Answers as a proxy does that lets no websocket through, cuts no path off and drops the script."""

    answers: ClassVar[dict[str, tuple[int, bytes]]] = {
        "/": (200, b'<script src="./_fluxlit/boot-x.js"></script>'),
        "/_stcore/health": (200, b"ok"),
        "/tool/": (200, b"<html>"),
    }

    def do_GET(self) -> None:
        status, body = self.answers.get(self.path, (404, b""))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[str]:
    """Its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _App) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_address(proxy: str) -> None:
    """Each thing that a proxy can spoil is found: the script, the websocket, the path."""
    found = {finding.subject: finding for finding in check_address(f"{proxy}/")}
    assert {subject: finding.level for subject, finding in found.items()} == {
        **dict.fromkeys(("https", "app", "base path"), "ok"),
        "carrier": "warning",
        "websocket": "problem",
    }
    below = {finding.subject: finding for finding in check_address(f"{proxy}/tool/", base_path="other")}
    assert (below["base path"].level, below["carrier"].level) == ("problem", "hint")
    assert "is other here" in below["base path"].text
    assert "STREAMLIT_SERVER_BASE_URL_PATH=tool " in str(below["base path"].remedy)


def test_no_address() -> None:
    """Http is a problem off this machine, a silent address always."""
    assert levels(check_address(None)) == ["hint"]
    assert levels(check_address("http://127.0.0.1:1/")) == ["ok", "problem"]
    assert levels(check_address("http://app.invalid/")) == ["problem", "problem"]


@pytest.mark.slow
@pytest.mark.parametrize("handshake", [True, False])
def test_a_real_server(streamlit_app: Callable[..., Any], *, handshake: bool, tmp_path: Path) -> None:
    """Below its path all is well, and the carrier is the one that it is served with."""
    if handshake and not serves_asgi(()):
        pytest.skip("this Streamlit is not served by Starlette")
    (tmp_path / "app.py").write_text("import streamlit as st\n\nst.write('here')\n", "utf-8")
    server = streamlit_app(tmp_path / "app.py", args=("--server.baseUrlPath", "tool"), handshake=handshake)
    found = {finding.subject: finding.level for finding in check_address(f"{server.url}/")}
    assert (found["base path"], found["websocket"]) == ("ok", "ok")
    assert found["carrier"] == ("ok" if handshake else "hint")


def test_clocks_of_replicas(run: Callable[..., Any], proxy: str) -> None:
    """Each is asked at an address of its own; those that are apart, or silent, are found."""
    other = proxy.replace("127.0.0.1", "localhost")
    assert levels(check_replicas_clocks([proxy, other])) == ["ok"]
    assert levels(check_replicas_clocks([proxy, "http://127.0.0.1:1"])) == ["problem"]
    found = judge_clocks({"http://a": -20.0, "http://b": 10.0, "http://c": 0.0})
    assert (found.level, found.text[:45]) == ("warning", "the clock of http://b is 30 s ahead of that o")
    document = run(
        "doctor", "--store", "memory://", "--replica-url", proxy, "--replica-url", other, "--json", code=1
    )
    assert wrong(document.json)["replicas"][0] == "problem"  # two that share no memory


def test_who_can_send_the_header() -> None:
    """A header says who somebody is: the app is reached by the proxy only, or that is complained about."""
    options = {"server.address": "127.0.0.1"}
    assert levels(check_trusted_headers("user", options.get)) == []
    assert levels(check_trusted_headers("header:X-User", options.get)) == ["ok"]
    assert levels(check_trusted_headers("header:X-User", {}.get)) == ["warning"]
    assert levels(check_trusted_headers("user", {"server.trustedUserHeaders": "{...}"}.get)) == ["warning"]
    assert levels(check_trusted_headers("header:X-User", {"server.address": "0.0.0.0"}.get)) == ["hint"]


def test_what_the_collection_of_garbage_costs(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured, in this process; where Streamlit is told not to collect, that is said."""
    found = check_garbage(lambda _: True)
    assert (found.level, found.remedy) == ("hint", "fluxlit-session run app.py")
    assert re.search(r"looks at \d{4,} objects, for \d+ ms", found.text)
    assert "looks at" in run("doctor").stdout
    monkeypatch.setenv("STREAMLIT_RUNNER_POST_SCRIPT_GC", "false")
    assert "runner.postScriptGC is off" in run("doctor").stdout
