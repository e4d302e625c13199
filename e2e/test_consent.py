"""Without consent nothing is kept but in memory; with it the session begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
KEPT = "JSON.stringify([{...sessionStorage}, {...localStorage}])"


def work(tab: ContinuityPage, count: int) -> None:
    """Press the button until the counter says `count`, and give a name."""
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    for _ in range(count):
        tab.page.get_by_role("button", name="Add", exact=True).click()
        tab.rest()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()


def agree(tab: ContinuityPage) -> None:
    """Tick the box, or take it back."""
    tab.page.get_by_text("I agree").click()
    tab.rest()


def stored_sessions(server: StreamlitServer) -> int:
    """How many sessions the server's file holds."""
    path = server.env["FLUXLIT_SESSION_SQLITE_PATH"]
    if not Path(path).exists():
        return 0
    with closing(sqlite3.connect(path)) as file:
        return int(file.execute("SELECT count(*) FROM fluxlit_session WHERE forget IS NULL").fetchone()[0])


def test_without_consent_nothing_is_kept(tab: ContinuityPage, serve: Serve) -> None:
    """Neither in the browser nor in the store; pages and widgets work, F5 begins anew, in one run."""
    server = serve("private.py")
    tab.open(server.url)
    assert tab.runs == 1
    expect(tab.page.get_by_text("status pending, has id False")).to_be_visible()
    work(tab, 2)
    tab.page.get_by_role("link", name="Other").click()
    expect(tab.page.get_by_text("name is 'Ada'")).to_be_visible()
    tab.page.get_by_role("link", name="Home").click()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    assert "fluxlit" not in tab.page.evaluate(KEPT)
    assert stored_sessions(server) == 0
    tab.reload()
    expect(tab.page.get_by_text("count is 0", exact=True)).to_be_visible()
    assert tab.runs == 1


def test_with_consent_the_session_begins(tab: ContinuityPage, serve: Serve) -> None:
    """What was gathered before is saved, and comes back; consent taken back erases it."""
    server = serve("private.py")
    tab.open(server.url)
    work(tab, 2)
    agree(tab)
    expect(tab.page.get_by_text("status ready, has id True")).to_be_visible()
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()
    before = stored_sessions(server)
    assert before == 1
    tab.reload()
    agree(tab)  # the app asks again; what was kept comes back with the answer
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    agree(tab)
    expect(tab.page.get_by_text("status pending, has id False")).to_be_visible()
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()
    tab.page.wait_for_function(f"!{KEPT}.includes('fluxlit')")
    assert stored_sessions(server) == 0
    tab.reload()
    expect(tab.page.get_by_text("count is 0", exact=True)).to_be_visible()


def test_consent_taken_back_forgets_where_the_page_was_scrolled_to(tab: ContinuityPage, serve: Serve) -> None:
    """At once, not when the page is left."""
    tab.open(serve("private.py", AGREED="1").url)
    tab.page.set_viewport_size({"width": 1280, "height": 200})
    work(tab, 1)
    tab.page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollTop = 40")
    tab.reload()
    assert "fluxlit::scroll" in tab.page.evaluate(KEPT)
    agree(tab)
    tab.page.wait_for_function(f"!{KEPT}.includes('fluxlit')")


def test_without_consent_the_next_visitor_gets_a_fresh_page(tab: ContinuityPage, serve: Serve) -> None:
    """After a sign-out the page is loaded anew, else its fields would show what the last one entered."""
    tab.open(serve("private.py").url)
    tab.page.get_by_role("button", name="Sign in").click()
    tab.rest()
    work(tab, 1)
    with tab.page.expect_event("load"):
        tab.page.get_by_role("button", name="Sign out").click()
    tab.rest()
    expect(tab.page.get_by_text("count is 0", exact=True)).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("")


def test_consent_from_the_start_is_as_without_the_word(tab: ContinuityPage, serve: Serve) -> None:
    """`consent=True` is the default."""
    tab.open(serve("private.py", AGREED="1").url)
    work(tab, 1)
    tab.reload()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert tab.runs == PAGE_LOAD
