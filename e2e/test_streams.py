"""Answers and jobs in a real browser: F5 at any moment, other pages, clicks, second tabs, dead servers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from e2e.carrier import HANDSHAKE
from e2e.servers import AppServer
from fluxlit_component.background.record import notes_of, read_into
from fluxlit_component.background.task import Task
from fluxlit_component.state.record import TASK
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer
from tests.servers import require
from tests.servers.local_redis import LocalRedis

Serve = Callable[..., StreamlitServer]
APPS = Path(__file__).parent / "apps"
PATIENCE_MS = 120_000
"""For what takes some seconds by itself."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StreamlitServer]:
    """A server of the test's own, whose model counts from nought."""
    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db")}
    with AppServer(APPS / "answers.py", env=env, handshake=HANDSHAKE) as running:
        yield running


def go(tab: ContinuityPage, server: StreamlitServer, page: str) -> None:
    """Open the app, then one of its pages: Streamlit 1.40 tells its first visitor that there is none."""
    tab.open(server.url)
    tab.page.get_by_role("link", name=page).click()
    tab.rest()


def ask(page: Page, words: int, pace: float) -> str:
    """Ask for so many words, and wait until the app has heard it; return the whole answer."""
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(f"{words} {pace}")
    field.press("Enter")
    expect(page.get_by_text(f"said: {words} {pace}", exact=True)).to_be_visible()
    return " ".join(map(str, range(words)))


def shown(page: Page) -> str:
    """What there is of the answer, which has to be a beginning of it: no word lost, none twice."""
    texts = page.locator(".st-key-answer").all_inner_texts()
    text = " ".join("".join(texts).split())
    assert text == " ".join(map(str, range(len(text.split())))), text
    return text


def wait_for_words(page: Page, words: int) -> None:
    """Wait until so many are shown."""
    expect(page.locator(".st-key-answer")).to_contain_text(f" {words - 1}", timeout=PATIENCE_MS)


def said(page: Page) -> list[str]:
    """The messages."""
    found = page.get_by_text(re.compile("^said: ")).all_inner_texts()
    return [text.removeprefix("said: ").strip() for text in found]


def stored(tab: ContinuityPage, server: StreamlitServer) -> Task:
    """The answer as the store has it."""
    store = SQLiteSessionStore(server.env["FLUXLIT_SESSION_SQLITE_PATH"])
    try:
        session = store.load(tab.session_id() or "")
        assert session is not None
        task = Task("answer", "stream", notes_of(session)[TASK + "answer"].place)
        record = store.load(task.place)
        if record is not None:
            read_into(task, record)
        return task
    finally:
        store.close()


def expect_answered(page: Page, answer: str, *, asked: int = 1) -> None:
    """The answer is a message, once, and the model was asked no more often than the visitor did."""
    expect(page.get_by_text(f"said: {answer}", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".st-key-answer")).to_have_count(0)
    assert said(page).count(answer) == 1
    expect(page.get_by_text(f"asked {asked}", exact=True)).to_be_visible()


@pytest.mark.core
@pytest.mark.parametrize("seed", range(12))
def test_random_moments(tab: ContinuityPage, server: StreamlitServer, seed: int) -> None:
    """F5, another page and back, a click: always the beginning of the answer, then all of it."""
    chance, page = random.Random(seed), tab.page
    tab.open(server.url)
    answer = ask(page, 80, 0.05)
    for _ in range(chance.randint(2, 4)):
        page.wait_for_timeout(chance.uniform(50, 900))
        match chance.choice(["F5", "F5", "page", "click"]):
            case "F5":
                page.reload()
            case "page":
                page.get_by_role("link", name="Aside").click()
                expect(page.get_by_text("another page")).to_be_visible()
                page.get_by_role("link", name="Chat").click()
            case _:
                page.get_by_role("button", name="Something else").click()
        expect(page.get_by_text(re.compile(r"^asked \d+$"))).to_be_visible()
        shown(page)
    expect_answered(page, answer)
    tab.reload()
    expect_answered(page, answer)
    assert said(page) == ["80 0.05", answer]


@pytest.mark.core
def test_the_text_before_the_refresh_is_there_at_once(tab: ContinuityPage, server: StreamlitServer) -> None:
    """A peer's mistake: after the reload the answer begins in the middle."""
    tab.open(server.url)
    ask(tab.page, 600, 0.1)
    wait_for_words(tab.page, 20)
    tab.page.reload()
    expect(tab.page.locator(".st-key-answer")).to_contain_text("0 1 2 3")
    assert len(shown(tab.page).split()) >= 20
    tab.page.get_by_role("button", name="Enough").click()
    expect(tab.page.get_by_text(re.compile("^said: 0 1 2 3 .* 19 "))).to_be_visible()


@pytest.mark.core
def test_stop(tab: ContinuityPage, server: StreamlitServer) -> None:
    """What there is becomes the message, and stays so."""
    tab.open(server.url)
    ask(tab.page, 1200, 0.05)
    wait_for_words(tab.page, 15)
    tab.page.get_by_role("button", name="Enough").click()
    expect(tab.page.locator(".st-key-answer")).to_have_count(0)
    tab.rest()
    (question, text) = said(tab.page)
    assert (question, text) == ("1200 0.05", " ".join(map(str, range(len(text.split())))))
    assert 15 <= len(text.split()) < 1200
    tab.reload()
    assert said(tab.page) == [question, text]


@pytest.mark.core
@pytest.mark.parametrize("words", [12, 25])
def test_a_server_that_is_killed(tab: ContinuityPage, server: StreamlitServer, words: int) -> None:
    """Killed (-9) in mid-answer: question and text are there; then it is interrupted, and ends."""
    tab.open(server.url)
    ask(tab.page, 300, 0.1)
    wait_for_words(tab.page, words)
    while len(stored(tab, server).chunks) < words:
        tab.page.wait_for_timeout(50)
    server.restart()
    tab.page.reload()
    beginning = tab.page.get_by_text(
        re.compile("^(said: )?0 1 2 3 ")
    )  # a busy machine shows it when it is over
    expect(beginning.first).to_be_visible()
    expect(tab.page.locator(".st-key-answer")).to_have_count(0)
    tab.rest()
    (_, text) = said(tab.page)
    assert words <= len(text.split())
    assert text == " ".join(map(str, range(len(text.split()))))
    expect(tab.page.get_by_text("asked 0", exact=True)).to_be_visible()


@pytest.mark.core
def test_a_server_that_is_told_to_end(tab: ContinuityPage, server: StreamlitServer) -> None:
    """Nothing is lost, and nobody waits for a lease."""
    tab.open(server.url)
    ask(tab.page, 300, 0.1)
    wait_for_words(tab.page, 12)
    server.stop()
    assert stored(tab, server).state == "interrupted", "a page load would have to wait for the lease"
    server.start()
    tab.page.reload()
    expect(tab.page.get_by_text("asked 0", exact=True)).to_be_visible()
    expect(tab.page.get_by_text(re.compile("^said: 0 1 2 3 ")).first).to_be_visible()
    (_, text) = said(tab.page)
    assert len(text.split()) >= 12


@pytest.mark.core
def test_a_second_tab(tab: ContinuityPage, server: StreamlitServer) -> None:
    """Both show it; one takes it, and each has it once."""
    tab.open(server.url)
    answer = ask(tab.page, 200, 0.1)
    wait_for_words(tab.page, 8)
    with tab.page.context.expect_page() as opened:
        tab.page.evaluate("void window.open(location.href)")
    other = opened.value
    expect(other.locator(".st-key-answer")).to_contain_text("0 1 2 3")
    shown(other)
    shown(tab.page)
    for page in (tab.page, other):  # who has not taken it is told with the next run
        over = page.get_by_text(f"said: {answer}", exact=True).or_(
            page.get_by_text("state: done", exact=True)
        )
        expect(over.first).to_be_visible(timeout=PATIENCE_MS)
    tab.reload()
    expect_answered(tab.page, answer)
    assert said(tab.page) == ["200 0.1", answer]


def test_a_copied_tab_takes_nothing(tab: ContinuityPage, serve: Serve) -> None:
    """Its original goes on, and gets the answer; the copy has the question, and an id of its own."""
    tab.open(serve("answers.py", DUPLICATE="fork").url)
    ask(tab.page, 1200, 0.1)
    wait_for_words(tab.page, 8)
    with tab.page.context.expect_page() as opened:
        tab.page.evaluate("void window.open(location.href)")
    copy = opened.value
    expect(copy.get_by_text("said: 1200 0.1", exact=True)).to_be_visible()
    tab.page.get_by_role("button", name="Enough").click()
    expect(tab.page.get_by_text(re.compile("^said: 0 1 2 3 4 5 6 7 "))).to_be_visible()
    expect(copy.locator(".st-key-answer")).to_have_count(0)
    assert said(copy) == ["1200 0.1"]


@pytest.mark.core
def test_followed_beside_the_script(tab: ContinuityPage, server: StreamlitServer) -> None:
    """The rest of the page is there and works meanwhile; when it has ended the script runs again."""
    page = tab.page
    go(tab, server, "Beside")
    page.get_by_role("button", name="Begin").click()
    wait_for_words(page, 8)
    for clicks in range(1, 3):
        page.get_by_role("button", name="Count").click()
        expect(page.get_by_text(f"clicks: {clicks}", exact=True)).to_be_visible()
        shown(page)
    page.reload()
    expect(page.get_by_text("clicks: 2", exact=True)).to_be_visible()
    expect(page.get_by_text("state: done", exact=True)).to_be_visible()
    assert len(shown(page).split()) == 60


def ask_with_each_click(page: Page) -> list[str | bytes]:
    """Have the clock of a fragment ask for it right after each click, as it does now and then by itself.

    What is returned holds its question, as soon as it has asked.
    """
    asked: list[str | bytes] = []

    def pass_on(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(lambda message: forward(server, message))

    def forward(server: WebSocketRoute, message: str | bytes) -> None:
        server.send(message)
        sent = BackMsg.FromString(message) if isinstance(message, bytes) else BackMsg()
        if sent.rerun_script.is_auto_rerun:
            asked[:] = [message]
        elif sent.WhichOneof("type") == "rerun_script" and asked:
            server.send(asked[0])

    page.route_web_socket(re.compile("_stcore/stream"), pass_on)
    return asked


@pytest.mark.core
def test_what_stands_below_is_not_overwritten(tab: ContinuityPage, serve: Serve) -> None:
    """A fragment that follows at the end of a run, before a busy server has sent what that run drew.

    Streamlit drops what the run drew in the fragment, the browser closes the gap, and the fragment is drawn
    over its neighbour. (Streamlit 1.67 without this package loses the text each time.)
    """
    page = tab.page
    asked = ask_with_each_click(page)
    page.goto(serve("overtaken.py").url)
    expect(page.get_by_text("clicks: 0", exact=True)).to_be_visible()
    for clicks in range(1, 4):
        asked.clear()
        while not asked:
            page.wait_for_timeout(50)
        page.get_by_role("button", name="Again").click()
        expect(page.get_by_text(f"clicks: {clicks}", exact=True)).to_be_visible()
        expect(page.get_by_text("half", exact=True)).to_be_visible()
        expect(page.get_by_text("below", exact=True)).to_be_visible()


@pytest.mark.core
def test_jobs_and_reports(tab: ContinuityPage, server: StreamlitServer) -> None:
    """Progress and chapters come on after F5; results are there."""
    page = tab.page
    go(tab, server, "Work")
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text(re.compile(r"^epoch \d"))).to_be_visible()
    page.get_by_role("button", name="Write").click()
    expect(page.get_by_text("Chapter 0", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile(r"^epoch \d"))).to_be_visible()
    expect(page.get_by_text("job: done {'epochs': 40}", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("report: done 12", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Chapter 5", exact=True)).to_have_count(1)


def test_another_replica_follows(tab: ContinuityPage, serve: Serve) -> None:
    """Two servers on one Redis: the page load on the other one shows it, goes on with it, and takes it."""
    require(LocalRedis)
    with LocalRedis() as redis:
        first, second = (
            serve("answers.py", FLUXLIT_SESSION_STORE=redis.url, FLUXLIT_ADDRESS_BAR="visible", REPLICA=name)
            for name in "ab"
        )
        tab.open(first.url)
        answer = ask(tab.page, 200, 0.1)
        wait_for_words(tab.page, 10)
        address = tab.page.url.replace(first.url, second.url)
        tab.page.goto(address)
        expect(tab.page.locator(".st-key-answer")).to_contain_text("0 1 2 3")
        shown(tab.page)
        expect(tab.page.get_by_text("asked 0", exact=True)).to_be_visible()
        expect_answered(tab.page, answer, asked=0)
        assert said(tab.page) == ["200 0.1", answer]
