"""Three engines, one server for all of them, a recording front for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from e2e.carrier import HANDSHAKE
from e2e.engines.chromium import Chromium
from e2e.engines.firefox import Firefox
from e2e.engines.visitor import Engine, Visitor
from e2e.engines.webkit import WebKit
from e2e.front import Front
from fluxlit_component.testing.server import StreamlitServer


def firefox_path() -> str:
    """The program, or a skip that says what is missing."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    return path or pytest.skip("no Firefox here; on Debian: apt install firefox-esr")


def webkit_paths() -> tuple[str, str, str]:
    """MiniBrowser, its driver and a screen, or a skip that says what is missing."""
    # Debian keeps the browser off PATH: it is there for tests.
    browsers = sorted(str(path) for path in Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    browser = shutil.which("MiniBrowser") or (browsers[-1] if browsers else None)
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    if browser and driver and screen:
        return browser, driver, screen
    pytest.skip("no WebKitGTK to drive here; on Debian: apt install webkit2gtk-driver xvfb")


# All scenarios of an engine in one process: it is started once.
ENGINES = [
    pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("webkit", "firefox", "chromium")
]


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A running browser."""
    engine: Engine
    if request.param == "chromium":
        browser: Browser = request.getfixturevalue("browser")
        engine = Chromium(browser)
    elif request.param == "firefox":
        engine = Firefox(firefox_path())
    else:
        engine = WebKit(*webkit_paths())
    yield engine
    engine.close()


@pytest.fixture
def newcomer(engine: Engine) -> Iterator[Callable[[], Visitor]]:
    """Someone who has never been here; gone after the test."""
    visitors: list[Visitor] = []

    def make() -> Visitor:
        visitors.append(engine.newcomer())
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamlitServer]:
    """The app, for all engines."""
    file = tmp_path_factory.mktemp("engines") / "sessions.db"
    app = Path(__file__).with_name("app.py")
    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(file)}
    with StreamlitServer(app, env=env, handshake=HANDSHAKE) as server:
        yield server


@pytest.fixture
def front(server: StreamlitServer) -> Iterator[Callable[..., Front]]:
    """The app behind a recording proxy; each is an origin of its own."""
    fronts: list[Front] = []

    def make(*, head: str = "", pages: Mapping[str, str] | None = None, sandboxed: bool = False) -> Front:
        fronts.append(Front(server.port, head=head, pages=pages))
        if sandboxed:
            # A page without an origin is a stranger even to its own server.
            fronts[-1].headers = {
                "Access-Control-Allow-Origin": "null",
                "Access-Control-Allow-Credentials": "true",
            }
            fronts[-1].as_origin = server.url
        return fronts[-1]

    yield make
    for front in fronts:
        front.close()


@pytest.fixture
def elsewhere() -> Iterator[Front]:
    """A server of somebody else's that notes who asks."""
    front = Front(None, headers={"Access-Control-Allow-Origin": "*"})
    yield front
    front.close()
