"""The middleware under everything that an app may be served by, and behind what may stand in front."""

from __future__ import annotations

import datetime as dt
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, Page, expect

from e2e.carrier import HANDSHAKE
from fluxlit_component.testing import ContinuityPage, StreamlitServer
from fluxlit_component.testing.server import free_port

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(not HANDSHAKE, reason="this Streamlit is not served by Starlette"),
]
Serve = Callable[..., StreamlitServer]
APP = Path(__file__).parent.parent / "apps" / "carrier.py"
_UNVERIFIED = ssl._create_unverified_context()
CSP = "script-src 'self' 'unsafe-eval' blob:; object-src 'none'"
LAUNCHER = f"""
import streamlit as st
from starlette.middleware import Middleware
from fluxlit_component.asgi import SessionMiddleware
app = st.App({str(APP)!r}, middleware=[Middleware(SessionMiddleware)])
"""


MOUNTED = f"""
import streamlit as st
from starlette.applications import Starlette
from starlette.routing import Mount
from fluxlit_component.asgi import SessionMiddleware
inner = st.App({str(APP)!r})
app = SessionMiddleware(Starlette(routes=[Mount("/media/mine", inner)], lifespan=inner.lifespan()))
"""


def expect_runs(tab: ContinuityPage, url: str, runs: int = 1) -> None:
    """A new visitor's page load costs one run, or as many as is said, and so does F5, which has the state."""
    tab.open(url)
    expect(tab.page.get_by_text("status ready, new True True")).to_be_visible()
    assert tab.runs == runs
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").blur()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    assert tab.runs == runs


@contextmanager
def started(*command: str, port: int, scheme: str = "http", below: str = "", **env: str) -> Iterator[Path]:
    """A server of another kind, until the block is left; the file of what it printed."""
    log = Path(env["FLUXLIT_SESSION_SQLITE_PATH"]).with_name("log")
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=out, stderr=subprocess.STDOUT)
        try:
            until_healthy(process, f"{scheme}://localhost:{port}{below}/_stcore/health", log)
            yield log
        finally:
            process.terminate()
            process.wait(60)


def until_healthy(process: subprocess.Popen[bytes], health: str, log: Path) -> None:
    """A busy machine starts it late."""
    end = time.monotonic() + 60
    while True:
        with suppress(OSError):
            urllib.request.urlopen(health, timeout=5, context=_UNVERIFIED).close()
            return
        assert process.poll() is None, log.read_text("utf-8", "replace")
        assert time.monotonic() < end, log.read_text("utf-8", "replace")
        time.sleep(0.1)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of localhost that nobody has signed, and its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(pem, form, plain))
    return files


@pytest.fixture
def port() -> int:
    """A free one."""
    return free_port()


def test_uvicorn_serves_the_app_that_the_environment_names(
    tab: ContinuityPage, tmp_path: Path, port: int
) -> None:
    """`uvicorn fluxlit_component.asgi:app`: its access log, which prints every request, has no id."""
    command = (sys.executable, "-m", "uvicorn", "fluxlit_component.asgi:app", "--port", str(port))
    store = str(tmp_path / "sessions.db")
    with started(*command, port=port, FLUXLIT_APP=str(APP), FLUXLIT_SESSION_SQLITE_PATH=store) as log:
        expect_runs(tab, f"http://localhost:{port}")
        sid = tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
        tab.open(f"http://localhost:{port}/?fluxlit_sid={sid}")
        text = log.read_text("utf-8", "replace")
        assert "/_stcore/stream" in text
        assert sid not in text


def test_hypercorn_serves_it_too(tab: ContinuityPage, tmp_path: Path, port: int) -> None:
    """Another ASGI server; its name for the app is the module's own."""
    command = (
        sys.executable,
        "-m",
        "hypercorn",
        "fluxlit_component.asgi.application:app",
        "-b",
        f"localhost:{port}",
    )
    env = {"FLUXLIT_APP": str(APP), "FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "sessions.db")}
    with started(*command, port=port, **env):
        expect_runs(tab, f"http://localhost:{port}")


def test_over_tls(browser: Browser, tmp_path: Path, port: int) -> None:
    """`server.sslCertFile`: the launcher hands the certificate on to Streamlit."""
    files = certificate(tmp_path)
    command = (sys.executable, "-m", "fluxlit_component", "run", str(APP), "--server.port", str(port))
    options = ("--server.sslCertFile", str(files[0]), "--server.sslKeyFile", str(files[1]))
    store = str(tmp_path / "sessions.db")
    env = {"FLUXLIT_SESSION_SQLITE_PATH": store, "STREAMLIT_SERVER_HEADLESS": "true"}
    with (
        browser.new_page(ignore_https_errors=True) as page,
        started(*command, *options, port=port, scheme="https", **env),
    ):
        expect_runs(ContinuityPage(page), f"https://localhost:{port}")


def test_streamlit_run_on_an_app_with_the_middleware(tab: ContinuityPage, tmp_path: Path, port: int) -> None:
    """`st.App("main.py", middleware=[...])`, started as Streamlit's own documentation says."""
    script = tmp_path / "serve.py"
    script.write_text(LAUNCHER, "utf-8")
    command = (sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port))
    store = str(tmp_path / "sessions.db")
    env = {"FLUXLIT_SESSION_SQLITE_PATH": store, "STREAMLIT_SERVER_HEADLESS": "true"}
    with started(*command, port=port, **env):
        expect_runs(tab, f"http://localhost:{port}")


def test_below_a_path_like_a_folder_of_streamlits(tab: ContinuityPage, tmp_path: Path, port: int) -> None:
    """An app that is mounted below `/media`, with the middleware around all."""
    (tmp_path / "mounted.py").write_text(MOUNTED, "utf-8")
    command = (
        sys.executable,
        "-m",
        "uvicorn",
        "mounted:app",
        "--app-dir",
        str(tmp_path),
        "--port",
        str(port),
    )
    store = str(tmp_path / "sessions.db")
    below = f"http://localhost:{port}/media/mine"
    with started(*command, port=port, below="/media/mine", FLUXLIT_SESSION_SQLITE_PATH=store):
        expect_runs(tab, f"{below}/")


def test_a_page_with_a_dot_in_its_address(tab: ContinuityPage, serve: Serve) -> None:
    """It could be that of a file: the answer tells."""
    tab.open(f"{serve('dotted.py').url}/v1.2")
    assert tab.runs == 1
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").blur()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    assert tab.runs == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--server.baseUrlPath", "some/app"),
        ("--server.enableXsrfProtection", "false"),
        ("--server.enableWebsocketCompression", "true"),
        ("--server.fileWatcherType", "poll"),
    ],
    ids=lambda options: options[0],
)
def test_options_of_streamlit(tab: ContinuityPage, serve: Serve, options: tuple[str, ...]) -> None:
    """Whatever is set, the first run knows."""
    expect_runs(tab, serve("carrier.py", args=options).url)


def test_a_strict_policy_for_scripts(
    tab: ContinuityPage, serve: Serve, with_header: Callable[[Page, str, str], None]
) -> None:
    """The script is a file of the app's own origin: no inline script has to be allowed for it."""
    with_header(tab.page, "Content-Security-Policy", CSP)
    expect_runs(tab, serve("carrier.py").url)


def test_the_script_is_loaded_once(new_tab: Callable[..., ContinuityPage], serve: Serve) -> None:
    """The second page load takes it from the browser's cache."""
    sizes = """() => performance.getEntriesByType("resource")
      .filter(({ name }) => name.includes("/_fluxlit/")).map(({ transferSize }) => transferSize > 0)"""
    server, tab = serve("carrier.py"), new_tab(alone=True)
    tab.open(server.url)
    assert tab.page.evaluate(sizes) == [True]
    tab.open(f"{server.url}/?again")
    assert tab.page.evaluate(sizes) == [False]


def test_words_without_the_middleware_do_no_harm(tab: ContinuityPage, serve: Serve) -> None:
    """A document from a cache, a server without: Streamlit's own words keep their places."""
    body = urllib.request.urlopen(serve("carrier.py").url).read().decode()
    plain = serve("carrier.py", handshake=False)
    script = next(part for part in body.split('"') if "/_fluxlit/" in part)
    source = urllib.request.urlopen(f"{serve('carrier.py').url}/{script.removeprefix('./')}").read().decode()
    tab.page.add_init_script(source)
    expect_runs(tab, plain.url, 3)
