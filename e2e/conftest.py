"""One browser for all browser tests, one real server per app and module."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from streamlit.runtime.pages_manager import PagesManager

from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

APPS = Path(__file__).parent / "apps"
expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong

_FORGETS_PAGES = hasattr(PagesManager, "DefaultStrategy")
"""Streamlit 1.40 tells the first visitor of a server that a sub-page does not exist, with or without us."""


def _visit(browser: Browser, url: str) -> None:
    """Look at the first page of an app, as a visitor of its own."""
    with browser.new_page() as page:
        ContinuityPage(page).open(url)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one; the Makefile names it."""
    chromium = os.environ.get("FLUXLIT_CHROMIUM") or shutil.which("chromium")
    found = {"executable_path": chromium} if chromium else {}
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
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


@pytest.fixture(scope="module")
def serve(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Callable[..., StreamlitServer]]:
    """Start an app of `e2e/apps` by name, once per module and environment, with a store file of its own."""
    servers: dict[object, StreamlitServer] = {}

    def start(name: str, *, args: tuple[str, ...] = (), **env: str) -> StreamlitServer:
        key = (name, args, tuple(sorted(env.items())))
        if key not in servers:
            folder = tmp_path_factory.mktemp(name)
            base = {
                "FLUXLIT_SESSION_SQLITE_PATH": str(folder / "sessions.db"),
                "PYTHONPATH": os.pathsep.join([str(APPS), os.environ.get("PYTHONPATH", "")]),
            }
            servers[key] = StreamlitServer(APPS / name, env={**base, **env}, args=args).start()
            if _FORGETS_PAGES:
                _visit(browser, servers[key].url)
        return servers[key]

    yield start
    for server in servers.values():
        server.close()


@pytest.fixture
def tab(page: Page) -> ContinuityPage:
    """A fresh browser tab that counts script runs."""
    page.set_default_timeout(15_000)
    return ContinuityPage(page)


@pytest.fixture
def leaks(page: Page) -> LeakRecorder:
    """Records all that leaves the tab."""
    return LeakRecorder(page)


@pytest.fixture
def new_tab(browser: Browser) -> Iterator[Callable[..., ContinuityPage]]:
    """Open a tab of another visitor: a browser context of its own."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> ContinuityPage:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return ContinuityPage(page)

    yield make
    for context in contexts:
        context.close()


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
