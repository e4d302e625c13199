"""A copied tab is noticed, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]
RELOADS = 12


def sid_of(tab: ContinuityPage) -> str:
    """The id that this tab remembers."""
    return str(tab.session_id())


def add(tab: ContinuityPage, count: int) -> None:
    """Press the button and see the effect."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    tab.rest()


def copy_of(tab: ContinuityPage) -> ContinuityPage:
    """A window opened by the page: it begins with a copy of the tab's storage, as "Duplicate" does."""
    return tab.duplicate()


LATE_CHANNEL = """
window.BroadcastChannel = class extends BroadcastChannel {
  set onmessage(tell) { super.onmessage = event => setTimeout(tell, LATE, event) }
}
"""
"""A page that is too busy to hear the others at once."""


def until_forked(copy: ContinuityPage, sid: str) -> None:
    """The copy has an id of its own."""
    copy.page.wait_for_function("old => sessionStorage.getItem('fluxlit:fluxlit_sid') !== old", arg=sid)
    copy.rest(quiet=1.0)


def test_a_copy_gets_an_id_and_a_state_of_its_own(tab: ContinuityPage, serve: Serve) -> None:
    """It begins with the state of its original; from then on neither sees what the other does."""
    tab.open(serve("copies.py").url)
    add(tab, 1)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    sid = sid_of(tab)
    copy = copy_of(tab)
    until_forked(copy, sid)
    expect(copy.page.get_by_text("count is 1", exact=True)).to_be_visible()
    expect(copy.page.get_by_label("Name")).to_have_value("Ada")
    add(copy, 2)
    add(copy, 3)
    add(tab, 2)
    for _ in range(2):
        tab.reload()
        copy.reload()
        expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()
        expect(copy.page.get_by_text("count is 3", exact=True)).to_be_visible()
    assert sid_of(tab) == sid
    assert tab.runs == copy.runs == PAGE_LOAD


def test_what_a_fragment_of_the_original_changes_is_found_at_its_f5(
    tab: ContinuityPage, serve: Serve
) -> None:
    """Nothing but the next page load has a plain fragment's changes saved, also after the tab was copied."""
    tab.open(serve("plain_fragment.py").url)
    tab.rest()
    copy = copy_of(tab)
    until_forked(copy, sid_of(tab))
    tab.page.get_by_role("button", name="Add inside").click()
    expect(tab.page.get_by_text("inner is 1", exact=True)).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("inner is 1", exact=True)).to_be_visible()


def test_a_copy_survives_a_restarted_server_as_itself(tab: ContinuityPage, serve: Serve) -> None:
    """The browser's last word names the copy, not the original that it once came from."""
    server = serve("copies.py")
    tab.open(server.url)
    add(tab, 1)
    sid = sid_of(tab)
    copy = copy_of(tab)
    until_forked(copy, sid)
    add(copy, 2)
    own = sid_of(copy)
    with copy.page.expect_event("websocket", timeout=60_000):
        server.restart()
    add(copy, 3)
    assert sid_of(copy) == own
    tab.reload()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_a_reload_is_never_taken_for_a_copy(tab: ContinuityPage, serve: Serve) -> None:
    """Many times, also in quick succession, and after the tab was away and back."""
    url = serve("copies.py").url
    tab.open(url)
    add(tab, 1)
    sid = sid_of(tab)
    for number in range(RELOADS):
        if number % 3:
            with suppress(Error):  # Playwright gives no F5 to a page that is still on its way
                tab.page.reload(wait_until="commit")
        else:
            tab.rest()
            tab.reload()
    tab.rest()
    tab.page.goto("about:blank")
    tab.page.go_back()
    tab.rest()
    tab.page.wait_for_timeout(1000)  # longer than a claim is patient
    tab.rest()
    assert sid_of(tab) == sid
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_the_copy_of_a_tab_that_was_closed_goes_on_as_it(tab: ContinuityPage, serve: Serve) -> None:
    """Nobody else has the id any more, so it need not change."""
    tab.open(serve("copies.py").url)
    add(tab, 1)
    sid = sid_of(tab)
    context, url = tab.page.context, tab.page.url
    with context.expect_page() as opened:
        tab.page.evaluate("void window.open('about:blank')")
    tab.page.close()
    copy = ContinuityPage(opened.value)
    copy.open(url)
    copy.page.wait_for_timeout(1000)
    copy.rest()
    assert sid_of(copy) == sid
    expect(copy.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_copies_may_share(tab: ContinuityPage, serve: Serve) -> None:
    """`on_duplicate="share"`: one id, both write, key by key."""
    tab.open(serve("copies.py", ON_DUPLICATE="share").url)
    add(tab, 1)
    copy = copy_of(tab)
    copy.page.wait_for_timeout(1000)
    copy.rest()
    assert sid_of(copy) == sid_of(tab)
    add(copy, 2)
    tab.reload()
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()


@pytest.mark.parametrize("late", [0, 2000])
def test_without_locks_the_pages_ask_each_other(
    serve: Serve, new_tab: Callable[..., ContinuityPage], late: int
) -> None:
    """A page without HTTPS has no Web Locks: a copy is noticed, if late; a reload is not taken for one."""
    tab = new_tab(alone=True)
    tab.page.context.add_init_script("Object.defineProperty(navigator, 'locks', {value: undefined})")
    tab.page.add_init_script(LATE_CHANNEL.replace("LATE", str(late)))
    tab.open(serve("copies.py").url)
    add(tab, 1)
    sid = sid_of(tab)
    for _ in range(3):
        tab.reload()
        tab.page.wait_for_timeout(1000)
    assert sid_of(tab) == sid
    copy = copy_of(tab)
    until_forked(copy, sid)
    add(copy, 2)
    tab.reload()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert sid_of(tab) == sid


def test_a_slow_unload_is_not_a_copy(tab: ContinuityPage, serve: Serve) -> None:
    """A page that is busy for two seconds while it goes: the reloaded one waits for nobody and is itself."""
    tab.open(serve("copies.py").url)
    add(tab, 1)
    sid = sid_of(tab)
    for event in ("beforeunload", "pagehide", "visibilitychange"):
        tab.page.evaluate(
            "name => addEventListener(name, () => { for (const at = Date.now(); Date.now() < at + 2e3; ); })",
            event,
        )
        tab.reload()
        tab.page.wait_for_timeout(1000)  # longer than a claim is patient
        tab.rest()
        assert sid_of(tab) == sid
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()


def test_the_copy_of_a_crashed_tab_goes_on_as_it(
    serve: Serve, new_tab: Callable[..., ContinuityPage]
) -> None:
    """The browser gives back what a crashed page held: nobody else has the session."""
    tab = new_tab(alone=True)
    tab.open(serve("copies.py").url)
    add(tab, 1)
    sid, url = sid_of(tab), tab.page.url
    copy = ContinuityPage(tab.page.context.new_page())
    copy.page.set_default_timeout(45_000)
    # What "Duplicate" and a restored window bring along.
    copy.page.add_init_script(f"sessionStorage['fluxlit:fluxlit_sid'] ??= '{sid}'")
    with tab.page.expect_event("crash"), suppress(Error):
        tab.page.goto("chrome://crash", wait_until="commit")
    copy.open(url)
    copy.page.wait_for_timeout(1000)  # longer than a claim is patient
    copy.rest()
    assert sid_of(copy) == sid
    expect(copy.page.get_by_text("count is 1", exact=True)).to_be_visible()
