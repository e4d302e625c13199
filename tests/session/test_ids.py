"""Ids that are not believed, and ids that no log may hold."""

from __future__ import annotations

import logging
import traceback
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore
from fluxlit_component.identifier import is_well_formed, stored_key
from tests.session.spy_store import SpyStore
from tests.visitor import PARAM, UNKNOWN, Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")


def test_an_unknown_id_is_replaced() -> None:
    """Session fixation: a well-formed id that the store does not know is not adopted."""
    store = SpyStore()
    visitor = Visitor(assign(a=1), query={PARAM: UNKNOWN}, store=store)
    assert visitor.sid not in ("", UNKNOWN)
    assert visitor.session.is_new
    assert store.loaded == [UNKNOWN]
    assert (store.get(visitor.sid), store.get(UNKNOWN)) == ({"a": 1}, None)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 6000, id="6 kB"),
        pytest.param("A" * 42 + "\0", id="NUL"),
        pytest.param("A" * 43 + "\r\nSet-Cookie: a=b", id="CRLF"),
        pytest.param("A" * 43 + "\n", id="trailing newline"),
        pytest.param("'\"><script>alert(1)</script>", id="quotes"),
        pytest.param("A" * 42 + "\u202e", id="right-to-left mark"),
        pytest.param(stored_key("A" * 43), id="the stored hash"),
        pytest.param(["A" * 43, "B" * 43], id="twice the parameter"),
        pytest.param(["A" * 43, "A" * 43], id="twice the same"),
    ],
)
def test_a_hostile_id_is_replaced_unasked(value: object) -> None:
    """No exception, nothing adopted, and the store is not even asked."""
    store = SpyStore()
    store.set("A" * 43, {"a": "of somebody else"})
    visitor = Visitor(nothing, query={PARAM: value}, store=store)
    assert is_well_formed(visitor.session.id)
    assert visitor.session.id not in ("A" * 43, "B" * 43)
    assert visitor.session.status == "ready"
    assert visitor.state == {}
    assert store.loaded == []


def test_the_id_is_in_no_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in `repr`, with every level on."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    caplog.set_level(logging.DEBUG, logger="fluxlit_component")
    visitor = Visitor(lambda _: st.session_state.update(a=1, f=print))
    visitor.reload()
    Visitor(nothing, query={PARAM: UNKNOWN})
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("fluxlit"))
    assert ours
    for sid in (visitor.sid, UNKNOWN):
        assert sid not in ours
        assert sid not in repr(visitor.session)


@pytest.mark.parametrize("quotes", ["in its text", "in a note"])
@pytest.mark.parametrize("kind", ["three methods", "versioned"])
def test_neither_log_nor_hook_has_the_id_that_a_store_quotes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str, quotes: str
) -> None:
    """An HTTP client's error or its note holds the URL; the traceback for debugging comes without that."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    caplog.set_level(logging.DEBUG, logger="fluxlit_component")

    class Quoting(InMemorySessionStore):
        is_down = False

        def load(self, session_id: str) -> Any:
            if self.is_down:
                url = f"http://kv/{session_id}"
                error = OSError(f"no route to {url}" if quotes == "in its text" else "no route")
                error.__notes__ = [f"asking {url}"]
                raise error
            return super().load(session_id)

        get = load

        def commit(self, session_id: str, commit: Any) -> Any:
            self.load(session_id)
            return super().commit(session_id, commit)

    inner, told = Quoting(), []
    store = (
        inner if kind == "versioned" else SimpleNamespace(get=inner.get, set=inner.set, delete=inner.delete)
    )
    visitor = Visitor(assign(a=1), store=store, on_error=told.append)
    inner.is_down = True
    visitor.run(assign(a=2))
    visitor.reload(nothing)
    said = [logging.Formatter().format(r) for r in caplog.records]
    said += ["".join(traceback.format_exception(event.error)) for event in told]
    assert len(told) == 2
    assert "OSError" in "".join(said)
    assert "in load" in "".join(said)
    assert visitor.sid not in "".join(said)
    for event in told:
        assert visitor.sid not in str((event.error, event.error.__cause__, event.error.__context__))
