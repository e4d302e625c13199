"""A tab with three saved keys, over a real store."""

from __future__ import annotations

from typing import Any

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.state import diff
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.state.tab_model import TabModel


@pytest.fixture
def store() -> InMemorySessionStore:
    """One store for all tabs of a test."""
    return InMemorySessionStore()


@pytest.fixture
def tab(store: InMemorySessionStore) -> TabModel:
    """A tab that has saved three keys."""
    tab = TabModel(store)
    tab.state = {"a": 1, "rows": [1, 2], "deep": {"x": [{}]}}
    tab.save()
    return tab


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The values that were encoded, in order."""
    values: list[object] = []

    def spy(value: object, **options: Any) -> bytes:
        values.append(value)
        return encode(value, **options)

    monkeypatch.setattr(diff, "encode", spy)
    return values
