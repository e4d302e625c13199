"""L2: with the session F5 does what Streamlit's own Rerun does without it."""

from __future__ import annotations

import pytest

from e2e.law.walk import APPS, WALKS, Meet, Record, Walk

pytestmark = pytest.mark.core


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("app", APPS)
def test_f5_is_a_rerun(meet: Meet, app: str, seed: int, record_property: Record) -> None:
    """F5 here, R there, at any places of the way: both tabs show the same, and the same session state."""
    Walk(app, seed, reloads=True).through(meet(app), record_property)
