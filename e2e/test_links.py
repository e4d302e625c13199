"""A link that carries an id: the session it names opens, and nothing else can be done with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]

PLANTED = "Planted_by_an_attacker-0123456789_abcdefghi"
"""Well formed, and known to nobody."""


def add(tab: ContinuityPage) -> None:
    """Count once."""
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()


def sid_of(tab: ContinuityPage) -> str:
    """The id that the tab holds."""
    return str(tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')"))


def a_session(tab: ContinuityPage, url: str) -> str:
    """The id of a session whose count is 2."""
    tab.open(url)
    add(tab)
    add(tab)
    return sid_of(tab)


def is_stored(server: StreamlitServer, sid: str) -> bool:
    """Whether the store has a record under the id."""
    return SQLiteSessionStore(server.env["FLUXLIT_SESSION_SQLITE_PATH"]).load(sid) is not None


def expect_fresh(tab: ContinuityPage, server: StreamlitServer, *, not_under: str) -> None:
    """A working new session, under an id of the server's, and a clean address bar."""
    page = tab.page
    expect(page.get_by_text("status ready")).to_be_visible()
    expect(page.get_by_text("new True")).to_be_visible()
    expect(page.get_by_text("count is 0")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("fluxlit_sid"))
    add(tab)
    sid = sid_of(tab)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", sid)
    assert sid != not_under
    assert is_stored(server, sid)
    tab.reload()
    expect(page.get_by_text("count is 1")).to_be_visible()


@pytest.mark.core
@pytest.mark.parametrize(
    ("mark", "runs"), [pytest.param("?", 1, id="query"), pytest.param("#", PAGE_LOAD, id="fragment")]
)
def test_a_link_opens_the_session_in_another_browser(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve, mark: str, runs: int
) -> None:
    """The query is known to the first run; a fragment takes the handshake, or the gate first."""
    url = serve("multi.py").url
    sid = a_session(tab, url)
    other = new_tab()
    other.open(f"{url}/{mark}fluxlit_sid={sid}")
    assert other.runs == runs
    expect(other.page.get_by_text("count is 2")).to_be_visible()
    expect(other.page.get_by_text("new False")).to_be_visible()
    assert sid_of(other) == sid
    expect(other.page).to_have_url(f"{url}/")
    other.reload()
    assert other.runs == PAGE_LOAD
    expect(other.page.get_by_text("count is 2")).to_be_visible()


@pytest.mark.core
@pytest.mark.parametrize("mark", ["?", "#"])
def test_a_link_to_page_two_opens_page_two(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve, mark: str
) -> None:
    """With the other parameters and the fragment in their place."""
    url = serve("multi.py").url
    sid = a_session(tab, url)
    other = new_tab()
    before, after = ("?a=1&", "&b=2#there") if mark == "?" else ("?a=1&b=2#there&", "")
    other.open(f"{url}/report{before}fluxlit_sid={sid}{after}")
    expect(other.page.get_by_role("heading", name="Report")).to_be_visible()
    expect(other.page.get_by_text("count is 2")).to_be_visible()
    expect(other.page).to_have_url(f"{url}/report?a=1&b=2#there")


@pytest.mark.parametrize("mark", ["?", "#"])
def test_the_id_leaves_the_address_bar_with_the_first_answer(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve, mark: str
) -> None:
    """Nobody writes the address before the strip, so no entry of the history keeps the id."""
    url = serve("multi.py").url
    sid = a_session(tab, url)
    other = new_tab()
    other.page.add_init_script(
        """for (const method of ["pushState", "replaceState"]) {
          const original = history[method];
          history[method] = function () {
            original.apply(this, arguments);
            window.firstWritten ??= location.href;
          };
        }"""
    )
    other.page.goto(f"{url}/{mark}fluxlit_sid={sid}")
    expect(other.page.get_by_text("count is 2")).to_be_visible()
    expect(other.page).to_have_url(f"{url}/")
    assert other.page.evaluate("window.firstWritten") == f"{url}/"


@pytest.mark.core
@pytest.mark.parametrize("mark", ["?", "#"])
def test_an_id_that_an_attacker_planted_is_replaced(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve, mark: str
) -> None:
    """Session fixation: the victim gets an id of the server's, nothing is stored under the planted one."""
    server = serve("multi.py")
    link = f"{server.url}/{mark}fluxlit_sid={PLANTED}"
    tab.open(link)
    if mark == "?":
        assert tab.runs == PAGE_LOAD, "one gated, one full"
    expect_fresh(tab, server, not_under=PLANTED)
    assert not is_stored(server, PLANTED)
    attacker = new_tab()
    attacker.open(link)
    expect_fresh(attacker, server, not_under=PLANTED)


@pytest.mark.core
@pytest.mark.parametrize("mark", ["?", "#"])
def test_an_unknown_id_does_not_displace_the_tabs_own(tab: ContinuityPage, serve: Serve, mark: str) -> None:
    """Whoever follows a dead link keeps what he had, now and after F5."""
    url = serve("multi.py").url
    sid = a_session(tab, url)
    tab.page.goto("about:blank")  # a new fragment alone would load nothing
    tab.open(f"{url}/{mark}fluxlit_sid={PLANTED}")
    expect(tab.page.get_by_text("count is 2")).to_be_visible()
    assert sid_of(tab) == sid
    expect(tab.page).to_have_url(f"{url}/")
    tab.reload()
    expect(tab.page.get_by_text("count is 2")).to_be_visible()


def test_a_known_id_in_a_link_beats_the_tabs_own(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """The visitor asked for that session; his own is still there for its own link."""
    url = serve("multi.py").url
    sid = a_session(tab, url)
    other = new_tab()
    other.open(url)
    add(other)
    own = sid_of(other)
    other.open(f"{url}/?fluxlit_sid={sid}")
    expect(other.page.get_by_text("count is 2")).to_be_visible()
    other.reload()
    expect(other.page.get_by_text("count is 2")).to_be_visible()
    other.open(f"{url}/?fluxlit_sid={own}")
    expect(other.page.get_by_text("count is 1")).to_be_visible()


def test_the_stored_hash_is_not_an_id(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """Who has read the database cannot open a session with what he found."""
    server = serve("multi.py")
    sid = a_session(tab, server.url)
    other = new_tab()
    digest = hashlib.sha256(sid.encode()).hexdigest()
    other.open(f"{server.url}/?fluxlit_sid={digest}")
    expect_fresh(other, server, not_under=digest)


HOSTILE = {
    "empty": "",
    "short": PLANTED[:-1],
    "long": PLANTED + "A",
    "6 kB": "A" * 6000,
    "unicode": "ä" * 43,
    "digits of another script": "\u0661" * 43,
    "right to left": "\u202e" + PLANTED[1:],
    "NUL": PLANTED[:-1] + "\0",
    "CRLF": PLANTED + "\r\nSet-Cookie: a=b",
    "newline at the end": PLANTED + "\n",
    "path traversal": "../../../../etc/passwd",
    "script": "<script>alert(1)</script>",
    "quotes": "'\";DROP TABLE fluxlit_session;--",
    "key": "fluxlit:fluxlit_sid",
    "not utf-8": "%FF%FE",
}


@pytest.mark.parametrize("mark", ["?", "#"])
@pytest.mark.parametrize("value", [pytest.param(v, id=k) for k, v in HOSTILE.items()])
def test_a_hostile_id_gets_a_fresh_session(tab: ContinuityPage, serve: Serve, mark: str, value: str) -> None:
    """No crash, no exception on the page, nothing adopted."""
    server = serve("multi.py")
    encoded = value if value.startswith("%") else quote(value, safe="")
    tab.open(f"{server.url}/{mark}fluxlit_sid={encoded}")
    assert tab.runs == PAGE_LOAD
    expect_fresh(tab, server, not_under=value)


@pytest.mark.parametrize("mark", ["?", "#"])
def test_of_two_ids_none_is_taken(tab: ContinuityPage, new_tab: NewTab, serve: Serve, mark: str) -> None:
    """Nobody can say which one was meant, not even if one of them is known."""
    server = serve("multi.py")
    sid = a_session(tab, server.url)
    other = new_tab()
    other.open(f"{server.url}/{mark}fluxlit_sid={sid}&fluxlit_sid={PLANTED}")
    expect_fresh(other, server, not_under=PLANTED)
    assert sid_of(other) != sid
