"""L1 and L2 for apps whose fields come and go: pages, steps, lists, logins."""

from __future__ import annotations

import pytest

from tests.law.collection import App
from tests.law.every import apps_of
from tests.law.trial import try_on

APPS = apps_of("lists", "logins", "pages", "wizards", "worlds")


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_the_session_changes_nothing_and_f5_is_a_rerun(app: App) -> None:
    """Page, state and callbacks are the same after each step, whatever the visitor does."""
    try_on(app)
