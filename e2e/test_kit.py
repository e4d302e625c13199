"""The testing kit's browser half: what it counts, what it presses, and when it says no."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import Timer

import pytest
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing import ContinuityPage, StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]
TOLD = r"^(new|status|restored)\b"  # multi.py tells what the session knows, in its sidebar


def work(tab: ContinuityPage) -> None:
    """What a visitor does in multi.py and plain.py."""
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    tab.page.get_by_text("Agree").click()
    tab.rest()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()


def test_continuity_is_there(tab: ContinuityPage, serve: Serve) -> None:
    """F5 and F5 after a restarted server show what there was, but for what is there while the mouse is."""
    server = serve("multi.py")
    tab.open(server.url)
    work(tab)
    tab.page.get_by_test_id("stSidebar").hover()
    tab.expect_continuity(ignore=TOLD)
    assert tab.runs == PAGE_LOAD
    tab.expect_continuity(ignore=TOLD, after=server.restart)
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")


def test_continuity_is_missed(tab: ContinuityPage, serve: Serve) -> None:
    """An app that forgets fails, and the message names text, field and tick."""
    tab.open(serve("plain.py").url)
    work(tab)
    with pytest.raises(AssertionError) as failure:
        tab.expect_continuity(seconds=1)
    lines = str(failure.value).splitlines()
    assert {"-count is 1", "+count is 0", "-Name = Ada", "+Name = "} <= set(lines)
    assert "-Agree = true" in lines


@pytest.mark.transport
def test_a_conversation_is_looked_at(tab: ContinuityPage, serve: Serve) -> None:
    """Streamlit draws a page with a chat's input in a container of another name."""
    tab.open(serve("long_chat.py").url)
    with pytest.raises(AssertionError, match="after F5 the visitor sees something else"):
        tab.expect_continuity(seconds=1)


def choose(tab: ContinuityPage, kind: str) -> None:
    """What a visitor does in choices.py."""
    page = tab.page
    if kind == "colour":
        page.get_by_test_id("stColorPickerBlock").click()
        page.locator("input").last.fill("#112233")
        page.keyboard.press("Escape")
    else:
        page.get_by_test_id("stMain").locator("button").first.click()
    page.mouse.move(0, 0)
    tab.rest()


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("pills", "-one = true"),
        ("segments", "-one = true"),
        ("thumbs", r"-.* = true"),
        ("colour", r"-.* = rgb\(17, 34, 51\)"),
    ],
)
def test_a_lost_choice_is_missed(tab: ContinuityPage, serve: Serve, kind: str, line: str) -> None:
    """What no text and no field tells: which pill, segment or thumb is chosen, and the colour."""
    tab.open(f"{serve('choices.py').url}/?kind={kind}")
    choose(tab, kind)
    with pytest.raises(AssertionError, match=f"(?m)^{line}$"):
        tab.expect_continuity(seconds=1)


def test_a_page_at_rest_has_met_the_bridge(tab: ContinuityPage, serve: Serve) -> None:
    """On a busy machine the page is drawn long before the bridge's code has run."""
    tab.page.add_init_script(
        """const make = URL.createObjectURL;
        URL.createObjectURL = blob => make(blob.type.includes("javascript")
          ? new Blob(["await new Promise(done => setTimeout(done, 1500));", blob], blob) : blob);"""
    )
    tab.open(serve("multi.py").url)
    assert tab.session_id() is not None


def test_a_page_with_nothing_but_a_button_that_opens_the_rest_comes_to_rest(
    tab: ContinuityPage, serve: Serve
) -> None:
    """What is in a closed popover is not on the page."""
    tab.page.goto(serve("closed.py").url)
    tab.rest(seconds=20)
    tab.reload()
    expect(tab.page.get_by_role("button", name="More")).to_be_visible()


def test_an_id_left_in_the_address_is_noticed(tab: ContinuityPage, serve: Serve) -> None:
    """The address is part of what must not change."""
    tab.open(serve("plain.py").url)
    with pytest.raises(AssertionError, match=r"the address is .*#x"):
        tab.expect_continuity(after=lambda: tab.page.evaluate("location.hash = 'x'"))


def test_the_server_counts_the_runs_of_all_tabs(
    tab: ContinuityPage, new_tab: Callable[..., ContinuityPage], serve: Serve
) -> None:
    """As many as the tabs have counted from outside, over a restart too."""
    server = serve("copies.py")
    server.forget_runs()
    tab.open(server.url)
    assert server.runs == tab.runs == PAGE_LOAD
    other = new_tab()
    other.open(server.url)
    assert server.runs == 2 * PAGE_LOAD
    other.page.close()
    server.restart()
    tab.reload()
    assert server.runs == 3 * PAGE_LOAD
    server.forget_runs()
    assert server.runs == 0


def test_a_killed_server_is_started_again_when_asked_for(serve: Serve) -> None:
    """Tests of a module share a server, and one may end it."""
    server = serve("copies.py")
    server.kill()
    assert not server.is_running
    assert serve("copies.py") is server
    assert server.is_running


def test_back_and_forward(tab: ContinuityPage, serve: Serve) -> None:
    """They wait for the page that they lead to."""
    tab.open(serve("multi.py").url)
    tab.page.get_by_role("link", name="Link to report").click()
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    tab.rest()
    tab.back()
    expect(tab.page.get_by_role("heading", name="Home")).to_be_visible()
    assert tab.runs == 1
    tab.forward()
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    assert tab.runs == 1


def test_a_run_that_begins_late_is_waited_for(tab: ContinuityPage, serve: Serve) -> None:
    """The visitor has clicked, the server is busy: the app is not at rest."""
    server = serve("copies.py")
    tab.open(server.url)
    tab.forget_runs()
    process = server._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    goes_on = Timer(1.5, process.send_signal, [signal.SIGCONT])
    goes_on.start()
    try:
        tab.page.get_by_role("button", name="Add", exact=True).click()
        tab.rest()
    finally:
        goes_on.join()
    assert tab.runs == 1


def test_the_run_after_a_rerun_is_waited_for(tab: ContinuityPage, serve: Serve) -> None:
    """However long Streamlit clears away the one before."""
    tab.open(serve("late_rerun.py").url)
    tab.forget_runs()
    tab.page.get_by_role("button", name="Again").click()
    tab.rest()
    assert tab.runs == 2


def test_a_page_that_is_busy_is_waited_for(tab: ContinuityPage, serve: Serve) -> None:
    """What has been done to it asks for a run only when it comes to that: the app is not at rest."""
    tab.open(serve("copies.py").url)
    tab.forget_runs()
    tab.page.evaluate(
        """() => void setTimeout(() => {
          for (const end = Date.now() + 1500; Date.now() < end;);
          setTimeout(() => document.querySelector("[data-testid=stButton] button").click());
        })"""
    )
    tab.rest()
    assert tab.runs == 1


def test_a_duplicate_has_a_session_of_its_own(tab: ContinuityPage, serve: Serve) -> None:
    """It begins with what its original shows; the kit tells their ids apart."""
    tab.open(serve("copies.py").url)
    sid = tab.session_id()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    copy = tab.duplicate()
    copy.page.wait_for_function("old => sessionStorage.getItem('fluxlit:fluxlit_sid') !== old", arg=sid)
    copy.rest()
    expect(copy.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert tab.session_id() == sid
    assert copy.session_id() not in (None, sid)
