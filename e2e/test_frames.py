"""An app inside of other pages and below paths: it goes on where the browser lets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from playwright.sync_api import BrowserType, Error, Frame, FrameLocator, Page, expect

from e2e.chromium import executable
from e2e.front import Front
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
COUNT = "count is {}"


@contextmanager
def embedding(app: Front, attributes: str) -> Iterator[Front]:
    """A page at another port, with the app in a frame."""
    frame = f'<iframe {attributes} src="{app.url}/?embed=true" width=900 height=700></iframe>'
    outer = Front(None, pages={"/outer": f"<!doctype html><title>outer</title>{frame}"})
    try:
        yield outer
    finally:
        outer.close()


@pytest.fixture
def app(serve: Serve) -> Iterator[Front]:
    """The app behind a proxy, so that the frame's opaque origin is no matter of Streamlit's."""
    server = serve("multi.py")
    made = Front(server.port, as_origin=server.url)
    yield made
    made.close()


def listen(page: Page) -> list[Error]:
    """Exceptions that reach a window from now on."""
    seen: list[Error] = []
    page.set_default_timeout(45_000)
    page.on("pageerror", lambda error: seen.append(error))  # noqa: PLW0108 - Playwright marks its handlers
    return seen


def count(frame: FrameLocator, to: int) -> None:
    """Press the button, when all is drawn and stays where it is, and see the effect.

    By an event: on a busy machine a click of the mouse into a frame of another process was lost twice.
    """
    expect(frame.locator("[data-test-script-state=notRunning]")).to_be_attached()
    frame.get_by_role("button", name="Add", exact=True).dispatch_event("click")
    expect(frame.get_by_text(COUNT.format(to), exact=True)).to_be_visible()


def saved(frame: Page | Frame, name: str) -> None:
    """The run has ended, so its state is saved, and the browser remembers the session under this name."""
    at_rest = "document.querySelector('[data-test-script-state=notRunning]')"
    frame.wait_for_function(f"name => {at_rest} && sessionStorage.getItem(name)", arg=name)


@pytest.fixture
def lenient(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Page]:
    """A page of a browser that lets cross-site frames have storage; Debian's does not by default."""
    settings = {"cookie_controls_mode": 0, "block_third_party_cookies": False}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps({"profile": settings}))
    context = browser_type.launch_persistent_context(tmp_path, **browser_type_launch_args)
    yield context.pages[0]
    context.close()


@pytest.fixture
def strict(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Page]:
    """A page of the whole browser as Debian delivers it: cross-site frames have no storage."""
    options = {**browser_type_launch_args, "executable_path": executable(whole=True)}
    with browser_type.launch(**options) as browser:
        yield browser.new_page()


FRAMES = {
    "same site": ("localhost", ""),
    "cross-site": ("127.0.0.1", ""),
    "sandbox with its own origin": ("127.0.0.1", 'sandbox="allow-scripts allow-same-origin"'),
}


@pytest.mark.parametrize(("host", "attributes"), FRAMES.values(), ids=FRAMES.keys())
def test_a_framed_app_keeps_its_state(lenient: Page, app: Front, host: str, attributes: str) -> None:
    """F5 of the page around it: the state is there, `?embed=true` too, and nothing was thrown."""
    page, failures = lenient, listen(lenient)
    with embedding(app, attributes) as outer:
        page.goto(f"http://{host}:{outer.port}/outer")
        inner = page.frame_locator("iframe")
        count(inner, 1)
        count(inner, 2)
        saved(page.frames[1], "fluxlit:fluxlit_sid")
        page.reload()
        expect(inner.get_by_text(COUNT.format(2), exact=True)).to_be_visible()
        assert page.frames[1].url == f"{app.url}/?embed=true"
        assert failures == []


def test_a_cross_site_frame_whose_storage_is_blocked(strict: Page, app: Front) -> None:
    """Its own reload keeps the state, by history.state; that of the page around it begins anew, and works."""
    page, failures = strict, listen(strict)
    with embedding(app, "") as outer:
        page.goto(f"http://127.0.0.1:{outer.port}/outer")
        inner = page.frame_locator("iframe")
        count(inner, 1)
        page.frames[1].wait_for_function("JSON.stringify(history.state)?.includes('fluxlit')")
        page.frames[1].evaluate("location.reload()")
        expect(inner.get_by_text("restored count", exact=False)).to_be_attached()
        count(inner, 2)
        page.reload()
        count(inner, 1)
        assert failures == []


@pytest.mark.skipif(
    tuple(map(int, st.__version__.split(".")[:2])) <= (1, 51),
    reason=f"Streamlit {st.__version__} reads document.cookie: it shows nothing there, with or without us",
)
def test_a_frame_without_an_origin_works_without_memory(page: Page, app: Front) -> None:
    """`sandbox="allow-scripts"` gives the app no storage at all: it is there, it works, it forgets on F5."""
    failures = listen(page)
    app.headers = {"Access-Control-Allow-Origin": "null", "Access-Control-Allow-Credentials": "true"}
    with embedding(app, 'sandbox="allow-scripts"') as outer:
        page.goto(f"http://127.0.0.1:{outer.port}/outer")
        inner = page.frame_locator("iframe")
        count(inner, 1)
        page.reload()
        expect(inner.get_by_text("count is", exact=False)).to_be_visible()
        expect(inner.get_by_test_id("stException")).to_have_count(0)
        assert [error for error in failures if "fluxlit" in str(error.stack)] == []


def test_two_apps_below_paths_of_one_origin(page: Page, serve: Serve) -> None:
    """`server.baseUrlPath`: one tab goes from one to the other and back, and each remembers its own."""
    first, second = (serve("copies.py", args=("--server.baseUrlPath", name)) for name in ("one", "two"))
    front = Front({"/one": first.port, "/two": second.port})
    try:
        for to in (1, 2):
            for name in ("one", "two"):
                page.goto(f"{front.url}/{name}/")
                expect(page.get_by_text(COUNT.format(to - 1), exact=True)).to_be_visible()
                page.get_by_role("button", name="Add").click()
                expect(page.get_by_text(COUNT.format(to), exact=True)).to_be_visible()
                saved(page, f"fluxlit:/{name}/:fluxlit_sid")
        kept = page.evaluate("Object.keys(sessionStorage).filter(key => key.endsWith('fluxlit_sid')).sort()")
        assert kept == ["fluxlit:/one/:fluxlit_sid", "fluxlit:/two/:fluxlit_sid"]
    finally:
        front.close()
