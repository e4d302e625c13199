"""Loading a record: where its values came from, and which of them cannot be read."""

from __future__ import annotations

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.codec.origin import ASSIGNED, WIDGET, mark, split
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Commit, Field
from fluxlit_component.stores.memory import InMemorySessionStore
from tests.state.tab_model import SID, TabModel, record_of


def test_an_origin_is_written_with_the_value(tab: TabModel, store: InMemorySessionStore) -> None:
    """The record tells it after F5; the value is what it was."""
    tab.state["w"] = "typed"
    diff = tab.base.diff(tab.state, origins={"w": WIDGET})
    tab.base.settle(diff, store.commit(SID, Commit(diff.changes, create=True)))
    assert tab.base.origins["w"] == WIDGET
    tab.arrive()
    assert tab.state["w"] == "typed"
    assert tab.base.origins == {"w": WIDGET}
    assert (store.get(SID) or {})["w"] == "typed"


def test_a_plain_value_that_a_widget_has_taken_over_is_told(
    tab: TabModel, store: InMemorySessionStore
) -> None:
    """The value is the same, but it goes with the widget now. It is told once."""
    diff = tab.base.diff(tab.state, origins={"a": WIDGET | ASSIGNED})
    assert split(diff.changes["a"].data or b"") == (WIDGET | ASSIGNED, encode(1))
    tab.base.settle(diff, store.commit(SID, Commit(diff.changes, create=True)))
    assert tab.base.diff(tab.state, origins={"a": WIDGET | ASSIGNED}).changes == {}
    tab.state["a"] = 2
    diff = tab.base.diff(tab.state, origins={"a": WIDGET | ASSIGNED})
    assert split(diff.changes["a"].data or b"") == (WIDGET | ASSIGNED, encode(2))


def test_a_copy_of_the_record_is_numbered_anew_whatever_its_origins(
    tab: TabModel, store: InMemorySessionStore
) -> None:
    """The copied bytes are those that this tab wrote, origin and all."""
    tab.state["w"] = "typed"
    diff = tab.base.diff(tab.state, origins={"w": WIDGET})
    tab.base.settle(diff, store.commit(SID, Commit(diff.changes, create=True)))
    tab.base.renumber(record_of(w=Field(7, mark(encode("typed"), WIDGET)), a=Field(8, encode("another"))))
    assert (tab.base.versions["w"], tab.base.versions["a"]) == (7, 1)


def test_a_broken_value_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """That key is given up with a warning that names it; the rest loads, and it can be written again."""
    base = Base()
    values = base.adopt(
        record_of(good=Field(2, encode("x")), bad=Field(3, b"\xc1garbage"), gone=Field(4, None))
    )
    assert values == {"good": "x"}
    assert base.names() == {"good"}
    (warning,) = caplog.records
    assert "'bad'" in warning.getMessage()
    assert base.diff({"bad": 1}).changes["bad"].base == 3


def test_loading_forgets_what_was_known(tab: TabModel) -> None:
    """A base is of one record at a time."""
    tab.base.keep(tab.base.diff({"x": 1}))
    tab.base.adopt(record_of(other=Field(1, encode(1))))
    assert tab.base.names() == {"other"}
    assert tab.base.unsaved == {}
