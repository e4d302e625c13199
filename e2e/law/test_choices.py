"""What somebody chose is kept; what nobody chose follows the app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.carrier import RELEASE
from e2e.law.visitor import Visitor

pytestmark = pytest.mark.core
Visit = Callable[..., Visitor]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the app reads from outside: its owner is Ada, the day the first of January."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "owner.txt").write_text("Ada")
    (folder / "days.txt").write_text("0")
    (folder / "limit.txt").write_text("100")
    return folder


@pytest.mark.transport
def test_an_untouched_widget_shows_the_default_of_now(
    visit: Visit, folder: Path, more_than_plain: None
) -> None:
    """The owner and the day have changed meanwhile and nobody chose them; the remark was typed."""
    visitor = visit("untouched_default.py", LAW_FOLDER=str(folder))
    visitor.type("Remark", "mine")
    (folder / "owner.txt").write_text("Grace")
    (folder / "days.txt").write_text("1")
    visitor.reload()
    visitor.sees("the database says Grace, the day is 2026-01-02")
    visitor.sees_in("Owner", "Grace")
    visitor.sees_in("Remark", "mine")


@pytest.mark.transport
def test_a_chosen_value_beats_the_default_of_now(visit: Visit, folder: Path, more_than_plain: None) -> None:
    """Mine was typed over Ada, and stays when the database says Eve; R keeps it on newer releases only."""
    visitor = visit("untouched_default.py", LAW_FOLDER=str(folder))
    visitor.type("Owner", "Mine")
    (folder / "owner.txt").write_text("Eve")
    visitor.reload()
    visitor.sees("the database says Eve, the day is 2026-01-01")
    visitor.sees_in("Owner", "Mine")


def test_changed_and_changed_back_is_untouched(visit: Visit, folder: Path, more_than_plain: None) -> None:
    """Who goes back to the default chose nothing."""
    visitor = visit("untouched_default.py", LAW_FOLDER=str(folder))
    visitor.type("Owner", "Mine")
    visitor.type("Owner", "Ada")
    (folder / "owner.txt").write_text("Grace")
    visitor.reload()
    visitor.sees("the database says Grace, the day is 2026-01-01")
    visitor.sees_in("Owner", "Grace")


@pytest.mark.transport
def test_a_value_that_the_app_assigned_is_a_choice(visit: Visit, folder: Path, more_than_plain: None) -> None:
    """By a callback or by `setdefault`, even if it is the default; R keeps it on newer releases only."""
    visitor = visit("untouched_default.py", LAW_FOLDER=str(folder))
    visitor.press("Assign Ada")
    (folder / "owner.txt").write_text("Grace")
    visitor.reload()
    visitor.sees("the database says Grace, the day is 2026-01-01")
    visitor.sees_in("Owner", "Ada")
    visitor.sees_in("Editor", "Ada")


@pytest.mark.skipif(RELEASE < (1, 51), reason="1.40 shows a value beyond the slider's end: docs/limits.md")
def test_a_refused_value_is_dropped_once(visit: Visit, folder: Path) -> None:
    """The slider got shorter than its value; what is chosen afterwards is kept like everything else."""
    visitor = visit("refused_once.py", LAW_FOLDER=str(folder))
    visitor.slide("Row", *["PageUp"] * 8)
    visitor.sees("row 80 of 100")
    (folder / "limit.txt").write_text("50")
    visitor.reload()
    visitor.sees("row 0 of 50")
    visitor.slide("Row", *["ArrowRight"] * 30)
    visitor.sees("row 30 of 50")
    visitor.reload()
    visitor.sees("row 30 of 50")
