"""Whatever way a run ends, what it changed is kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component import SQLiteSessionStore
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
SLOW_STEP = re.compile(r"^slow step \d+$")
"""What the page says once a slow run has left anything behind."""


def begin_slowly(tab: ContinuityPage) -> None:
    """Begin a slow run, and see that it has done something."""
    tab.page.get_by_role("button", name="Slow").click()
    expect(tab.page.get_by_text("at step 3")).to_be_visible()


def until_kept(server: StreamlitServer, sid: str, key: str) -> None:
    """Wait until the record of the session has the key."""
    store, end = SQLiteSessionStore(server.env["FLUXLIT_SESSION_SQLITE_PATH"]), time.monotonic() + 45
    while key not in (store.get(sid) or {}) and time.monotonic() < end:
        time.sleep(0.05)
    store.close()


@pytest.mark.core
@pytest.mark.parametrize("way", ["stop", "rerun", "switch", "raise"])
def test_what_a_run_changed_is_kept_however_it_ends(tab: ContinuityPage, serve: Serve, way: str) -> None:
    """st.stop, st.rerun, st.switch_page and an exception of the app."""
    url = serve("multi.py").url
    tab.open(f"{url}/ends")
    tab.page.get_by_role("button", name=way, exact=True).click()
    tab.rest()
    tab.open(f"{url}/ends")
    expect(tab.page.get_by_text(f"marks: {way}", exact=True)).to_be_visible()


@pytest.mark.transport
def test_a_page_that_always_stops_is_found_again(tab: ContinuityPage, serve: Serve) -> None:
    """`if not file: st.stop()`: the browser hears of the session in a run that was told to end."""
    tab.open(serve("unended.py", args=("--", "stops")).url)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    expect(tab.page.get_by_text("count 2")).to_be_visible()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_text("count 3")).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")


def test_a_page_that_always_runs_again_is_found_again(tab: ContinuityPage, serve: Serve) -> None:
    """`time.sleep(1); st.rerun()`: from the third run on the browser hears of the session first."""
    tab.page.goto(serve("unended.py").url)
    expect(tab.page.get_by_text("count 6")).to_be_visible()
    tab.page.reload()
    count = tab.page.get_by_text(re.compile(r"^count \d+$"))
    expect(count).to_be_visible()
    assert int((count.text_content() or "").removeprefix("count ")) > 4


def test_a_click_during_a_slow_run_loses_nothing(tab: ContinuityPage, serve: Serve) -> None:
    """The interrupted run's changes and the click's own are both there after F5."""
    tab.open(serve("multi.py").url)
    begin_slowly(tab)
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    expect(tab.page.get_by_text(SLOW_STEP)).to_be_visible()


def test_f5_during_a_slow_run_keeps_what_it_had_done(tab: ContinuityPage, serve: Serve) -> None:
    """The reload closes the websocket in the middle of a run."""
    tab.open(serve("multi.py").url)
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    begin_slowly(tab)
    tab.reload()
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    expect(tab.page.get_by_text(SLOW_STEP)).to_be_visible()


def test_closing_the_tab_in_a_slow_run_keeps_what_it_had_done(
    tab: ContinuityPage, serve: Serve, new_tab: Callable[..., ContinuityPage]
) -> None:
    """The state is found again by a link, after the run of the closed tab has left."""
    server = serve("multi.py")
    tab.open(server.url)
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    sid = tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
    begin_slowly(tab)
    tab.page.close()
    later = new_tab()
    until_kept(server, sid, "slow_step")
    later.open(f"{server.url}/?fluxlit_sid={sid}")
    expect(later.page.get_by_text("count is 1")).to_be_visible()
    expect(later.page.get_by_text(SLOW_STEP)).to_be_visible()


@pytest.mark.core
def test_a_deleted_key_stays_deleted(tab: ContinuityPage, serve: Serve) -> None:
    """The app sets its default again, and that is what F5 shows."""
    tab.open(f"{serve('deletes.py').url}")
    tab.page.get_by_role("button", name="Set").click()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_text("x is 1")).to_be_visible()
    tab.page.get_by_role("button", name="Delete in run").click()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_text("x is absent")).to_be_visible()


def test_a_key_deleted_in_a_callback_stays_deleted(tab: ContinuityPage, serve: Serve) -> None:
    """A callback runs before the script; the deletion is found all the same."""
    tab.open(f"{serve('deletes.py').url}")
    tab.page.get_by_role("button", name="Set").click()
    tab.rest()
    tab.page.get_by_role("button", name="Delete in callback").click()
    tab.rest()
    expect(tab.page.get_by_text("x is absent")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("x is absent")).to_be_visible()


def test_clearing_session_state_means_just_that(tab: ContinuityPage, serve: Serve) -> None:
    """`st.session_state.clear()` empties the record too."""
    tab.open(f"{serve('deletes.py').url}")
    tab.page.get_by_role("button", name="Set").click()
    tab.rest()
    tab.page.get_by_role("button", name="Clear all").click()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_text("x is absent")).to_be_visible()
