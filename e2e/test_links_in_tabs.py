"""Links opened in another tab take the session along, and nobody else sees how."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
STORED = "sessionStorage.getItem('fluxlit:fluxlit_sid')"


def begin(tab: ContinuityPage, url: str) -> str:
    """Work in the app a little; return the tab's id."""
    tab.open(url)
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    tab.rest()
    return str(tab.page.evaluate(STORED))


def opened(tab: ContinuityPage, link: Locator, **click: object) -> ContinuityPage:
    """Click a link that opens another tab; return that. It has begun before its runs could be counted."""
    with tab.page.context.expect_page() as page:
        link.click(**click)  # type: ignore[arg-type]
    page.value.set_default_timeout(45_000)
    return ContinuityPage(page.value)


def add_in(new: ContinuityPage) -> None:
    """Count once in a tab that was opened, and wait for the end of the run, which saves it."""
    new.page.get_by_role("button", name="Add here").click()
    expect(new.page.get_by_text("count is 2", exact=True)).to_be_visible()
    expect(new.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


LINKS = {
    "Ctrl on a page link": ("To the report", {"modifiers": ["Control"]}),
    "middle button on a page link": ("To the report", {"button": "middle"}),
    "Ctrl in the sidebar": ("Report", {"modifiers": ["Control"]}),
    "middle button in the sidebar": ("Report", {"button": "middle"}),
    "markdown, which opens a tab by itself": ("plain link", {}),
    "st.link_button": ("Report in a tab", {}),
}


@pytest.mark.parametrize(("name", "click"), LINKS.values(), ids=LINKS.keys())
def test_a_link_in_a_new_tab_goes_on(
    tab: ContinuityPage, serve: Serve, name: str, click: dict[str, object]
) -> None:
    """The new tab has a copy of the state, an id of its own and a clean address; the link is as it was."""
    server = serve("sharing.py")
    sid = begin(tab, server.url)
    leaks = LeakRecorder(tab.page)
    link = tab.page.get_by_role("link", name=name, exact=True)
    href = link.get_attribute("href")
    new = opened(tab, link, **click)
    expect(new.page.get_by_text("count is 1", exact=True)).to_be_visible()
    new.page.wait_for_function(f"old => {STORED} && {STORED} !== old", arg=sid)
    expect(new.page).to_have_url(re.compile(f"^{server.url}/report"))
    expect(new.page).not_to_have_url(re.compile("fluxlit"))
    expect(link).to_have_attribute("href", href or "")
    assert not leaks.carrying(sid)
    assert sid not in tab.page.content()
    assert sid not in new.page.content()
    # Not for a moment: what the tab was opened with stays in the history, and follows redirects.
    assert sid not in new.page.evaluate("performance.getEntries().map(entry => entry.name).join()")
    assert sid not in server.log
    add_in(new)
    tab.reload()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert tab.page.evaluate(STORED) == sid


def test_a_link_keeps_its_own_fragment(tab: ContinuityPage, serve: Serve) -> None:
    """`#part` of the app's link is where the new tab is."""
    server = serve("sharing.py")
    begin(tab, server.url)
    new = opened(tab, tab.page.get_by_role("link", name="plain link"))
    expect(new.page.get_by_text("count is 1", exact=True)).to_be_visible()
    expect(new.page).to_have_url(f"{server.url}/report#part")


def test_two_tabs_may_share(tab: ContinuityPage, serve: Serve) -> None:
    """`on_duplicate="share"`: the tab that was opened has the same session."""
    server = serve("sharing.py", ON_DUPLICATE="share")
    sid = begin(tab, server.url)
    new = opened(tab, tab.page.get_by_role("link", name="plain link"))
    expect(new.page.get_by_text("count is 1", exact=True)).to_be_visible()
    add_in(new)
    new.page.wait_for_function(f"sid => {STORED} === sid", arg=sid)
    tab.reload()
    expect(tab.page.get_by_text("count is 2", exact=True)).to_be_visible()


def test_links_to_other_places_are_not_touched(tab: ContinuityPage, serve: Serve) -> None:
    """Another origin, and what Streamlit serves beside the pages."""
    server = serve("sharing.py")
    sid = begin(tab, server.url)
    tab.page.evaluate(
        """() => {
          window.seen = []
          const out = ['http://127.0.0.1:9/x', '/media/file.pdf', '/app/static/a.txt', 'mailto:a@b.c']
          for (const href of out) {
            const link = Object.assign(document.createElement('a'), {href, target: '_blank'})
            link.textContent = 'out'
            // Behind ours: what the link holds when the browser would follow it.
            link.addEventListener('click', event => { seen.push(link.href); event.preventDefault() })
            document.body.append(link)
          }
        }"""
    )
    tab.page.evaluate(
        """() => {
          const press = {bubbles: true, composed: true, cancelable: true, ctrlKey: true}
          for (const link of document.querySelectorAll('a')) {
            if (link.textContent === 'out') link.dispatchEvent(new MouseEvent('click', press))
          }
        }"""
    )
    seen = tab.page.evaluate("seen")
    assert len(seen) == 4
    assert not any(sid in href or "#" in href for href in seen)
