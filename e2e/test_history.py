"""The address bar and the history are the app's own: we add nothing, drop nothing, bring nothing back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]

_SID = "sessionStorage.getItem('fluxlit:fluxlit_sid')"


def follow(tab: ContinuityPage, name: str) -> None:
    """Follow a link of the sidebar."""
    tab.page.get_by_role("link", name=name, exact=True).click()
    expect(tab.page.get_by_role("heading", name=name)).to_be_visible()
    tab.rest()


def go_to_report(tab: ContinuityPage) -> None:
    """Press the button that calls st.switch_page."""
    tab.page.get_by_role("button", name="Go to report", exact=True).click()
    expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
    tab.rest()


def place(tab: ContinuityPage, url: str) -> tuple[int, str]:
    """Length of the history, and the address without the server's part."""
    return tab.page.evaluate("history.length"), tab.page.url.removeprefix(url)


def add(tab: ContinuityPage) -> None:
    """Count once, on whichever page Back has led to: releases differ in what they push."""
    tab.page.get_by_role("button", name=re.compile("^Add")).click()
    tab.rest()


def walk(tab: ContinuityPage, url: str, start: str) -> list[tuple[int, str]]:
    """A visit that touches the history in every way, noted step by step."""
    seen = []
    steps: list[Callable[[], object]] = [
        lambda: tab.open(f"{url}{start}"),
        lambda: add(tab),
        lambda: press(tab, "Set query"),
        lambda: add(tab),
        lambda: follow(tab, "Report"),
        lambda: follow(tab, "Home"),
        lambda: go_to_report(tab),
        tab.reload,
        tab.back,
        tab.back,
        tab.back,
        lambda: add(tab),
        tab.forward,
        tab.reload,
    ]
    for step in steps:
        step()
        seen.append(place(tab, url))
    return seen


@pytest.mark.core
@pytest.mark.parametrize("start", ["/", "/?a=1&b=2#frag"])
def test_history_and_address_are_those_of_the_app_without_us(
    new_tab: Callable[..., ContinuityPage], serve: Serve, start: str
) -> None:
    """The same walk through both apps shows the same addresses and history lengths at every step."""
    ours = walk(new_tab(), serve("multi.py").url, start)
    without = walk(new_tab(), serve("plain.py").url, start)
    assert ours == without


@pytest.mark.core
def test_query_and_fragment_are_kept_in_full(tab: ContinuityPage, serve: Serve) -> None:
    """`?a=1&b=2#frag` stands as it was typed, also after F5, and the app sees it."""
    url = f"{serve('multi.py').url}/?a=1&b=2#frag"
    tab.open(url)
    expect(tab.page).to_have_url(url)
    expect(tab.page.get_by_text("query a=1,b=2")).to_be_visible()
    press(tab, "Add")
    expect(tab.page).to_have_url(url)
    tab.reload()
    expect(tab.page).to_have_url(url)
    expect(tab.page.get_by_text("query a=1,b=2")).to_be_visible()
    expect(tab.page.get_by_text("count is 1")).to_be_visible()


def test_an_odd_query_is_kept_byte_for_byte(tab: ContinuityPage, serve: Serve) -> None:
    """What a URL library would write differently is not ours to rewrite."""
    url = f"{serve('multi.py').url}/report?x=a%20b+c&y&=z&&a=%C3%A4#%20x?y=1"
    tab.open(url)
    expect(tab.page).to_have_url(url)
    tab.reload()
    expect(tab.page).to_have_url(url)


@pytest.mark.core
def test_an_app_that_writes_the_query_does_not_bring_the_id_back(
    tab: ContinuityPage, new_tab: Callable[..., ContinuityPage], serve: Serve
) -> None:
    """Streamlit remembers the query of the page load and pushes it again; the id is not in it."""
    url = serve("multi.py").url
    tab.open(url)
    press(tab, "Add")
    sid = tab.page.evaluate(_SID)
    other = new_tab()
    other.open(f"{url}/?a=1&fluxlit_sid={sid}")
    expect(other.page).to_have_url(f"{url}/?a=1")
    press(other, "Set query")
    expect(other.page).to_have_url(f"{url}/?a=1&k=v")
    press(other, "Add")
    other.reload()
    expect(other.page).to_have_url(f"{url}/?a=1&k=v")
    expect(other.page.get_by_text("count is 2")).to_be_visible()
    other.page.go_back()
    other.rest()
    expect(other.page).to_have_url(f"{url}/?a=1")


def test_a_link_adds_no_history_entry(
    tab: ContinuityPage, new_tab: Callable[..., ContinuityPage], serve: Serve
) -> None:
    """The strip replaces the entry: Back leaves the app, it does not return to the id."""
    url = serve("multi.py").url
    tab.open(url)
    press(tab, "Add")
    other = new_tab()
    other.page.goto("about:blank")
    before = other.page.evaluate("history.length")
    other.open(f"{url}/?fluxlit_sid={tab.page.evaluate(_SID)}")
    assert other.page.evaluate("history.length") == before + 1
    other.page.go_back()
    expect(other.page).to_have_url("about:blank")
    other.page.go_forward()
    other.rest()
    expect(other.page).to_have_url(f"{url}/")
    expect(other.page.get_by_text("count is 1")).to_be_visible()


@pytest.mark.core
def test_foreign_history_state_survives(tab: ContinuityPage, serve: Serve) -> None:
    """What someone else keeps in history.state is there after the strip, after runs and after F5."""
    url = serve("multi.py").url
    tab.open(url)
    press(tab, "Add")
    sid = tab.page.evaluate(_SID)
    tab.page.add_init_script("history.state ?? history.replaceState({mine: {deep: [1, 2]}}, '')")
    tab.open(f"{url}/?fluxlit_sid={sid}")
    expect(tab.page).to_have_url(f"{url}/")
    assert tab.page.evaluate("history.state") == {"mine": {"deep": [1, 2]}}
    press(tab, "Add")
    tab.reload()
    assert tab.page.evaluate("history.state") == {"mine": {"deep": [1, 2]}}
    expect(tab.page.get_by_text("count is 2")).to_be_visible()


def test_a_push_of_someone_else_keeps_its_state_and_loses_the_id(tab: ContinuityPage, serve: Serve) -> None:
    """A component that pushes the address it found at load would bring the id back; it does not."""
    url = serve("multi.py").url
    tab.open(url)
    press(tab, "Add")
    sid = tab.page.evaluate(_SID)
    length = tab.page.evaluate("history.length")
    tab.page.evaluate("s => history.pushState({theirs: 1}, '', `/?x=1&fluxlit_sid=${s}#there`)", sid)
    expect(tab.page).to_have_url(f"{url}/?x=1#there")
    assert tab.page.evaluate("[history.length, history.state]") == [length + 1, {"theirs": 1}]
    expect(tab.page).not_to_have_url(re.compile("fluxlit_sid"))
