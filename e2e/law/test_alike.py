"""L1: until the first F5 the line changes nothing, in any app, on any way through it."""

from __future__ import annotations

import pytest

from e2e.law.walk import APPS, WALKS, Meet, Record, Walk

pytestmark = pytest.mark.core


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("app", APPS)
def test_nothing_changes(meet: Meet, app: str, seed: int, record_property: Record) -> None:
    """After each step both tabs show the same, and the app sees the same session state."""
    Walk(app, seed, reloads=False).through(meet(app), record_property)
