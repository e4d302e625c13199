"""How the first run learns the session, and how many runs that costs: each row of the table in the docs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from e2e.carrier import HANDSHAKE
from fluxlit_component.identifier import new_session_id
from fluxlit_component.testing import ContinuityPage, LeakRecorder, StreamlitServer

pytestmark = [
    pytest.mark.core,
    pytest.mark.skipif(not HANDSHAKE, reason="this Streamlit is not served by Starlette"),
]
Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]
STORED = "sessionStorage.getItem('fluxlit:fluxlit_sid')"


def type_name(tab: ContinuityPage, name: str) -> None:
    """Into the field, and leave it, until the server has it: on a busy machine that begins after a while."""
    before = tab.runs
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Name").blur()
    while tab.runs == before:  # pytest's own timeout ends it
        tab.page.wait_for_timeout(50)
    tab.rest()


def expect_name(tab: ContinuityPage, name: str, *, runs: int = 1) -> None:
    """What came back, after how many runs, and a clean address."""
    expect(tab.page.get_by_label("Name")).to_have_value(name)
    assert tab.runs == runs
    assert "fluxlit" not in tab.page.url


@pytest.mark.parametrize(("handshake", "runs"), [(True, 1), (False, 3)], ids=["handshake", "component"])
def test_a_new_visitor_and_f5(tab: ContinuityPage, serve: Serve, runs: int, *, handshake: bool) -> None:
    """One run each over the handshake; through the gate one more for each of the app's two sessions."""
    tab.open(serve("carrier.py", handshake=handshake).url)
    expect(tab.page.get_by_text("status ready, new True True")).to_be_visible()
    assert tab.runs == runs
    type_name(tab, "Ada")
    for _ in range(2):
        tab.reload()
        expect_name(tab, "Ada", runs=runs)
        expect(tab.page.get_by_text("status ready, new False False")).to_be_visible()
        expect(tab.page.get_by_text("no id there")).to_be_visible()


def test_the_id_is_in_one_header_and_nowhere_else(tab: ContinuityPage, serve: Serve) -> None:
    """From the first byte: no request line, no query, no Referer, no console, no log."""
    leaks = LeakRecorder(tab.page)
    server = serve("carrier.py")
    tab.open(server.url)
    type_name(tab, "Ada")
    sid = tab.page.evaluate(STORED)
    tab.reload()
    expect_name(tab, "Ada")
    assert sid in leaks.handshakes[-1]
    assert leaks.handshakes[-1].startswith("streamlit, ")
    assert leaks.carrying(sid) == []
    assert sid not in server.log


def test_an_id_that_nobody_knows_is_replaced(tab: ContinuityPage, serve: Serve) -> None:
    """In the first run, and the tab has the fresh one for the next page load."""
    planted = new_session_id()
    tab.page.add_init_script(
        f"sessionStorage.length || sessionStorage.setItem('fluxlit:fluxlit_sid', '{planted}')"
    )
    tab.open(serve("carrier.py").url)
    expect(tab.page.get_by_text("status ready, new True")).to_be_visible()
    assert tab.runs == 1
    tab.page.wait_for_function(f"old => {STORED} !== old", arg=planted)
    type_name(tab, "Ada")
    tab.reload()
    expect_name(tab, "Ada")


def test_a_link_is_followed_in_the_first_run(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """And is gone from the address before anything else runs; it works once."""
    tab.open(serve("carrier.py").url)
    type_name(tab, "Ada")
    press(tab, "Link")
    link = tab.page.get_by_test_id("stCode").inner_text().strip()
    other = new_tab()
    other.page.add_init_script(
        "window.addEventListener('DOMContentLoaded', () => { window.early = location.href })"
    )
    other.open(link)
    expect_name(other, "Ada")
    assert "fluxlit" not in other.page.evaluate("early")
    other.reload()
    expect_name(other, "Ada")
    third = new_tab()
    third.open(link)
    expect(third.page.get_by_text("This link does not work any more")).to_be_visible()
    expect_name(third, "")


@pytest.mark.parametrize("param", ["fluxlit_sid", "my.sid"])
def test_an_id_in_the_fragment(tab: ContinuityPage, new_tab: NewTab, serve: Serve, param: str) -> None:
    """As a link that opens another tab carries it; of a parameter new to the page the bridge is asked."""
    server = serve("carrier.py")
    tab.open(server.url)
    type_name(tab, "Ada")
    sid = tab.page.evaluate("name => sessionStorage.getItem(`fluxlit:${name}`)", param)
    other = new_tab()
    other.open(f"{server.url}/#part&{param}={sid}")
    known = "True False" if param == "my.sid" else "False True"
    expect(other.page.get_by_text(f"status ready, new {known}")).to_be_visible()
    assert other.page.url == f"{server.url}/#part"
    assert other.runs == (1 if param == "fluxlit_sid" else 2)


def test_an_id_in_the_query(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """Beats what the tab had, as ever."""
    server = serve("carrier.py")
    tab.open(server.url)
    type_name(tab, "Ada")
    sid = tab.page.evaluate(STORED)
    other = new_tab()
    other.open(server.url)
    type_name(other, "Bob")
    other.open(f"{server.url}/?fluxlit_sid={sid}&a=1")
    expect_name(other, "Ada")
    assert other.page.url == f"{server.url}/?a=1"


def test_the_whole_browser(tab: ContinuityPage, serve: Serve) -> None:
    """A tab that is opened later goes on, in its first run."""
    url = serve("carrier.py", SCOPE="browser").url
    tab.open(url)
    type_name(tab, "Ada")
    later = ContinuityPage(tab.page.context.new_page())
    tab.page.close()
    later.open(url)
    expect_name(later, "Ada")


def test_a_tab_of_its_own(tab: ContinuityPage, serve: Serve) -> None:
    """What another app of this origin has put into the browser's storage is not taken for a tab's."""
    url = serve("carrier.py").url
    tab.open(url)
    type_name(tab, "Ada")
    tab.page.evaluate(f"localStorage.setItem('fluxlit:fluxlit_sid', {STORED})")
    later = ContinuityPage(tab.page.context.new_page())
    later.open(url)
    expect_name(later, "")


def test_a_rotated_id_is_the_present_one_when_the_server_is_new(tab: ContinuityPage, serve: Serve) -> None:
    """The page connects again by itself, and says what it has now; nothing waits for the gate."""
    server = serve("carrier.py")
    tab.open(server.url)
    type_name(tab, "Ada")
    before = tab.page.evaluate(STORED)
    press(tab, "Rotate")
    tab.page.wait_for_function(f"old => {STORED} !== old", arg=before)
    tab.rest()
    with tab.page.expect_event("websocket", timeout=60_000):
        server.restart()
    expect(tab.page.locator("[data-test-connection-state=CONNECTED]")).to_be_attached()
    tab.forget_runs()
    press(tab, "Link")
    expect_name(tab, "Ada")
    tab.reload()
    expect_name(tab, "Ada")


def test_a_destroyed_session_is_gone(tab: ContinuityPage, serve: Serve) -> None:
    """F5 begins anew, with another id."""
    tab.open(serve("carrier.py").url)
    type_name(tab, "Ada")
    before = tab.page.evaluate(STORED)
    press(tab, "Destroy")
    tab.page.wait_for_function(f"old => {STORED} !== old", arg=before)
    tab.reload()
    expect_name(tab, "")
