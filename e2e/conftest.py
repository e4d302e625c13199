"""The kit's own fixtures by the short names of these tests, and the browser that they run in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from streamlit.runtime.pages_manager import PagesManager

from e2e.carrier import HANDSHAKE
from e2e.chromium import executable
from e2e.contexts import Contexts
from e2e.held_bridge import held
from e2e.law.summary import pytest_terminal_summary  # noqa: F401 - a hook: its line at the end
from e2e.servers import AppServer
from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.testing import ContinuityPage, LeakRecorder, StreamlitServer

APPS = Path(__file__).parent / "apps"
_PATIENCE_MS = 45_000
"""A busy machine is slow, not wrong."""
expect.set_options(timeout=_PATIENCE_MS)

_OMNIBOX = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup")
"""Chromium draws the list below its address bar as a web page, for each window anew: half a second."""
_STREAMING = "ScriptStreaming"
"""It compiles each script as it arrives, so never takes what the process has compiled for the page before."""
_OFF_BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
"""What Playwright turns off, said again: Chromium believes the last list only."""

_FORGETS_PAGES = hasattr(PagesManager, "DefaultStrategy")
"""Streamlit 1.40 tells the first visitor of a server that a sub-page does not exist, with or without us."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests share its servers, so they stay in one process; but the law's walks are many."""
    for item in items:
        if not item.path.name.startswith("test_alike") and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one; the Makefile names it."""
    chromium = executable(whole=False)
    found = {"executable_path": chromium} if chromium else {}
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--process-per-site",  # all pages of a context, see e2e/contexts.py
        # Without compilers that pay for pages that are looked at for longer, and what is compiled stays.
        "--js-flags=--no-opt --no-maglev --no-flush-bytecode",
        f"--disable-features={','.join([*_OFF_BY_PLAYWRIGHT, *_OMNIBOX, _STREAMING])}",
    ]
    return {**browser_type_launch_args, **found, "args": quiet}


@pytest.fixture
def fields_survive_a_restart(request: pytest.FixtureRequest) -> None:
    """For tests that look at a field between a restart of the server and F5: Streamlit 1.40 empties it."""
    if _FORGETS_PAGES:
        reason = "Streamlit 1.40 empties the fields, with or without us: docs/streamlit-releases.md"
        request.applymarker(pytest.mark.xfail(reason=reason))


@pytest.fixture(scope="session")
def transport() -> str:
    """Which of Streamlit's components carry the bridge in this run: asked for, or what the release has."""
    return os.environ.get("FLUXLIT_TRANSPORT") or ("v2" if has_v2() else "v1")


@pytest.fixture
def hold(transport: str) -> str:
    """A script that holds the bridge back, once it is loaded, until the page calls `letGo()`."""
    return held(transport)


@pytest.fixture(scope="session")
def _contexts(browser: Browser, browser_context_args: dict[str, Any]) -> Contexts:
    """The contexts that this worker's tests use in turn."""
    return Contexts(browser, browser_context_args)


@pytest.fixture
def contexts(_contexts: Contexts) -> Iterator[Contexts]:
    """Contexts for one test; in the end they are cleared."""
    yield _contexts
    _contexts.take_back()


@pytest.fixture
def context(contexts: Contexts) -> BrowserContext:
    """Where the pages of pytest-playwright open: an empty context with warm caches."""
    return contexts.lend()


@pytest.fixture(scope="session")
def _streamlit_server() -> type[StreamlitServer]:
    """What the plugin's `streamlit_app` starts here."""
    return AppServer


@pytest.fixture(scope="module")
def serve(
    streamlit_app: Callable[..., StreamlitServer], _contexts: Contexts
) -> Callable[..., StreamlitServer]:
    """Start an app of `e2e/apps` by name, once per module and environment, with a store file of its own."""
    path = os.pathsep.join([str(APPS), os.environ.get("PYTHONPATH", "")])
    visited: set[StreamlitServer] = set()

    def start(
        name: str, *, args: tuple[str, ...] = (), handshake: bool = HANDSHAKE, **env: str
    ) -> StreamlitServer:
        env = {"PYTHONPATH": path, **env}
        server = streamlit_app(APPS / name, env=env, args=args, handshake=handshake)
        if _FORGETS_PAGES and server not in visited:
            visited.add(server)
            with _contexts.lend().new_page() as page:
                ContinuityPage(page).open(server.url)
        return server

    return start


@pytest.fixture
def tab(continuity_page: ContinuityPage) -> ContinuityPage:
    """A fresh browser tab that counts script runs."""
    continuity_page.page.set_default_timeout(_PATIENCE_MS)
    return continuity_page


@pytest.fixture
def leaks(leak_recorder: LeakRecorder) -> LeakRecorder:
    """Records all that leaves the tab."""
    return leak_recorder


@pytest.fixture
def new_tab(contexts: Contexts) -> Callable[..., ContinuityPage]:
    """Open a tab of another visitor; with options, or `alone`, in a context that no other test has used."""

    def open_tab(*, alone: bool = False, **options: Any) -> ContinuityPage:
        page = (contexts.own(**options) if alone or options else contexts.lend()).new_page()
        page.set_default_timeout(_PATIENCE_MS)
        return ContinuityPage(page)

    return open_tab


@pytest.fixture
def with_header() -> Callable[[Page, str, str], None]:
    """Have a tab's documents arrive with one more response header, as behind a proxy that adds it."""

    def add(page: Page, name: str, value: str) -> None:
        # Chromium cannot know where an answer of ours came from and would let it open no websocket.
        page.context.grant_permissions(["local-network-access"])

        def answer(route: Route) -> None:
            if route.request.resource_type != "document":
                route.fallback()
                return
            response = route.fetch()
            route.fulfill(response=response, headers={**response.headers, name: value})

        page.route("**/*", answer)

    return add
