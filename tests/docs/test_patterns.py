"""The page about patterns names every app that the law is tried on."""

from __future__ import annotations

from importlib import import_module

from tests.docs.generated import assert_page_says, table
from tests.law.every import kinds


def test_the_apps_of_the_collection() -> None:
    """All that simply work, with what they say of themselves; the others have a section of their own."""
    rows = []
    for kind in kinds():
        module = import_module(f"tests.law.apps.{kind}")
        apps = [
            app
            for app in module.COLLECTION.apps
            if app.body is not None and app.may_reload and not app.unkept
        ]
        said = [f"{(app.body.__doc__ or '').strip().rstrip('.')} (`{app.name}`)" for app in apps]
        if said:
            rows.append([f"`tests/law/apps/{kind}.py`", "<br>".join(said)])
    assert_page_says("patterns.md", "patterns", table(["File", "Its apps"], rows))
