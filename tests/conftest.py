"""What every test starts from: no settings in the environment, no state left by the one before."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from streamlit.elements.lib import policies

from fluxlit_component import internals, settings, tab
from fluxlit_component.bridge import bundle
from fluxlit_component.stores import choice, location

collect_ignore = ["outsider"]  # tests of an app that has only the wheel: see test_package.py


@pytest.fixture(autouse=True)
def clean_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the machine's own FLUXLIT_ variables, and put back what a process keeps between runs."""
    for name in [name for name in os.environ if name.startswith("FLUXLIT_")]:
        monkeypatch.delenv(name)
    if hasattr(policies, "_shown_default_value_warning"):
        monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    settings._cached = None
    monkeypatch.setattr(internals, "_secretless", None)
    yield
    settings._cached = None
    bundle.cache_clear()
    for store in location._stores.values():
        store.close()
    location._stores.clear()
    choice._adapters.clear()
    choice._fallen_back.clear()
    choice._beside.cache_clear()
    tab._tabs.clear()
