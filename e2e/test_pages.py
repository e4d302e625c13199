"""Every way from page to page keeps the state and costs one run.

Streamlit drops the widgets of the page that is left, with the session as without; `keep_hidden=` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import type_in
from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Serve = Callable[..., StreamlitServer]


def add(tab: ContinuityPage) -> None:
    """Count once, on whichever page."""
    tab.page.get_by_role("button", name=re.compile("^Add")).click()
    tab.rest()


def press(tab: ContinuityPage, name: str) -> None:
    """Press a button that leads to page two."""
    tab.page.get_by_role("button", name=name).click()
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    tab.rest()


def follow(tab: ContinuityPage, name: str) -> None:
    """Follow a link of the page or of the sidebar."""
    tab.page.get_by_role("link", name=name, exact=True).click()
    title = "Home" if name == "Home" else "Report"
    expect(tab.page.get_by_role("heading", name=title)).to_be_visible()
    tab.rest()


def back(tab: ContinuityPage) -> None:
    """Press Back."""
    tab.page.go_back()
    tab.rest(quiet=0.8)


def forward(tab: ContinuityPage) -> None:
    """Press Forward."""
    tab.page.go_forward()
    tab.rest(quiet=0.8)


def expect_report(tab: ContinuityPage, *, count: int, name: str = "unset") -> None:
    """Page two, with what page one has left: its field is not on the page, so it has no value."""
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    expect(tab.page).to_have_url(re.compile(r"/report$"))
    expect(tab.page.get_by_text(f"count is {count}")).to_be_visible()
    expect(tab.page.get_by_text(f"name is {name}")).to_be_visible()


def expect_home(tab: ContinuityPage, *, count: int, name: str = "") -> None:
    """Page one; a field that was away is empty."""
    expect(tab.page.get_by_role("heading", name="Home")).to_be_visible()
    expect(tab.page).to_have_url(re.compile(r":\d+/$"))
    expect(tab.page.get_by_text(f"count is {count}")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value(name)


@pytest.fixture
def keeping(serve: Serve) -> str:
    """Where the app is that asks for its hidden widgets to be kept."""
    return serve("multi.py", E2E_KEEP_HIDDEN="1").url


def begin(tab: ContinuityPage, url: str) -> None:
    """A name and a count on page one."""
    tab.open(url)
    type_in(tab, "Name", "Ada")
    add(tab)
    tab.forget_runs()


def test_switch_page_keeps_the_state(tab: ContinuityPage, serve: Serve) -> None:
    """One run of the click that calls st.switch_page, one full run of page two."""
    begin(tab, serve("multi.py").url)
    press(tab, "Go to report")
    assert tab.runs == 2
    expect_report(tab, count=1)


def test_switch_page_costs_what_it_costs_without_us(tab: ContinuityPage, serve: Serve) -> None:
    """The same click in the same app without the session."""
    begin(tab, serve("plain.py").url)
    press(tab, "Go to report")
    assert tab.runs == 2


@pytest.mark.parametrize("link", ["Link to report", "Report"])
def test_a_link_to_a_page_keeps_the_state_in_one_run(tab: ContinuityPage, serve: Serve, link: str) -> None:
    """A page link in the page, and the link of the sidebar."""
    begin(tab, serve("multi.py").url)
    follow(tab, link)
    assert tab.runs == 1
    expect_report(tab, count=1)


def test_back_and_forward_keep_the_state_in_one_run_each(tab: ContinuityPage, serve: Serve) -> None:
    """What was changed on page two is there after Back, and after Forward."""
    begin(tab, serve("multi.py").url)
    follow(tab, "Report")
    add(tab)
    tab.forget_runs()
    back(tab)
    assert tab.runs == 1
    expect_home(tab, count=2)
    tab.forget_runs()
    forward(tab)
    assert tab.runs == 1
    expect_report(tab, count=2)


def test_f5_on_page_two_stays_there(tab: ContinuityPage, serve: Serve) -> None:
    """One gated and one full run, on the same page, with the state of both."""
    begin(tab, serve("multi.py").url)
    follow(tab, "Report")
    type_in(tab, "Comment", "fine")
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect_report(tab, count=1)
    expect(tab.page.get_by_label("Comment")).to_have_value("fine")


def test_f5_after_switch_page_stays_there(tab: ContinuityPage, serve: Serve) -> None:
    """The component's value is None in the run after st.switch_page; nothing depends on it."""
    begin(tab, serve("multi.py").url)
    press(tab, "Go to report")
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect_report(tab, count=1)


def test_f5_after_back(tab: ContinuityPage, serve: Serve) -> None:
    """Back on page one, F5: page one as it was, one gated and one full run."""
    begin(tab, serve("multi.py").url)
    follow(tab, "Report")
    add(tab)
    back(tab)
    expect_home(tab, count=2)
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect_home(tab, count=2)


def test_back_after_f5_on_page_two(tab: ContinuityPage, serve: Serve) -> None:
    """The history of before the reload still leads to page one, in one run."""
    begin(tab, serve("multi.py").url)
    follow(tab, "Report")
    tab.reload()
    tab.forget_runs()
    back(tab)
    assert tab.runs == 1
    expect_home(tab, count=1)


def test_widgets_of_page_one_keep_their_value_over_page_two(tab: ContinuityPage, keeping: str) -> None:
    """Typed, ticked, chosen and slid: Streamlit drops them all on page two."""
    begin(tab, keeping)
    tab.page.get_by_text("Agree").click()
    tab.rest()
    tab.page.get_by_role("slider").press("ArrowRight")
    tab.rest()
    follow(tab, "Report")
    follow(tab, "Home")
    expect_home(tab, count=1, name="Ada")
    expect(tab.page.get_by_role("checkbox", name="Agree")).to_be_checked()
    expect(tab.page.get_by_test_id("stSliderThumbValue")).to_have_text("4")


def test_the_second_edit_of_a_widget_survives_page_two(tab: ContinuityPage, keeping: str) -> None:
    """Edited, away and back, edited again, away and back: the last value each time."""
    begin(tab, keeping)
    follow(tab, "Report")
    follow(tab, "Home")
    expect_home(tab, count=1, name="Ada")
    type_in(tab, "Name", "Grace")
    type_in(tab, "Name", "Grace Hopper")
    follow(tab, "Report")
    expect_report(tab, count=1, name="Grace Hopper")
    back(tab)
    expect_home(tab, count=1, name="Grace Hopper")


@pytest.mark.parametrize("reload_again", [False, True])
def test_an_edit_after_f5_survives_page_two(tab: ContinuityPage, keeping: str, reload_again: bool) -> None:
    """Restored, edited, away and back: the new value, never the one from before the edit."""
    begin(tab, keeping)
    tab.reload()
    expect_home(tab, count=1, name="Ada")
    type_in(tab, "Name", "Grace")
    follow(tab, "Report")
    expect_report(tab, count=1, name="Grace")
    if reload_again:
        tab.reload()
        expect_report(tab, count=1, name="Grace")
    follow(tab, "Home")
    expect_home(tab, count=1, name="Grace")
    tab.reload()
    expect_home(tab, count=1, name="Grace")


@pytest.mark.parametrize(
    ("leave", "link"), [(follow, "Report"), (press, "Go to report")], ids=["link", "switch"]
)
def test_a_field_that_f5_filled_survives_page_two(
    tab: ContinuityPage, keeping: str, leave: Callable[[ContinuityPage, str], None], link: str
) -> None:
    """Nobody touches it between the reload and the other page."""
    begin(tab, keeping)
    tab.reload()
    leave(tab, link)
    expect_report(tab, count=1, name="Ada")
    follow(tab, "Home")
    expect_home(tab, count=1, name="Ada")


def test_a_page_can_be_the_first_one(tab: ContinuityPage, serve: Serve) -> None:
    """A new visitor on /report stays on /report: one gated and one full run."""
    tab.open(f"{serve('multi.py').url}/report")
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    expect(tab.page.get_by_text("name is unset")).to_be_visible()
    add(tab)
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect_report(tab, count=1)


@pytest.mark.parametrize("suffix", ["", "?bare=1"], ids=["block", "no block"])
def test_the_link_of_the_page_itself_right_after_f5(tab: ContinuityPage, serve: Serve, suffix: str) -> None:
    """The session comes before the pages. The link leads nowhere new, so the field keeps what came back."""
    tab.open(serve("same_page.py").url + suffix)
    type_in(tab, "Name", "Ada")
    tab.reload()
    tab.page.get_by_role("link", name="home", exact=True).click()
    tab.rest()
    expect(tab.page.get_by_text("name is Ada", exact=True)).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    tab.page.get_by_role("link", name="report", exact=True).click()
    expect(tab.page.get_by_text("name is None")).to_be_visible()
