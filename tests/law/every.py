"""All apps of the collection."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from tests.law.collection import App, Collection

_FOLDER = Path(__file__).parent / "apps"


def kinds() -> list[str]:
    """The modules in `apps`."""
    return sorted(file.stem for file in _FOLDER.glob("*.py"))


def apps_of(*names: str) -> list[App]:
    """Those of some modules that the Streamlit at hand can run."""
    found = [cast("Collection", import_module(f"tests.law.apps.{name}").COLLECTION) for name in names]
    return [app for collection in found for app in collection.apps if app.runs_here]


def every_app() -> list[App]:
    """All that the Streamlit at hand can run."""
    return apps_of(*kinds())
