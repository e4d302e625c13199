"""What every test starts from: no settings in the environment, no state left by the one before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.elements.lib import policies

from e2e.template import look_for_components_once
from fluxlit_component import internals, settings
from fluxlit_component.bridge.transport import bundle, bundle_folder
from fluxlit_component.internals.process import forget_pages_of_process
from fluxlit_component.stores import assembly, location
from fluxlit_component.tab import standing, tabs
from tests.forgetting import forget_tasks

look_for_components_once()

collect_ignore = ["outsider"]  # tests of an app that has only the wheel: see test_package.py


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: two workers take a file each, and neither is to end on a long one."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def clean_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the machine's own FLUXLIT_ variables, and put back what a process keeps between runs."""
    for name in [name for name in os.environ if name.startswith("FLUXLIT_")]:
        monkeypatch.delenv(name)
    if hasattr(policies, "_shown_default_value_warning"):
        monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    settings._cached = None
    monkeypatch.setattr(internals.process, "_secretless", None)
    internals.process._told.clear()
    internals.accept_restored_defaults.cache_clear()
    yield
    settings._cached = None
    bundle.cache_clear()
    bundle_folder.cache_clear()
    for store in location._stores.values():
        store.close()
    location._stores.clear()
    assembly._adapters.clear()
    assembly._told.clear()
    assembly._resolved.cache_clear()
    standing._said.clear()
    tabs.forget_tabs()
    forget_tasks()


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As an app's own test suite sets it: continuity on in tests, the store in a file of the test's."""
    monkeypatch.setenv("FLUXLIT_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_SESSION_SQLITE_PATH", str(tmp_path / "sessions.db"))


@pytest.fixture
def no_navigation_yet() -> Iterator[None]:
    """What an app said of its pages holds for the whole process: undo it, before the test and after it."""
    forget_pages_of_process()
    yield
    forget_pages_of_process()
