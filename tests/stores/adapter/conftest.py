"""A store of three methods, the adapter over it, and the clock of both."""

from __future__ import annotations

import pytest

from fluxlit_component.clock import Clock
from fluxlit_component.stores.adapter import AdapterStore
from tests.stores.adapter.plain_stores import JsonStore
from tests.turnable import TurnableClock


@pytest.fixture
def clock() -> TurnableClock:
    """The hands of both clocks, the adapter's and the inner store's."""
    return TurnableClock()


@pytest.fixture
def inner(clock: Clock) -> JsonStore:
    """The store that is adapted."""
    return JsonStore(clock)


@pytest.fixture
def store(inner: JsonStore, clock: Clock) -> AdapterStore:
    """The adapter over it."""
    return AdapterStore(inner, clock=clock)
