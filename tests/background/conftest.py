"""Models, stores, and sessions with streams and jobs, without a page around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sealed import SealedStore, Sealing
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.background.model import Model
from tests.forgetting import forget_savings, forget_tasks
from tests.three_methods import DictStore


@pytest.fixture
def model() -> Iterator[Callable[..., Model]]:
    """Make a model; it is let go at the end of the test."""
    made: list[Model] = []

    def make(*chunks: Any, at_once: bool = False) -> Model:
        made.append(Model(*chunks, at_once=at_once))
        return made[-1]

    yield make
    for each in made:
        each.go_on(len(each.chunks) + 1)


@pytest.fixture(params=["memory", "sqlite", "sealed", "three methods"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VersionedStore]:
    """Where tasks are kept."""
    if request.param == "memory":
        yield InMemorySessionStore()
    elif request.param == "sealed":
        yield cast("VersionedStore", SealedStore(InMemorySessionStore(), Sealing(on=True)))
    elif request.param == "sqlite":
        opened = SQLiteSessionStore(tmp_path / "sessions.db")
        yield opened
        forget_savings()
        opened.close()
    else:
        yield AdapterStore(DictStore())


@pytest.fixture
def sid() -> str:
    """A session that has nothing yet."""
    return new_session_id()


@pytest.fixture(autouse=True)
def end_what_was_begun() -> Iterator[None]:
    """No task of a test outlives it."""
    yield
    forget_tasks()
