"""Apps that look at all of the session state: it is theirs, with nothing of ours in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Visit = Callable[..., Visitor]


def test_an_empty_state_means_the_first_visit(visit: Visit) -> None:
    """A new visitor finds nothing at all in the session state, and the state is not empty after F5."""
    visitor = visit("empty_means_first.py")
    visitor.sees("topic is general")
    visitor.say("hello")
    visitor.sees("hello")
    visitor.reload()
    visitor.sees("topic is general")
    visitor.sees("hello")


def test_the_state_is_saved_as_a_file_and_loaded_by_another(visit: Visit, tmp_path: Path) -> None:
    """The file holds the hero and no id; whoever loads it gets the hero."""
    visitor = visit("state_as_file.py")
    visitor.type("Hero", "Ada")
    with visitor.page.expect_download() as download:
        visitor.push("Save")
    game = tmp_path / "game.json"
    download.value.save_as(game)
    visitor.tab.rest()
    assert json.loads(game.read_text()) == {"hero": "Ada"}

    other = visit("state_as_file.py")
    other.page.locator("input[type=file]").set_input_files(game)
    other.press("Load")  # there once the server has the file
    other.sees_in("Hero", "Ada")
    other.reload()
    other.sees_in("Hero", "Ada")


@pytest.mark.parametrize("transport", ["", "v1"])
def test_nothing_of_ours_is_in_the_state(visit: Visit, transport: str) -> None:
    """Before, in and after the block, in a callback and on the page, by every way to look at all."""
    visitor = visit("unseen.py", FLUXLIT_TRANSPORT=transport)
    visitor.sees(re.compile("^after: "))  # its first line is there before the session is known
    visitor.press("Look")
    visitor.sees("callback: ['name', 'town']")
    expect_three_keys(visitor)
    visitor.type("Name", "Ada")
    visitor.type("Town", "Oslo")
    visitor.reload()
    visitor.press("Look")
    visitor.sees("callback: ['name', 'seen_by_callback', 'town']")
    expect_three_keys(visitor)
    visitor.sees_in("Name", "Ada")
    visitor.sees_in("Town", "Oslo")


def expect_three_keys(visitor: Visitor) -> None:
    """Those of the app, wherever it looks, and no id on the page."""
    keys = ["name", "seen_by_callback", "town"]
    for place in ("before", "inside", "after"):
        visitor.sees(f"{place}: {keys} 3 {keys} {keys}")
    assert "fluxlit" not in visitor.page.inner_text("body")
    sid = visitor.tab.session_id()
    assert sid is None or sid not in visitor.page.inner_text("body")
