"""`url_session(wait=False)`: defaults at once, the stored values in the second run, nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]

# Every text that begins like this and was ever on the page, in order. Then a held bridge may answer.
_WATCH = """
window.seen = [];
new MutationObserver(() => {
  for (const { textContent } of document.querySelectorAll("p")) {
    if (/^(count|status)/.test(textContent) && !seen.includes(textContent)) seen.push(textContent);
    if (textContent === "status pending") window.letGo?.();
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


def add(tab: ContinuityPage) -> None:
    """Count once."""
    tab.page.get_by_role("button", name="Add").click()
    tab.rest()


def settled(tab: ContinuityPage) -> None:
    """Wait for the second run; the first one already looks like a page at rest."""
    expect(tab.page.get_by_text("status ready")).to_be_visible()
    tab.rest()


def test_defaults_come_first_and_the_state_follows(tab: ContinuityPage, serve: Serve, hold: str) -> None:
    """Two full runs: the visitor sees the default, then what he had."""
    page = tab.page
    page.add_init_script(hold + _WATCH)  # an answer before the default is drawn cuts the first run short
    tab.open(serve("eager.py", handshake=False).url)
    settled(tab)
    assert tab.runs == 2
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Name").press("Tab")
    tab.rest()
    add(tab)
    add(tab)
    for _ in range(2):
        tab.reload()
        settled(tab)
        assert tab.runs == 2
        expect(page.get_by_label("Name")).to_have_value("Ada")
        assert page.evaluate("seen") == ["count is 0", "status pending", "count is 2", "status ready"]


def test_a_link_has_nothing_to_wait_for(
    tab: ContinuityPage, new_tab: Callable[..., ContinuityPage], serve: Serve
) -> None:
    """One run, and no default is ever seen."""
    url = serve("eager.py", handshake=False).url
    tab.open(url)
    settled(tab)
    add(tab)
    sid = tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
    other = new_tab()
    other.page.add_init_script(_WATCH)
    other.open(f"{url}/?fluxlit_sid={sid}")
    assert other.runs == 1
    assert other.page.evaluate("seen") == ["count is 1", "status ready"]


def test_an_edit_after_the_state_came_back_is_kept(tab: ContinuityPage, serve: Serve) -> None:
    """Restored, edited, reloaded: the edit."""
    page = tab.page
    tab.open(serve("eager.py", handshake=False).url)
    settled(tab)
    for name in ("Ada", "Grace", ""):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Name").press("Tab")
        tab.rest()
        add(tab)
        tab.reload()
        settled(tab)
        expect(page.get_by_label("Name")).to_have_value(name)
    expect(page.get_by_text("count is 3")).to_be_visible()
