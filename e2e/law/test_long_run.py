"""F5 in the middle of a long run finds what it had changed so far, and the run undoes nothing later."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]
FIVE = re.compile(r"^counted ([5-9]|\d\d+)$")


@pytest.fixture
def ended(tmp_path: Path) -> Path:
    """A file that the app makes when its long run is over."""
    return tmp_path / "ended"


def wait_for(visitor: Visitor, file: Path) -> None:
    """Wait until the server has made the file."""
    end = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < end, f"the server never made {file.name}"
        visitor.page.wait_for_timeout(50)


def at_load(visitor: Visitor) -> tuple[int, int]:
    """What the first run of this page found: the count and the length of the list."""
    line = visitor.page.get_by_text(re.compile("^at load "))
    expect(line).to_be_visible()
    count, steps = re.findall(r"\d+", line.inner_text())
    return int(count), int(steps)


def test_f5_in_the_middle_finds_what_was_counted(visit: Visit, ended: Path) -> None:
    """At least as much as the visitor had seen, in a number and in a list that grew in place."""
    visitor = visit("long_run.py", LAW_FOLDER=str(ended.parent))
    visitor.push("Begin")
    expect(visitor.page.get_by_text(FIVE)).to_be_visible()
    visitor.reload()
    count, steps = at_load(visitor)
    assert count >= 5
    assert steps >= 5


def test_the_old_run_undoes_nothing(visit: Visit, ended: Path) -> None:
    """Streamlit ends it after F5; what its end saves does not replace what the visitor did since."""
    visitor = visit("long_run.py", LAW_FOLDER=str(ended.parent))
    visitor.push("Begin")
    expect(visitor.page.get_by_text(FIVE)).to_be_visible()
    visitor.reload()
    visitor.press("Add a thousand")
    wait_for(visitor, ended)
    visitor.press("Look")
    visitor.reload()
    count, steps = at_load(visitor)
    assert count >= 1_005
    assert steps >= 1_005


def test_an_old_run_that_cannot_be_ended_undoes_nothing(visit: Visit, ended: Path) -> None:
    """It works on a list and asks Streamlit for nothing until its own end, seconds after F5."""
    visitor = visit("long_run.py", LAW_FOLDER=str(ended.parent))
    visitor.push("Begin blindly")
    expect(visitor.page.get_by_text("begun", exact=True)).to_be_visible()
    visitor.reload()
    visitor.press("Add a thousand")
    wait_for(visitor, ended)
    visitor.press("Look")
    visitor.reload()
    _, steps = at_load(visitor)
    assert steps >= 1_000
