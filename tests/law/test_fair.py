"""The comparison is fair: a session that does just what the law says passes, on every app."""

from __future__ import annotations

import pytest

from tests.law.collection import App
from tests.law.every import every_app
from tests.law.ideal import Ideal
from tests.law.trial import try_on

APPS = every_app()


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_what_the_law_says_passes(app: App) -> None:
    """Nothing is asked of a session that Streamlit itself would not give after a rerun."""
    try_on(app, other=Ideal, examples=2)
