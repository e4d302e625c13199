"""What was typed back is sent as if the visitor had typed it, and is no draft any more once it was sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
_A_HAND_MS = 100
"""How long a hand holds a button. Streamlit 1.40 sends what a quicker click does before the field's text."""


@pytest.fixture
def url(serve: Serve) -> str:
    """The app with fields outside forms."""
    return serve("sending.py").url


def chat(tab: ContinuityPage) -> Locator:
    """The chat input."""
    return tab.page.get_by_test_id("stChatInput").locator("textarea")


def press(tab: ContinuityPage, name: str) -> None:
    """Press a button by the mouse."""
    tab.page.get_by_role("button", name=name, exact=True).click(delay=_A_HAND_MS)


def press_keys(tab: ContinuityPage, name: str) -> None:
    """Press a button by the keyboard."""
    tab.page.get_by_role("button", name=name, exact=True).focus()
    tab.page.keyboard.press("Space", delay=_A_HAND_MS)


def tick(tab: ContinuityPage, name: str) -> None:
    """Tick a box."""
    tab.page.get_by_text(name, exact=True).click(delay=_A_HAND_MS)


@pytest.mark.transport
def test_what_was_typed_back_is_sent_before_the_next_click(tab: ContinuityPage, url: str) -> None:
    """Each kind of field, and each way to go on: the app saves what the visitor sees."""
    tab.open(url)
    for number, (label, act, name) in enumerate(
        [
            ("Name", press, "Save"),
            ("Area", press, "Save plainly"),
            ("Number", press, "Save"),
            ("Name", tick, "Agree"),
            ("Area", press_keys, "Save"),
            ("Inner", press, "Save inside"),
            ("Name", press, "Save inside"),
        ]
    ):
        text = str(10 + number)
        tab.page.get_by_label(label, exact=True).fill(text)
        tab.reload()
        expect(tab.page.get_by_label(label, exact=True)).to_have_value(text)
        assert tab.page.evaluate("document.activeElement === document.body")
        act(tab, name)
        key = {"Name": "name", "Area": "area", "Number": "num", "Inner": "inner"}[label]
        got = text if label == "Number" else repr(text)
        expect(tab.page.get_by_text(f"{key}={got}").first).to_be_visible()
        tab.rest()
        tab.reload()
        expect(tab.page.get_by_label(label, exact=True)).to_have_value(text)


def test_a_click_into_the_field_sends_nothing(tab: ContinuityPage, url: str) -> None:
    """Who goes on typing is not interrupted; nothing runs until the field is left."""
    tab.open(url)
    name = tab.page.get_by_label("Name", exact=True)
    name.fill("half")
    tab.reload()
    expect(name).to_have_value("half")
    tab.forget_runs()
    name.press("End")
    name.press_sequentially(" more")
    tab.rest()
    assert tab.runs == 0
    press(tab, "Save")
    expect(tab.page.get_by_text("saved name='half more'")).to_be_visible()


@pytest.mark.transport
@pytest.mark.few
def test_a_copied_tab_has_nothing_that_was_sent(tab: ContinuityPage, url: str) -> None:
    """A copy of the tab gets what the tab's storage holds: no text that came back and was sent since."""
    tab.open(url)
    chat(tab).fill("buy milk")
    tab.page.get_by_label("Name", exact=True).fill("Ada")
    tab.reload()
    expect(chat(tab)).to_have_value("buy milk")
    chat(tab).click()
    tab.rest()
    chat(tab).press("Enter")
    expect(tab.page.get_by_text("said ['buy milk']")).to_be_visible()
    tab.rest()
    copy = tab.duplicate()
    copy.rest(quiet=2.5)
    expect(chat(copy)).to_have_value("")
    copy.page.close()
    with tab.page.context.expect_page() as opened:
        tab.page.get_by_text("the same app").click(modifiers=["Control"])
    expect(opened.value.get_by_text("said ['buy milk']")).to_be_visible()
    opened.value.wait_for_timeout(2500)
    expect(opened.value.get_by_test_id("stChatInput").locator("textarea")).to_have_value("")


def test_drafts_of_two_sessions(tab: ContinuityPage, serve: Serve) -> None:
    """Each session names its own; both come back over F5."""
    tab.open(serve("two_drafts.py").url)
    for label in ("Title", "Filter"):
        tab.page.get_by_label(label, exact=True).fill(f"half a {label}")
    for _ in range(2):
        tab.reload()
        for label in ("Title", "Filter"):
            expect(tab.page.get_by_label(label, exact=True)).to_have_value(f"half a {label}")
