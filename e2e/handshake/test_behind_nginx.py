"""Behind a real nginx that cuts a path off, with the log that it writes by itself."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.carrier import HANDSHAKE
from fluxlit_component.testing import ContinuityPage, LeakRecorder, StreamlitServer
from fluxlit_component.testing.server import free_port

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(not HANDSHAKE, reason="this Streamlit is not served by Starlette"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx"),
]
Serve = Callable[..., StreamlitServer]
_CONFIGURATION = """
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  access_log {folder}/access.log;
  server {{
    listen 127.0.0.1:{port};
    location /below/ {{
      proxy_pass http://localhost:{app}/;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host;
    }}
  }}
}}
"""


@pytest.fixture
def proxied(serve: Serve, tmp_path: Path) -> Iterator[tuple[StreamlitServer, str]]:
    """The app, and where it is reached."""
    server, port = serve("carrier.py"), free_port()
    file = tmp_path / "nginx.conf"
    file.write_text(_CONFIGURATION.format(folder=tmp_path, port=port, app=server.port), "utf-8")
    process = subprocess.Popen([str(shutil.which("nginx")), "-c", str(file), "-g", "daemon off;"])
    until_listening(process, port)
    yield server, f"http://localhost:{port}/below/"
    process.terminate()
    process.wait(60)


def until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    """A busy machine starts it late."""
    end = time.monotonic() + 30
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, "nginx has ended"
        assert time.monotonic() < end, "nginx does not listen"
        time.sleep(0.05)


def test_a_walk_leaves_the_id_in_no_log(
    tab: ContinuityPage, proxied: tuple[StreamlitServer, str], tmp_path: Path
) -> None:
    """Typing, F5, rotating, links: every id that the tab has had is in the one header and nowhere else."""
    server, url = proxied
    leaks, chance = LeakRecorder(tab.page), random.Random("nginx")
    tab.open(url)
    expect(tab.page.get_by_text("status ready, new True True")).to_be_visible()
    assert tab.runs == 1
    ids: set[str] = set()
    for step in range(10):
        what = chance.choice(["type", "reload", "rotate"])
        if what == "type":
            tab.page.get_by_label("Name").fill(f"Ada {step}")
            tab.page.get_by_label("Name").blur()
        elif what == "rotate":
            before = tab.session_id()
            tab.page.get_by_role("button", name="Rotate").click()
            tab.page.wait_for_function("old => !Object.values(sessionStorage).includes(old)", arg=before)
        else:
            tab.reload()
            assert tab.runs == 1
        tab.rest()
        ids.update(value for value in tab.page.evaluate("Object.values(sessionStorage)") if len(value) == 43)
    assert len(ids) >= 2
    logs = server.log + (tmp_path / "access.log").read_text() + (tmp_path / "error.log").read_text()
    assert "/below/_stcore/stream" in logs
    for sid in ids:
        assert leaks.carrying(sid) == []
        assert sid not in logs
    assert any(sid in words for sid in ids for words in leaks.handshakes)
