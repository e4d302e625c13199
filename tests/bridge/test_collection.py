"""The collection after the gated run is left to the next run, and is never lost."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from streamlit import config

from fluxlit_component.bridge.collection import MOST, postpone_collection


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Each test begins and ends with nothing put aside, nothing owed, and no collection of its own accord."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()
    gc.collect()
    assert gc.get_freeze_count() == 0


def _garbage() -> weakref.ref[_Cycle]:
    return weakref.ref(_Cycle())


def test_the_next_collection_has_nothing_to_do_and_the_one_after_it_everything() -> None:
    """What was garbage before is left out once, and goes with the collection of the following run."""
    garbage = _garbage()
    postpone_collection()
    gc.collect(2)
    assert garbage() is not None
    gc.collect(2)
    assert garbage() is None


def test_all_is_back_as_soon_as_a_collection_has_run() -> None:
    """Nothing stays put aside."""
    postpone_collection()
    assert gc.get_freeze_count() > 0
    gc.collect(2)
    assert gc.get_freeze_count() == 0


def test_a_collection_of_the_young_does_not_end_it() -> None:
    """Python collects young objects at any moment: it is the full collection that is waited for."""
    postpone_collection()
    gc.collect(0)
    assert gc.get_freeze_count() > 0


def test_visitors_who_never_answer_cannot_put_it_off_for_ever() -> None:
    """After so many gated runs without another run their garbage is collected all the same."""
    garbage = _garbage()
    for _ in range(MOST):
        postpone_collection()
        gc.collect(2)
    assert garbage() is not None
    postpone_collection()
    gc.collect(2)
    assert garbage() is None


def test_two_visitors_at_once() -> None:
    """The second of two gated runs finds all put aside already and leaves it at that."""
    postpone_collection()
    postpone_collection()
    gc.collect(2)
    assert gc.get_freeze_count() == 0


def test_what_the_app_has_frozen_stays_frozen() -> None:
    """An app that calls `gc.freeze()` for itself is let alone."""
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        postpone_collection()
        gc.collect(2)
        assert gc.get_freeze_count() == frozen
    finally:
        gc.unfreeze()


def test_where_streamlit_does_not_collect_nothing_is_put_aside() -> None:
    """With `runner.postScriptGC = false` there is no collection to wait for."""
    config.set_option("runner.postScriptGC", False)
    try:
        postpone_collection()
        assert gc.get_freeze_count() == 0
    finally:
        config.set_option("runner.postScriptGC", True)
