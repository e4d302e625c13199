"""What the law stands on: apps enough, each tried."""

from __future__ import annotations

from pathlib import Path

from tests.law.every import every_app, kinds


def test_there_are_apps_enough_and_each_has_a_name_of_its_own() -> None:
    """A name is how a failing walk is told."""
    names = [app.name for app in every_app()]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


def test_every_kind_of_app_is_tried() -> None:
    """Each module of apps is named by one of the files that try them."""
    folder = Path(__file__).parent
    tried = "".join(
        (folder / f"test_{name}.py").read_text() for name in ("one_page", "several_pages", "parts_of_runs")
    )
    assert [kind for kind in kinds() if f'"{kind}"' not in tried] == []
