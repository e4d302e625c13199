"""Parts of a script that run alone, and what runs before it: their changes are kept, no more is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import expect

from e2e.servers import AppServer
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

APP = Path(__file__).parent / "apps" / "fragments.py"
pytestmark = pytest.mark.core


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamlitServer]:
    """The app in a folder of its own, where it notes which keys were written."""
    folder = tmp_path_factory.mktemp("fragments")
    with AppServer(copy(APP, folder), env={"FLUXLIT_SESSION_SQLITE_PATH": str(folder / "s.db")}) as running:
        yield running


@pytest.fixture
def click(tab: ContinuityPage, server: StreamlitServer) -> Callable[[str], None]:
    """Open the app; what it gives presses a button and waits."""
    tab.open(server.url)

    def click(name: str) -> None:
        tab.page.get_by_role("button", name=name, exact=True).click()
        tab.rest()

    return click


@pytest.fixture
def written(server: StreamlitServer) -> Callable[[], list[str]]:
    """What was written since the last call: a line of keys for each commit."""
    file = server.script.parent / "written.txt"

    def written() -> list[str]:
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    return written


def see(tab: ContinuityPage, text: str) -> None:
    """The page shows exactly this line."""
    expect(tab.page.get_by_text(text, exact=True)).to_be_visible()


def test_a_fragment_writes_what_it_changed_and_nothing_else(
    tab: ContinuityPage, click: Callable[[str], None], written: Callable[[], list[str]]
) -> None:
    """No full run in between: the large value beside it is not written again."""
    tab.forget_runs()
    written()
    click("Add inside")
    see(tab, "inner is 1")
    tab.page.get_by_label("Inside").fill("typed in the fragment")
    tab.page.get_by_label("Inside").press("Enter")
    tab.rest()
    assert (tab.runs, tab.fragment_runs) == (0, 2)
    assert written() == ["inner", "inside"]
    tab.reload()
    see(tab, "inner is 1")
    expect(tab.page.get_by_label("Inside")).to_have_value("typed in the fragment")


def test_a_plain_fragment_is_saved_by_the_next_run(tab: ContinuityPage, click: Callable[[str], None]) -> None:
    """`st.fragment` knows nothing of us; the next full run finds what it did."""
    tab.forget_runs()
    click("Add in plain")
    assert (tab.runs, tab.fragment_runs) == (0, 1)
    see(tab, "plain is 1")
    click("Full run")
    tab.reload()
    see(tab, "plain is 1")


def test_a_fragment_that_runs_itself_again_is_saved(
    tab: ContinuityPage, click: Callable[[str], None], written: Callable[[], list[str]]
) -> None:
    """`st.rerun(scope="fragment")` leaves the fragment by an exception; only the second run has an end."""
    tab.forget_runs()
    written()
    click("Go round")
    assert (tab.runs, tab.fragment_runs) == (1, 1)  # nothing tells that the one cut off was a fragment
    assert written() == ["rounds"]
    tab.reload()
    see(tab, "rounds is 1")


def test_a_fragment_on_a_timer_is_saved(
    tab: ContinuityPage, click: Callable[[str], None], written: Callable[[], list[str]]
) -> None:
    """Nobody clicks; three ticks are three commits of one key, and the idle ones after them none."""
    del click
    written()
    tab.page.get_by_text("Clock", exact=True).click()
    see(tab, "ticks is 3")
    tab.page.wait_for_timeout(1000)
    assert written() == ["clock ticks", "ticks", "ticks"]
    tab.reload()
    see(tab, "ticks is 3")


def test_what_a_dialog_did_is_saved(tab: ContinuityPage, click: Callable[[str], None]) -> None:
    """It is a fragment too, and closes with a full rerun."""
    click("Open dialog")
    tab.page.get_by_label("Answer").fill("yes")
    tab.page.get_by_label("Answer").press("Tab")
    tab.rest()
    click("Done")
    see(tab, "answer is yes")
    tab.reload()
    see(tab, "answer is yes")


def test_what_callbacks_did_is_saved(tab: ContinuityPage, click: Callable[[str], None]) -> None:
    """Of a button, a selectbox and a form: they run before `url_session()` is called."""
    click("Callback")
    tab.page.get_by_role("combobox", name="Pick").click()
    tab.page.get_by_role("option", name="b").click()
    tab.rest()
    tab.page.get_by_label("In the form").fill("formal")
    click("Send")
    see(tab, "log is clicked, picked b, sent")
    tab.reload()
    see(tab, "log is clicked, picked b, sent")
    expect(tab.page.get_by_label("In the form")).to_have_value("formal")


def test_a_fragment_goes_on_after_the_session_has_expired(tab: ContinuityPage, tmp_path: Path) -> None:
    """The tab was open for longer than a session lives. What is clicked then is there after F5, all of it."""
    env = {"FLUXLIT_SESSION_SQLITE_PATH": str(tmp_path / "s.db"), "FLUXLIT_SESSION_TTL": "2"}
    with AppServer(copy(APP, tmp_path), env=env) as server:
        tab.open(server.url)
        tab.page.get_by_role("button", name="Add inside").click()
        see(tab, "inner is 1")
        tab.page.wait_for_timeout(2500)
        tab.page.get_by_role("button", name="Add inside").click()
        see(tab, "inner is 2")
        tab.rest()
        tab.reload()
        see(tab, "inner is 2")


def test_a_click_in_a_fragment_runs_only_the_fragment_in_an_app_without_a_block(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer]
) -> None:
    """The first click, too, after which the browser has not heard of the session from a whole run yet."""
    tab.open(serve("fragment_without_block.py").url)
    tab.rest()
    runs = tab.runs
    tab.page.get_by_role("button", name="Add in the fragment").click()
    see(tab, "fragment counts 1")
    tab.rest()
    assert tab.runs == runs
