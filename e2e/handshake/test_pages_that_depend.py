"""The session first, then `st.navigation`: pages may depend on the state, on either carrier."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing import ContinuityPage, StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Serve = Callable[..., StreamlitServer]


@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "component"])
def test_f5_stays_on_a_page_that_is_there_for_who_is_logged_in(
    tab: ContinuityPage, serve: Serve, *, handshake: bool
) -> None:
    """Page, address, query and length of the history; and no "Page not found" on the way."""
    tab.open(serve("login.py", handshake=handshake).url)
    tab.page.get_by_role("button", name="Let me in").click()
    tab.page.get_by_role("link", name="Report").click()
    tab.page.get_by_label("Comment").fill("fine")
    tab.page.get_by_label("Comment").blur()
    tab.rest()
    tab.page.evaluate("history.replaceState(history.state, '', location.pathname + '?a=1&b=2#part')")
    tab.reload()
    before = tab.page.url, tab.page.evaluate("history.length"), tab.page.title()
    tab.page.add_init_script(
        "new MutationObserver(() => { window.lost ||= document.body.innerText.includes('not found') })"
        ".observe(document, {childList: true, subtree: true})"
    )
    for _ in range(2):
        tab.reload()
        expect(tab.page.get_by_role("heading", name="Report")).to_be_visible()
        expect(tab.page.get_by_label("Comment")).to_have_value("fine")
        expect(tab.page.get_by_text("new False")).to_be_visible()
        assert (tab.page.url, tab.page.evaluate("history.length"), tab.page.title()) == before
        assert not tab.page.evaluate("window.lost")


@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "component"])
def test_a_page_that_there_is_not_is_not_found(tab: ContinuityPage, serve: Serve, *, handshake: bool) -> None:
    """Streamlit says so and shows the first page, as without the session."""
    plain = serve("dotted.py", handshake=handshake, FLUXLIT_DISABLE_URL_SESSION="1")
    seen = []
    for url in (plain.url, serve("dotted.py", handshake=handshake).url):
        tab.open(f"{url}/nowhere")
        expect(tab.page.get_by_role("dialog")).to_contain_text("Page not found")
        expect(tab.page.locator("h1")).to_have_text("Home")
        seen.append((tab.page.url.removeprefix(url), tab.page.get_by_role("dialog").inner_text()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("handshake", [True, False], ids=["handshake", "component"])
def test_who_logs_out_has_one_page(tab: ContinuityPage, serve: Serve, *, handshake: bool) -> None:
    """The address of a page that is not there any more leads to the first one, as Streamlit does it."""
    url = serve("login.py", handshake=handshake).url
    tab.open(f"{url}/report")
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="Let me in").click()
    tab.page.get_by_role("link", name="Report").click()
    tab.page.get_by_role("button", name="Log out").click()
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
