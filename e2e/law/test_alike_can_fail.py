"""The comparison finds a fault that was sown, and none between two plain apps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from e2e.law.sight import Different
from e2e.law.walk import Meet, Walk

pytestmark = pytest.mark.core


def test_a_key_that_is_put_back_is_found(meet: Meet) -> None:
    """A field that Streamlit drops is kept: the message names the app, the way and the difference."""
    twins = replace(meet("wizard", same=True, LAW_FAULT="1"), seconds=4.0)
    with pytest.raises(Different) as found:
        Walk("wizard", 0, reloads=False).through(twins)
    message = str(found.value)
    assert "wizard" in message
    assert "1. " in message
    assert "put back" in message


def test_another_word_in_a_conversation_is_found(meet: Meet) -> None:
    """Streamlit draws a page with a chat's input in a container of another name."""
    twins = replace(meet("chat", same=True), seconds=4.0)
    twins.compare()
    said = twins.ours.page.get_by_test_id("stChatMessageContent").get_by_text("Hello")
    said.evaluate("it => { it.textContent = 'Goodbye' }")
    with pytest.raises(Different, match="Goodbye"):
        twins.compare()


@pytest.mark.parametrize("app", ["crud", "dashboard", "dialog"])
def test_two_plain_apps_are_alike(meet: Meet, app: str) -> None:
    """Without the session on either side there is no difference to find."""
    Walk(app, 0, reloads=True).through(meet(app, same=True))
