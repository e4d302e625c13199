"""What a day brings: many pages, a sleeping laptop, a network that drops, Streamlit's own menu, new code."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.front import Front
from e2e.reconnect import reconnecting
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
APPS = Path(__file__).parent / "apps"
STORED = "sessionStorage.getItem('fluxlit:fluxlit_sid')"
CONNECTED = "document.querySelector('[data-testid=stApp]').dataset.testConnectionState === 'CONNECTED'"


@pytest.fixture
def front(serve: Serve) -> Iterator[Front]:
    """A network before the app that can be cut."""
    made = Front(serve("multi.py").port)
    yield made
    made.close()


def add(tab: ContinuityPage, count: int) -> None:
    """Press the button and see the effect."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    tab.rest()


def go(tab: ContinuityPage, name: str) -> None:
    """Follow a link of the sidebar."""
    tab.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(tab.page.get_by_role("heading", name=name)).to_be_visible()
    tab.rest()


def test_back_and_forward_over_many_entries(tab: ContinuityPage, serve: Serve) -> None:
    """Six pages there and back, one run each; the state is that of now, not of then."""
    tab.open(serve("multi.py").url)
    add(tab, 1)
    names = ["Report", "Ends", "Report", "Home", "Report", "Ends"]
    for name in names:
        go(tab, name)
    length = tab.page.evaluate("history.length")
    tab.forget_runs()
    for name in [*reversed(names[:-1]), "Home"]:
        tab.page.go_back()
        expect(tab.page.get_by_role("heading", name=name)).to_be_visible()
        tab.rest()
    assert tab.runs == len(names)
    add(tab, 2)
    for name in names:
        tab.page.go_forward()
        expect(tab.page.get_by_role("heading", name=name)).to_be_visible()
        tab.rest()
    assert tab.page.evaluate("history.length") == length
    tab.reload()
    go(tab, "Home")
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()


def test_hash_navigation_starts_nothing_new(tab: ContinuityPage, serve: Serve) -> None:
    """`#part` in the page, and Back from it: same document, same session, the fragment is the app's."""
    url = serve("multi.py").url
    tab.open(url)
    add(tab, 1)
    sid = tab.page.evaluate(STORED)
    tab.page.evaluate("location.hash = 'part'")
    tab.rest()
    assert tab.page.url == f"{url}/#part"
    tab.page.go_back()
    tab.rest()
    assert tab.page.url == f"{url}/"
    tab.page.go_forward()
    tab.rest()
    add(tab, 2)
    tab.reload()
    assert tab.page.url == f"{url}/#part"
    assert tab.page.evaluate(STORED) == sid
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()


def test_away_and_back(tab: ContinuityPage, serve: Serve) -> None:
    """Another site and Back, whether the browser kept the page alive or not."""
    tab.open(serve("multi.py").url)
    add(tab, 1)
    sid = tab.page.evaluate(STORED)
    for count in (2, 3):
        tab.page.goto("data:text/html,<p>elsewhere")
        tab.page.go_back()
        expect(tab.page.get_by_text(f"count is {count - 1}", exact=True)).to_be_visible()
        tab.page.wait_for_function(CONNECTED)
        tab.rest()
        add(tab, count)
    assert tab.page.evaluate(STORED) == sid


def test_a_page_of_the_back_forward_cache_goes_on(tab: ContinuityPage, serve: Serve) -> None:
    """It lets go of its claim when it is put away and has it again when it comes back: no copy is seen."""
    tab.open(serve("multi.py").url)
    add(tab, 1)
    sid = tab.page.evaluate(STORED)
    held = "async name => String((await navigator.locks.query()).held.map(it => it.name)) === name"
    tab.page.wait_for_function(held, arg=f"fluxlit:fluxlit_sid:{sid}")
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    tab.page.wait_for_function("async () => (await navigator.locks.query()).held.length === 0")
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    tab.page.wait_for_function("async () => (await navigator.locks.query()).held.length === 1")
    add(tab, 2)
    assert tab.page.evaluate(STORED) == sid


def test_a_network_that_drops(tab: ContinuityPage, front: Front) -> None:
    """The websocket is cut and comes back: same session, nothing gated, nothing lost."""
    tab.open(front.url)
    add(tab, 1)
    sid = tab.page.evaluate(STORED)
    for count in (2, 3):
        with reconnecting(tab):
            front.hang_up()
        tab.forget_runs()
        add(tab, count)
        assert tab.runs <= 2  # Streamlit itself reruns on some releases when it reconnects
    assert tab.page.evaluate(STORED) == sid


def test_a_tab_that_slept_for_an_hour(new_tab: Callable[..., ContinuityPage], serve: Serve) -> None:
    """Its clock jumps; the next click works, the session is the same, also after F5."""
    tab = new_tab(alone=True)
    tab.page.clock.install()
    tab.open(serve("multi.py").url)
    add(tab, 1)
    sid = tab.page.evaluate(STORED)
    tab.page.clock.fast_forward("01:00:00")
    tab.page.wait_for_function(CONNECTED)
    add(tab, 2)
    tab.reload()
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()
    assert tab.page.evaluate(STORED) == sid


def press_r(tab: ContinuityPage) -> None:
    """Streamlit's own Rerun."""
    tab.page.get_by_role("heading", name="Home").click()
    tab.forget_runs()
    tab.page.keyboard.press("r")
    tab.rest()
    assert tab.runs == 1


@pytest.mark.parametrize("app", ["multi.py", "plain.py"])
def test_rerun_and_clear_caches_of_the_menu(tab: ContinuityPage, serve: Serve, app: str) -> None:
    """R runs the script once more. C empties session state too: F5 after it is R after it without us."""
    tab.open(serve(app).url)
    add(tab, 1)
    press_r(tab)
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    tab.page.keyboard.press("c")
    tab.page.get_by_role("button", name="Clear caches").click()
    tab.rest()
    if app == "multi.py":
        tab.reload()
    else:
        press_r(tab)
    expect(tab.page.get_by_text("count is 0", exact=True)).to_be_visible()
    add(tab, 1)
    if app == "multi.py":
        tab.reload()
        expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_new_code_in_a_living_app(tab: ContinuityPage, tmp_path: Path) -> None:
    """The script is saved while a visitor works: the state stays, in the tab and after F5."""
    script = tmp_path / "app.py"
    shutil.copy(APPS / "copies.py", script)
    before = script.read_text()
    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db")}
    args = ("--server.fileWatcherType", "poll", "--server.runOnSave", "true")
    with StreamlitServer(script, env=env, args=args) as server:
        tab.open(server.url)
        tab.page.get_by_role("button", name="Add").click()
        expect(tab.page.get_by_text("count is 1")).to_be_visible()
        tab.rest()
        script.write_text(before.replace("count is", "now it is"))
        expect(tab.page.get_by_text("now it is 1")).to_be_visible()
        tab.reload()
        expect(tab.page.get_by_text("now it is 1")).to_be_visible()
