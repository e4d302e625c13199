"""The kit's own fixtures by the short names of these tests, and the browser that they run in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from fluxlit_component.testing import ContinuityPage, LeakRecorder, StreamlitServer

APPS = Path(__file__).parent / "apps"


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


@pytest.fixture(scope="module")
def serve(streamlit_app: Callable[..., StreamlitServer]) -> Callable[..., StreamlitServer]:
    """Start an app of `e2e/apps` by name, once per module and environment, with a store file of its own."""
    path = os.pathsep.join([str(APPS), os.environ.get("PYTHONPATH", "")])

    def start(name: str, *, args: tuple[str, ...] = (), **env: str) -> StreamlitServer:
        return streamlit_app(APPS / name, env={"PYTHONPATH": path, **env}, args=args)

    return start


@pytest.fixture
def tab(continuity_page: ContinuityPage) -> ContinuityPage:
    """A fresh browser tab that counts script runs."""
    return continuity_page


@pytest.fixture
def leaks(leak_recorder: LeakRecorder) -> LeakRecorder:
    """Records all that leaves the tab."""
    return leak_recorder


@pytest.fixture
def new_tab(new_continuity_page: Callable[..., ContinuityPage]) -> Callable[..., ContinuityPage]:
    """Open a tab of another visitor."""
    return new_continuity_page


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
