"""A session belongs to who is signed in, by a header of a proxy: each row, on each carrier, in Chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.carrier import HANDSHAKE, RELEASE
from e2e.front import Front
from e2e.reconnect import reconnecting
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.core
Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]
HEADER = "X-Forwarded-User"
_TRUSTS_HEADERS = (1, 55)
TOP = "document.querySelector('[data-testid=stMain]').scrollTop"

CARRIERS = {
    "the best there is": {},
    "gate": {"handshake": False},
    "address bar": {"handshake": False, "FLUXLIT_ADDRESS_BAR": "visible"},
    "Streamlit's user": {"STREAMLIT_SERVER_TRUSTED_USER_HEADERS": f'{{"{HEADER}": "name"}}'},
}


@pytest.fixture(params=CARRIERS.values(), ids=CARRIERS.keys())
def url(request: pytest.FixtureRequest, serve: Serve) -> str:
    """The app behind something that says who is signed in."""
    options = dict(request.param)
    if options.get("handshake") is False and "FLUXLIT_ADDRESS_BAR" not in options and not HANDSHAKE:
        pytest.skip("the gate is the best there is here")
    if "STREAMLIT_SERVER_TRUSTED_USER_HEADERS" not in options:
        options["FLUXLIT_IDENTITY"] = f"header:{HEADER}"
    elif RELEASE < _TRUSTS_HEADERS:
        pytest.skip("this Streamlit knows no trusted headers")
    return serve("notes.py", **options).url


@pytest.fixture
def shared(serve: Serve) -> str:
    """The app, for tests that are not about the carrier."""
    return serve("notes.py", FLUXLIT_IDENTITY=f"header:{HEADER}").url


def sign_in(tab: ContinuityPage, who: str | None) -> None:
    """From the next page load or reconnect on this browser's requests are somebody's."""
    tab.page.context.set_extra_http_headers({HEADER: who} if who else {})


def write(tab: ContinuityPage, text: str) -> None:
    """Enter something private, with and without a key, and count."""
    for label in ("Notes", "Aside"):
        tab.page.get_by_label(label).fill(text)
        tab.page.get_by_label(label).press("Control+Enter" if label == "Notes" else "Enter")
        tab.rest()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    tab.rest()


def sees(tab: ContinuityPage, text: str) -> None:
    """What was entered is there, or nothing at all."""
    expect(tab.page.get_by_text(f"count is {1 if text else 0}", exact=True)).to_be_visible()
    expect(tab.page.get_by_label("Notes")).to_have_value(text)
    if not text:
        expect(tab.page.get_by_label("Aside")).to_have_value("")


ROWS = {
    "nobody signs in": (None, "ada", True, True),
    "the same person": ("ada", "ada", True, False),
    "a sign-out": ("ada", None, False, True),
    "somebody else": ("ada", "bob", False, True),
}


@pytest.mark.transport
@pytest.mark.parametrize(("before", "now", "kept", "changed"), ROWS.values(), ids=ROWS.keys())
def test_rows(
    tab: ContinuityPage, url: str, before: str | None, now: str | None, *, kept: bool, changed: bool
) -> None:
    """F5 after a change: the data under a new id, or a fresh session; nothing of it in the tab either."""
    sign_in(tab, before)
    tab.open(url)
    write(tab, "private")
    old = tab.session_id()
    sign_in(tab, now)
    tab.reload()
    sees(tab, "private" if kept else "")
    assert (tab.session_id() == old) is not changed
    tab.reload()
    expect(tab.page.get_by_text(f"status ready, changes {int(changed)}", exact=True)).to_be_attached()
    sees(tab, "private" if kept else "")
    if kept:
        return
    write(tab, "mine")
    tab.reload()
    sees(tab, "mine")


def test_a_stolen_id_opens_nothing(tab: ContinuityPage, new_tab: NewTab, url: str) -> None:
    """Nor does the id from before a sign-in; the owner goes on, and can come back with it."""
    tab.open(url)
    write(tab, "private")
    early = tab.session_id()
    sign_in(tab, "ada")
    tab.reload()
    sees(tab, "private")
    sid = tab.session_id()
    for who, stolen in ((None, sid), ("bob", sid), (None, early), ("bob", early), ("ada", early)):
        thief = new_tab()
        sign_in(thief, who)
        thief.open(f"{url}/#fluxlit_sid={stolen}")
        sees(thief, "")
        assert thief.session_id() != stolen
    tab.reload()
    sees(tab, "private")
    other = new_tab()
    sign_in(other, "ada")
    other.open(f"{url}/#fluxlit_sid={sid}")
    sees(other, "private")


def test_a_link_is_for_the_same_person(tab: ContinuityPage, new_tab: NewTab, shared: str) -> None:
    """Anybody else is told that it is dead."""
    sign_in(tab, "ada")
    tab.open(shared)
    write(tab, "private")
    tab.page.get_by_role("button", name="Link").click()
    link = tab.page.get_by_test_id("stCode").inner_text().strip()
    for who in ("bob", None):
        other = new_tab()
        sign_in(other, who)
        other.open(link)
        sees(other, "")
        expect(other.page.get_by_role("status").filter(has_text="does not work any more")).to_be_visible()
    mine = new_tab()
    sign_in(mine, "ada")
    mine.open(link)
    sees(mine, "private")


def test_the_tab_itself_forgets(tab: ContinuityPage, shared: str) -> None:
    """The scroll position and a kept upload; on a page of the same person they stay."""
    sign_in(tab, "ada")
    tab.open(shared)
    tab.page.locator("input[type=file]").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    expect(tab.page.get_by_text("file a.txt")).to_be_visible()
    tab.rest()
    tab.page.get_by_text("line 45", exact=True).evaluate("it => it.scrollIntoView({block: 'start'})")
    top = tab.page.evaluate(TOP)
    tab.reload()
    tab.page.wait_for_function(f"Math.abs({TOP} - {top}) < 50")
    expect(tab.page.get_by_text("file a.txt")).to_be_attached()
    sign_in(tab, "bob")
    tab.reload()
    expect(tab.page.get_by_text("file none")).to_be_visible()
    tab.rest(quiet=1.5)
    assert tab.page.evaluate(TOP) == 0
    tab.reload()
    tab.rest(quiet=1.0)
    assert tab.page.evaluate(TOP) == 0


@pytest.mark.parametrize(
    ("change", "is_stored", "text"),
    [
        (("ada", "bob"), True, ""),
        (("ada", None), True, ""),
        ((None, "ada"), True, "private"),
        (("ada", "bob"), False, ""),
        (("ada", None), False, ""),
        (("ada", "ada"), False, "private"),
        ((None, "ada"), False, "private"),
    ],
)
def test_what_was_typed_and_not_sent(
    tab: ContinuityPage, serve: Serve, change: tuple[str | None, str | None], is_stored: bool, text: str
) -> None:
    """A draft never reaches another person, or nobody; its own finds it, and takes it along by signing in."""
    before, now = change
    sign_in(tab, before)
    tab.open(serve("drafts.py", FLUXLIT_IDENTITY=f"header:{HEADER}").url)
    if is_stored:
        tab.page.get_by_role("button", name="Send form", exact=True).click()
        tab.rest()
    area = tab.page.get_by_label("Area", exact=True)
    area.fill("private")
    sign_in(tab, now)
    tab.reload()
    tab.rest(quiet=2.0)
    expect(area).to_have_value(text)
    if not text:
        assert "private" not in tab.page.evaluate("JSON.stringify({...sessionStorage})")


def test_another_tab_of_the_same_browser(tab: ContinuityPage, shared: str) -> None:
    """`scope="browser"` and a shared session: each tab leaves it when it is loaded for somebody else."""
    url = f"{shared}/?scope=browser"
    sign_in(tab, "ada")
    tab.open(url)
    write(tab, "private")
    second = ContinuityPage(tab.page.context.new_page())
    second.open(url)
    sees(second, "private")
    sign_in(tab, "bob")
    tab.reload()
    sees(tab, "")
    write(tab, "bob's")
    second.reload()
    expect(second.page.get_by_label("Notes")).not_to_have_value("private")
    third = ContinuityPage(tab.page.context.new_page())
    third.open(url)
    expect(third.page.get_by_label("Notes")).not_to_have_value("private")
    sign_in(tab, None)
    third.reload()
    sees(third, "")


def test_a_copied_tab_is_of_the_same_person(tab: ContinuityPage, shared: str) -> None:
    """It has an id of its own, to which only that person has the key."""
    sign_in(tab, "ada")
    tab.open(shared)
    write(tab, "private")
    copy = tab.duplicate()
    copy.page.wait_for_function(
        "old => sessionStorage.getItem('fluxlit:fluxlit_sid') !== old", arg=tab.session_id()
    )
    copy.rest(quiet=1.0)
    copy.reload()
    sees(copy, "private")
    sign_in(copy, "bob")
    copy.reload()
    sees(copy, "")


def ada_still_has(notes: str, tab: ContinuityPage, address: str) -> None:
    """What the next person did has changed nothing for her."""
    sign_in(tab, "ada")
    tab.open(address)
    sees(tab, notes)


@pytest.mark.transport
def test_a_fragment_shows_and_takes_nothing_of_another_person(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve
) -> None:
    """A page that connects again as somebody else runs a fragment first, and not the script."""
    server = serve("notes.py", FLUXLIT_IDENTITY=f"header:{HEADER}")
    front = Front(server.port)
    try:
        sign_in(tab, "ada")
        tab.open(f"{front.url}/?part=1")
        write(tab, "private")
        sid = tab.session_id()
        sign_in(tab, "bob")
        with reconnecting(tab):
            front.hang_up()
        tab.page.get_by_role("button", name="Note", exact=True).click()
        expect(tab.page.get_by_text("notes are", exact=True)).to_be_visible()
        tab.rest(quiet=1.5)
        sees(tab, "")
        ada_still_has("private", new_tab(), f"{server.url}/#fluxlit_sid={sid}")
    finally:
        front.close()


@pytest.mark.transport
def test_work_is_not_lost_when_the_browser_names_another_persons_session_late(
    tab: ContinuityPage, new_tab: NewTab, serve: Serve, hold: str
) -> None:
    """It was entered after the page load, so it is this person's own."""
    url = serve(
        "notes.py", handshake=False, FLUXLIT_IDENTITY=f"header:{HEADER}", FLUXLIT_GATE_SECONDS="0.5"
    ).url
    sign_in(tab, "ada")
    tab.open(url)
    write(tab, "private")
    sid = tab.session_id()
    tab.page.add_init_script(hold)
    sign_in(tab, "bob")
    tab.page.reload()
    sees(tab, "")
    write(tab, "bob's")
    tab.page.evaluate("letGo()")
    tab.page.wait_for_function("old => sessionStorage.getItem('fluxlit:fluxlit_sid') !== old", arg=sid)
    tab.rest(quiet=1.5)
    sees(tab, "bob's")
    ada_still_has("private", new_tab(), f"{url}/#fluxlit_sid={sid}")


@pytest.mark.transport
@pytest.mark.few
@pytest.mark.parametrize("query", ["", "?bare=1"])
def test_a_page_that_reconnects_as_somebody_else(tab: ContinuityPage, serve: Serve, query: str) -> None:
    """What its fields show is not sent into the new session: the page is loaded anew, once."""
    server = serve("notes.py", FLUXLIT_IDENTITY=f"header:{HEADER}")
    sign_in(tab, "ada")
    tab.open(f"{server.url}/{query}")
    write(tab, "private")
    sid = tab.session_id()
    loads: list[str] = []
    tab.page.on("load", lambda page: loads.append(page.url))
    sign_in(tab, "bob")
    with tab.page.expect_event("websocket", timeout=60_000):
        server.restart()
    add, link = (tab.page.get_by_role("button", name=name, exact=True) for name in ("Add", "Link"))
    if query:  # that there is no block is known when the first run has ended
        add.click()
        tab.rest(quiet=1.0)
        expect(tab.page.get_by_text("count is 0", exact=True)).to_be_visible()
    with tab.page.expect_event("load"):
        (link if query else add).click()
    tab.rest(quiet=1.5)
    sees(tab, "")
    assert len(loads) == 1
    write(tab, "bob's")
    tab.reload()
    sees(tab, "bob's")
    sign_in(tab, "ada")
    tab.reload()
    sees(tab, "")
    if not query:  # what the last run before the restart had changed is saved by its block only
        again = ContinuityPage(tab.page.context.new_page())
        again.open(f"{server.url}/#fluxlit_sid={sid}")
        sees(again, "private")
