"""The files of docs/deploy, in use: two replicas on a Redis behind a real nginx, and a real Caddy."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.carrier import HANDSHAKE
from fluxlit_component.testing import ContinuityPage, StreamlitServer
from fluxlit_component.testing.server import free_port
from tests.deploy.files import COMPOSE, DEPLOY, served_with
from tests.servers import running
from tests.servers.local_redis import LocalRedis

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(not HANDSHAKE, reason="this Streamlit is not served by Starlette"),
]
HEADER = "X-Forwarded-User"
FORGED = "Mallory"


@dataclass
class Deployed:
    """Two replicas, and where a visitor finds them."""

    url: str
    replicas: list[StreamlitServer]


@pytest.fixture(scope="module")
def redis() -> Iterator[LocalRedis]:
    """The store, with the options of the compose file."""
    command = COMPOSE["services"]["redis"]["command"].split()
    yield from running(LocalRedis, *command[1:])


@pytest.fixture(scope="module")
def replicas(
    redis: LocalRedis, streamlit_app: Callable[..., StreamlitServer]
) -> Callable[[], list[StreamlitServer]]:
    """Two servers of one app, started with the options of the systemd unit."""
    script = Path(__file__).parent.parent / "apps" / "deployed.py"

    def start() -> list[StreamlitServer]:
        # Patient: a store that does not answer in time costs a page load a second run.
        store = f"{redis.url}?socket_timeout=20&socket_connect_timeout=20"
        env = {"FLUXLIT_SESSION_STORE": store, "FLUXLIT_IDENTITY": f"header:{HEADER}"}
        return [
            streamlit_app(
                script, args=served_with("app.service"), handshake=True, env={**env, "REPLICA": name}
            )
            for name in "ab"
        ]

    return start


def nginx(folder: Path, port: int, apps: list[int]) -> list[str]:
    """The command that runs nginx with the file of the documentation."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    (folder / "people").write_text("ada:{PLAIN}secret\nbob:{PLAIN}secret\n", "utf-8")
    text = text.replace("/etc/nginx", str(folder)).replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("/var/log/nginx", str(folder))
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    me = "user root;\n" if os.geteuid() == 0 else ""  # the folder of a test is its owner's
    main = f"{me}pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    main += f"http {{\n{paths}{named(text, apps)}}}\n"
    (folder / "nginx.conf").write_text(main, "utf-8")
    return ["nginx", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


def caddy(folder: Path, port: int, apps: list[int]) -> list[str]:
    """The command that runs Caddy with the file of the documentation."""
    text = (DEPLOY / "Caddyfile").read_text("utf-8").replace("/var/log/caddy", str(folder))
    text = "{\n\tadmin off\n}\n" + named(text, apps).replace("\n:8080 {", f"\nhttp://localhost:{port} {{")
    (folder / "Caddyfile").write_text(text, "utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def named(text: str, apps: list[int]) -> str:
    """The file with the replicas of this test in the place of its own."""
    for number, app in enumerate(apps, start=1):
        assert f"app-{number}:8501" in text
        text = text.replace(f"app-{number}:8501", f"127.0.0.1:{app}")
    return text


PROXIES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def in_front(kind: str, folder: Path, apps: list[int]) -> Iterator[str]:
    """A proxy; gives the address of the app behind it."""
    if shutil.which(kind) is None:
        pytest.skip(f"needs {kind}")
    port = free_port()
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(PROXIES[kind](folder, port, apps), stdout=out, stderr=out)
    try:
        end = time.monotonic() + 30
        while True:  # a busy machine starts it late
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, (folder / "out").read_text()
            assert time.monotonic() < end, f"{kind} does not listen"
            time.sleep(0.05)
        yield f"http://localhost:{port}/tool/"
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(params=list(PROXIES))
def deployed(
    request: pytest.FixtureRequest, replicas: Callable[[], list[StreamlitServer]], tmp_path: Path
) -> Iterator[Deployed]:
    """All of it."""
    servers = replicas()
    with in_front(request.param, tmp_path, [server.port for server in servers]) as url:
        yield Deployed(url, servers)


def visitor(new_tab: Callable[..., ContinuityPage], name: str) -> ContinuityPage:
    """Somebody whom the proxy asks for a password, and who claims to be somebody else."""
    password = base64.b64encode(f"{name}:secret".encode()).decode()
    return new_tab(extra_http_headers={HEADER: FORGED, "Authorization": f"Basic {password}"})


def replica(tab: ContinuityPage) -> str:
    """Which one has drawn the page."""
    return tab.page.get_by_text("replica ").inner_text()


def test_f5_lands_anywhere_and_loses_nothing(
    deployed: Deployed, new_tab: Callable[..., ContinuityPage], tmp_path: Path
) -> None:
    """One run a page load on either replica, no id in a log, and nobody is who a client says it is."""
    tab, seen = visitor(new_tab, "ada"), set[str]()
    tab.open(deployed.url)
    assert tab.runs == 1
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    for _ in range(30):
        tab.reload()
        assert tab.runs == 1
        expect(tab.page.get_by_label("Name")).to_have_value("Ada")
        seen.add(replica(tab))
        if len(seen) == len(deployed.replicas):
            break
        tab.page.request.get(deployed.url)  # else each page load may ask for an even number of things
    assert len(seen) == len(deployed.replicas)
    who = tab.page.get_by_text("signed in: ").inner_text()
    assert FORGED not in who
    sid = tab.session_id()
    assert sid is not None
    logs = "".join(server.log for server in deployed.replicas)
    logs += "".join(file.read_text("utf-8", "replace") for file in tmp_path.glob("*.log"))
    assert "/tool/" in logs
    assert sid not in logs
    if who == "signed in: ada":  # only nginx asks for a password here
        stranger = visitor(new_tab, "bob")
        stranger.open(f"{deployed.url}#fluxlit_sid={sid}")
        expect(stranger.page.get_by_text("signed in: bob")).to_be_visible()
        expect(stranger.page.get_by_label("Name")).to_have_value("")


def test_a_rolling_update(deployed: Deployed, new_tab: Callable[..., ContinuityPage]) -> None:
    """SIGTERM in the middle of a run: it ends within the grace period, and the visitor goes on elsewhere."""
    tab = visitor(new_tab, "ada")
    tab.open(deployed.url)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    here = deployed.replicas["ab".index(replica(tab)[-1])]
    tab.page.get_by_role("button", name="Slow").click()
    expect(tab.page.get_by_text("under way")).to_be_visible()
    assert here.pid is not None
    os.kill(here.pid, signal.SIGTERM)
    begun, grace = time.monotonic(), int(COMPOSE["services"]["app-1"]["stop_grace_period"].rstrip("s"))
    while here.is_running:
        assert time.monotonic() - begun < grace
        time.sleep(0.1)
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    step = re.search(r"\d+", tab.page.get_by_text("slow step").inner_text())
    assert step is not None, "what the cut run had done is lost"
    here.start()
