"""`address_bar="visible"`: the id stays in the query; one run on F5, and bookmarks work."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from e2e.carrier import PAGE_LOAD
from e2e.test_leaks import unanswered
from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]


@pytest.fixture
def server(serve: Serve) -> StreamlitServer:
    """The app with the id in the address bar."""
    return serve("multi.py", E2E_ADDRESS_BAR="visible")


def sid_of(tab: ContinuityPage) -> str:
    """The id that the tab holds."""
    return str(tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')"))


def follow(tab: ContinuityPage, name: str) -> None:
    """Follow a link of the page or of the sidebar."""
    tab.page.get_by_role("link", name=name, exact=True).click()
    title = "Home" if name == "Home" else "Report"
    expect(tab.page.get_by_role("heading", name=title)).to_be_visible()
    tab.rest()


def test_the_id_stands_in_the_query(tab: ContinuityPage, server: StreamlitServer) -> None:
    """A new visitor costs one gated and one full run, and sees his id beside what was there."""
    tab.open(f"{server.url}/?a=1#there")
    assert tab.runs == PAGE_LOAD
    expect(tab.page).to_have_url(f"{server.url}/?a=1&fluxlit_sid={sid_of(tab)}#there")


def test_f5_costs_one_run(tab: ContinuityPage, server: StreamlitServer) -> None:
    """The first run knows the id: no gate, on page one and on page two."""
    tab.open(server.url)
    press(tab, "Add")
    tab.reload()
    assert tab.runs == 1
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    follow(tab, "Report")
    tab.reload()
    assert tab.runs == 1
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    expect(tab.page.get_by_text("count is 1")).to_be_visible()


def test_the_id_stays_in_the_query_wherever_one_goes(tab: ContinuityPage, server: StreamlitServer) -> None:
    """Links, st.switch_page, a written query, Back and Forward: one run each, the id always there once."""
    page = tab.page
    tab.open(server.url)
    press(tab, "Add")
    query = f"fluxlit_sid={sid_of(tab)}"

    def expect_at(path: str, *, runs: int) -> None:
        expect(page).to_have_url(re.compile(f"^{re.escape(server.url + path)}\\?"))
        assert page.url.count(query) == page.url.count("fluxlit_sid") == 1
        expect(page.get_by_text("count is 1")).to_be_visible()
        assert tab.runs == runs
        tab.forget_runs()

    tab.forget_runs()
    press(tab, "Set query")
    expect(page).to_have_url(re.compile(r"\bk=v\b"))
    expect_at("/", runs=1)
    follow(tab, "Link to report")
    expect_at("/report", runs=1)
    follow(tab, "Home")
    expect_at("/", runs=1)
    press(tab, "Go to report")
    expect_at("/report", runs=2)
    page.go_back()
    tab.rest(quiet=0.8)
    expect_at("/", runs=1)
    page.go_forward()
    tab.rest(quiet=0.8)
    expect_at("/report", runs=1)


def test_history_is_as_long_as_without_us(new_tab: NewTab, server: StreamlitServer, serve: Serve) -> None:
    """To show the id takes no entry."""

    def walk(tab: ContinuityPage, url: str) -> list[int]:
        lengths = []
        for step in (
            lambda: tab.open(url),
            lambda: press(tab, "Add"),
            lambda: press(tab, "Set query"),
            lambda: follow(tab, "Report"),
            lambda: follow(tab, "Home"),
            tab.page.go_back,
        ):
            step()
            tab.rest()
            lengths.append(tab.page.evaluate("history.length"))
        return lengths

    assert walk(new_tab(), server.url) == walk(new_tab(), serve("plain.py").url)


def test_a_bookmark_opens_the_session_in_another_browser(
    tab: ContinuityPage, new_tab: NewTab, server: StreamlitServer
) -> None:
    """The address of page two, as it stands, in one run."""
    tab.open(server.url)
    press(tab, "Add")
    follow(tab, "Report")
    other = new_tab()
    other.open(tab.page.url)
    assert other.runs == 1
    expect(other.page.get_by_role("heading", name="Report")).to_be_visible()
    expect(other.page.get_by_text("count is 1")).to_be_visible()
    assert other.page.url == tab.page.url


def test_a_planted_id_is_replaced_in_the_address_bar_too(
    tab: ContinuityPage, server: StreamlitServer
) -> None:
    """Session fixation, in this mode as well."""
    planted = "Planted_by_an_attacker-0123456789_abcdefghi"
    tab.open(f"{server.url}/?fluxlit_sid={planted}&a=1")
    press(tab, "Add")
    assert sid_of(tab) != planted
    expect(tab.page).to_have_url(f"{server.url}/?fluxlit_sid={sid_of(tab)}&a=1")


def test_no_referer_carries_the_id(tab: ContinuityPage, leaks: LeakRecorder, server: StreamlitServer) -> None:
    """What the loaded page requests tells the origin at most, whether its own server or another is asked."""
    waiting = unanswered(tab.page)
    tab.open(server.url)
    sid = sid_of(tab)
    press(tab, "Add")
    tab.reload()
    assert any(sid in line for line in leaks.requests), "the recorder is blind"
    while waiting:
        tab.page.wait_for_timeout(50)
    leaks.clear()
    follow(tab, "Report")
    tab.page.evaluate(
        """async (port) => {
          const elsewhere = `http://127.0.0.1:${port}/_stcore/health`;
          await fetch("/_stcore/health");
          const image = new Image();
          await new Promise((done) => { image.onerror = image.onload = done; image.src = elsewhere; });
        }""",
        server.port,
    )
    tab.rest()
    assert any("eferer" in line for line in leaks.requests), "no request was made"
    assert [line for line in leaks.requests if sid in line] == []
    assert [line for line in leaks.console if sid in line] == []
    assert sid not in server.log
