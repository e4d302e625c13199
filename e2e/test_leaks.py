"""In clean mode the id leaves the tab over the websocket only: not in a request, a log, or the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]
Loosen = Callable[[Page], None]

_META = """
new MutationObserver((_, observer) => {
  if (!document.head) return;
  observer.disconnect();
  document.head.insertAdjacentHTML("afterbegin", '<meta name="referrer" content="unsafe-url">');
}).observe(document, { childList: true, subtree: true });
"""

# Attributes, text, what is typed into fields, styles and scripts, through all shadow roots.
_EVERYTHING = """
() => {
  const texts = [];
  const visit = (root) => {
    texts.push(root.innerHTML ?? root.outerHTML ?? "");
    for (const element of root.querySelectorAll("*")) {
      for (const { value } of element.attributes) texts.push(value);
      if ("value" in element) texts.push(String(element.value));
      if (element.shadowRoot) visit(element.shadowRoot);
    }
  };
  visit(document);
  texts.push(document.documentElement.outerHTML, document.cookie, document.title, window.name);
  texts.push(JSON.stringify(history.state), JSON.stringify({ ...localStorage }));
  return texts.join("\\n");
}
"""


def sid_of(tab: ContinuityPage) -> str:
    """The id that the tab holds."""
    return str(tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')"))


def make_requests(tab: ContinuityPage, server: StreamlitServer) -> None:
    """What an app's page may fetch at any time, from its own server and from another origin."""
    tab.page.evaluate(
        """async (port) => {
          const elsewhere = `http://127.0.0.1:${port}/_stcore/health`;
          await fetch("/_stcore/health");
          await fetch(elsewhere, { mode: "no-cors" }).catch(() => null);
          const image = new Image();
          await new Promise((done) => { image.onerror = image.onload = done; image.src = elsewhere; });
        }""",
        server.port,
    )


def fill_in(tab: ContinuityPage) -> None:
    """A name and a count."""
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()


def walk(tab: ContinuityPage, server: StreamlitServer) -> None:
    """F5, page switches, a written query, Back, F5."""
    page = tab.page
    tab.reload()
    make_requests(tab, server)
    page.get_by_role("button", name="Set query").click()
    tab.rest()
    page.get_by_role("button", name="Go to report").click()
    tab.rest()
    make_requests(tab, server)
    tab.reload()
    page.get_by_role("link", name="Home", exact=True).click()
    tab.rest()
    page.go_back()
    tab.rest()
    tab.reload()
    make_requests(tab, server)


def unanswered(page: Page) -> set[Request]:
    """The requests under way from now on: some wait for a connection, their Referer being settled."""
    found: set[Request] = set()

    def begin(request: Request) -> None:
        found.add(request)

    def end(request: Request) -> None:
        found.discard(request)

    page.on("request", begin)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    return found


@pytest.fixture(params=["default policy", "unsafe meta", "unsafe header"])
def loosen(request: pytest.FixtureRequest, with_header: Callable[[Page, str, str], None]) -> Loosen:
    """Let a page send full addresses in Referer, to everyone; or leave it alone, for comparison."""

    def act(page: Page) -> None:
        if request.param == "unsafe meta":
            page.add_init_script(_META)
        elif request.param == "unsafe header":
            with_header(page, "referrer-policy", "unsafe-url")

    return act


@pytest.mark.parametrize(
    "leak", ["history.pushState(null, '', '/?x=SECRET')", "history.replaceState({x: 'SECRET'}, '')"]
)
def test_the_recorder_looks_at_the_history(
    tab: ContinuityPage, leaks: LeakRecorder, serve: Serve, leak: str
) -> None:
    """At the entries behind the page, which Back would show, and at what the page keeps in its own."""
    tab.open(serve("copies.py").url)
    assert leaks.carrying("SECRET") == []
    tab.page.evaluate(leak)
    if "pushState" in leak:
        tab.page.evaluate("history.pushState(null, '', '/')")
    assert leaks.carrying("SECRET") != []


@pytest.mark.core
def test_nothing_carries_the_id(
    tab: ContinuityPage, leaks: LeakRecorder, serve: Serve, loosen: Loosen
) -> None:
    """No URL, no Referer, no console line, no line of the server, over a whole visit."""
    server = serve("multi.py")
    loosen(tab.page)
    tab.open(f"{server.url}/?seen=yes")
    sid = sid_of(tab)
    fill_in(tab)
    walk(tab, server)
    expect(tab.page.get_by_text("count is 1")).to_be_visible()
    assert sid_of(tab) == sid
    assert any("seen=yes" in line and "eferer" in line for line in leaks.requests), "the recorder is blind"
    assert leaks.carrying(sid) == []
    assert sid not in server.log


@pytest.mark.core
@pytest.mark.parametrize("mark", ["?", "#"])
def test_after_the_strip_of_a_link_nothing_carries_the_id(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve, loosen: Loosen, mark: str
) -> None:
    """A link shows its id to the requests of that one page load and never again."""
    server = serve("multi.py")
    tab.open(server.url)
    fill_in(tab)
    sid = sid_of(tab)
    other = new_tab()
    leaks = LeakRecorder(other.page)
    waiting = unanswered(other.page)
    loosen(other.page)
    other.open(f"{server.url}/{mark}fluxlit_sid={sid}")
    # In one run the app may be there before Streamlit has loaded the bridge.
    expect(other.page).to_have_url(f"{server.url}/")
    while waiting:
        other.page.wait_for_timeout(50)
    in_requests = [line for line in leaks.requests if sid in line]
    # A fragment is never sent; Chromium's own record of the document request does not even show it.
    assert bool(in_requests) == (mark == "?")
    leaks.clear()
    walk(other, server)
    expect(other.page.get_by_text("count is 1")).to_be_visible()
    assert leaks.carrying(sid) == []
    assert sid not in server.log


@pytest.mark.core
def test_the_page_does_not_show_the_id(tab: ContinuityPage, serve: Serve) -> None:
    """Not in the document, not in a field, not in history.state or localStorage, at rest on any page."""
    tab.open(serve("multi.py").url)
    sid = sid_of(tab)
    assert sid not in tab.page.evaluate(_EVERYTHING)
    fill_in(tab)
    assert sid not in tab.page.evaluate(_EVERYTHING)
    tab.reload()
    assert sid not in tab.page.evaluate(_EVERYTHING)
    tab.page.get_by_role("link", name="Report", exact=True).click()
    tab.rest()
    everything = tab.page.evaluate(_EVERYTHING)
    assert sid not in everything
    assert "Report" in everything


def test_an_exception_of_the_app_does_not_show_the_id(
    tab: ContinuityPage, leaks: LeakRecorder, serve: Serve
) -> None:
    """Streamlit prints the traceback on the page and in the log; ours are among the frames."""
    server = serve("multi.py")
    tab.open(f"{server.url}/ends")
    tab.page.get_by_role("button", name="raise", exact=True).click()
    tab.rest()
    expect(tab.page.get_by_test_id("stException")).to_be_visible()
    sid = sid_of(tab)
    assert sid not in tab.page.evaluate(_EVERYTHING)
    assert leaks.carrying(sid) == []
    assert re.search("failed on purpose", server.log)
    assert sid not in server.log
