"""Links that bring a session, or a copy of it, to another device: `session.link()` and `session.href()`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from e2e.carrier import PAGE_LOAD
from e2e.reconnect import reconnecting
from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]
STORED = "sessionStorage.getItem('fluxlit:fluxlit_sid')"
DEAD = "This link does not work any more"


def visit(tab: ContinuityPage, url: str) -> str:
    """Work in the app a little; return the tab's id."""
    tab.open(url)
    press(tab, "Add")
    press(tab, "Add")
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    return str(tab.page.evaluate(STORED))


def link_of(tab: ContinuityPage, mode: str) -> str:
    """Have a link made and read it off the page."""
    press(tab, f"Make {mode} link")
    expect(tab.page.get_by_text("#fluxlit_link=")).to_be_visible()
    return tab.page.get_by_text("#fluxlit_link=").inner_text()


def sees(tab: ContinuityPage, *texts: str) -> None:
    """The visitor sees each of these texts."""
    for text in texts:
        expect(tab.page.get_by_text(text, exact=True)).to_be_visible()


def has(tab: ContinuityPage, sid: str) -> None:
    """The tab remembers this id, once the bridge has heard of it."""
    tab.page.wait_for_function(f"sid => {STORED} === sid", arg=sid)


def test_another_device_resumes_the_session(serve: Serve, new_tab: NewTab) -> None:
    """One gated and one full run; from then on both write to the same session, and the link is used up."""
    server = serve("sharing.py", KEEP_HIDDEN="1")
    first, other, third = new_tab(), new_tab(), new_tab()
    sid = visit(first, server.url)
    link = link_of(first, "resume")
    assert link.startswith(f"{server.url}/report#fluxlit_link=")
    assert sid not in link
    leaks = LeakRecorder(other.page)
    other.open(link)
    sees(other, "count is 2", "name is 'Ada'")
    assert other.runs == PAGE_LOAD
    expect(other.page).to_have_url(f"{server.url}/report")
    has(other, sid)
    assert not leaks.carrying(sid)
    assert not leaks.carrying(link.partition("=")[2])
    press(other, "Add here")
    first.reload()
    sees(first, "count is 3", "resume link used 1 open False young True")
    other.reload()
    sees(other, "count is 3")
    has(other, sid)
    third.open(link)
    sees(third, "count is 0", DEAD, "status ready, new True")
    assert third.page.evaluate(STORED) != sid


@pytest.mark.parametrize("again", [False, True], ids=["at once", "after F5"])
def test_a_copy_of_a_tab_that_joined_is_a_copy(serve: Serve, new_tab: NewTab, *, again: bool) -> None:
    """Two tabs share the session, because a link says so; a duplicate of either has one of its own."""
    first, other = new_tab(), new_tab()
    sid = visit(first, serve("sharing.py").url)
    other.open(link_of(first, "resume"))
    has(other, sid)
    if again:
        other.reload()
    copy = other.duplicate()
    copy.page.wait_for_function(f"sid => {STORED} !== sid", arg=sid)
    copy.rest(quiet=1.0)
    press(copy, "Add here")
    sees(copy, "count is 3")
    for tab in (first, other):
        tab.reload()
        tab.page.wait_for_timeout(1000)  # longer than a claim is patient
        sees(tab, "count is 2")
        has(tab, sid)


def test_a_copy_goes_its_own_way(serve: Serve, new_tab: NewTab) -> None:
    """It brings the state of the moment in which it was made, as far as it was allowed."""
    server = serve("sharing.py")
    first, other = new_tab(), new_tab()
    sid = visit(first, server.url)
    link = link_of(first, "copy")
    press(first, "Add")
    other.open(link)
    sees(other, "count is 2", "name is ''", "status ready, new False")
    assert other.runs == PAGE_LOAD
    assert other.page.evaluate(STORED) != sid
    press(other, "Add here")
    press(other, "Add here")
    other.reload()
    sees(other, "count is 4")
    first.reload()
    sees(first, "count is 3")


def test_a_link_that_works_more_than_once(serve: Serve, new_tab: NewTab) -> None:
    """Until it is revoked; its uses are counted."""
    server = serve("sharing.py", MANY="1")
    first, other, third = new_tab(), new_tab(), new_tab()
    visit(first, server.url)
    link = link_of(first, "resume")
    for tab in (other, third):
        tab.open(link)
        sees(tab, "count is 2")
    first.reload()
    sees(first, "resume link used 2 open True young True")
    press(first, "Revoke")
    sees(first, "revoked 1")
    late = new_tab()
    late.open(link)
    sees(late, "count is 0", DEAD)


def test_what_is_no_link_opens_a_fresh_session(serve: Serve, new_tab: NewTab) -> None:
    """Unknown and malformed tokens: a line to the visitor, no exception, a clean address."""
    server = serve("sharing.py")
    for token in ("x", "L" * 43, "%00", "../../etc/passwd", "A" * 6000):
        tab = new_tab()
        tab.open(f"{server.url}/report?a=1#fluxlit_link={token}")
        sees(tab, "count is 0", DEAD)
        expect(tab.page).to_have_url(f"{server.url}/report?a=1")
        assert tab.runs == PAGE_LOAD
        tab.page.close()


def test_a_dead_link_costs_a_tab_nothing(serve: Serve, new_tab: NewTab) -> None:
    """A tab that has a session goes on with it."""
    server = serve("sharing.py")
    tab = new_tab()
    sid = visit(tab, server.url)
    tab.open(f"{server.url}/report?again#fluxlit_link={'L' * 43}")
    sees(tab, "count is 2", DEAD)
    has(tab, sid)


def test_a_link_pasted_into_a_living_page_is_news(serve: Serve, new_tab: NewTab) -> None:
    """The page goes on with the other session, without a new document and without mixing the two."""
    server = serve("sharing.py", KEEP_HIDDEN="1")
    first, other = new_tab(), new_tab()
    sid = visit(first, server.url)
    link = link_of(first, "resume")
    other.open(f"{server.url}/report")
    press(other, "Add here")
    other.page.evaluate("hash => { location.hash = hash }", link.partition("#")[2])
    sees(other, "count is 2", "name is 'Ada'")
    other.rest()
    has(other, sid)
    expect(other.page).to_have_url(f"{server.url}/report")
    other.reload()
    sees(other, "count is 2", "name is 'Ada'")


@pytest.mark.parametrize("how", ["opened", "pasted"])
@pytest.mark.parametrize(("mode", "env"), [("resume", {}), ("copy", {"MANY": "1"})], ids=["resume", "copy"])
def test_who_followed_a_link_goes_on_after_a_restart_of_the_server(
    serve: Serve, new_tab: NewTab, mode: str, env: dict[str, str], how: str
) -> None:
    """The browser sends the link again; nobody is told of it, and it is not followed a second time."""
    server = serve("sharing.py", **env)
    first, other = new_tab(), new_tab()
    visit(first, server.url)
    link = link_of(first, mode)
    if how == "opened":
        other.open(link)
    else:
        other.open(f"{server.url}/report")
        other.page.evaluate("hash => { location.hash = hash }", link.partition("#")[2])
    sees(other, "count is 2")
    other.rest()
    press(other, "Add here")
    sid = other.page.evaluate(STORED)
    with reconnecting(other):
        server.restart()
    press(other, "Add here")
    sees(other, "count is 4")
    expect(other.page.get_by_text(DEAD)).to_have_count(0)
    assert other.page.evaluate(STORED) == sid


def test_an_address_for_html_and_mail(serve: Serve, new_tab: NewTab) -> None:
    """`session.href()` is the same from run to run and leads to this session."""
    server = serve("sharing.py", HREF="1", KEEP_HIDDEN="1")
    first, other = new_tab(), new_tab()
    sid = visit(first, server.url)
    href = first.page.locator('[data-testid="stCaptionContainer"]').inner_text()
    press(first, "Add")
    assert first.page.locator('[data-testid="stCaptionContainer"]').inner_text() == href
    assert sid not in href
    other.open(href)
    sees(other, "count is 3", "name is 'Ada'")
    has(other, sid)
