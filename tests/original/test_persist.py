"""`persist_url_session` on a plain facade."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from fluxlit_component import persist_url_session
from tests.original.facade import PARAM, SID, BrokenState, DictStore, facade, memory


def test_persist_replaces_the_record() -> None:
    """What is not in the state any more is not in the record any more."""
    store = memory(gone=1)
    assert persist_url_session(facade(a=1, b=[2]), store) == SID
    assert store.get(SID) == {"a": 1, "b": [2]}


def test_persist_without_an_id_is_none() -> None:
    """And writes nothing."""
    store = DictStore()
    assert persist_url_session(facade(None, a=1), store) is None
    assert store.asked == []


def test_persist_prefers_the_filtered_state() -> None:
    """Streamlit's own view: plain and keyed values, no internal ids."""

    class State(dict[str, Any]):
        filtered_state = MappingProxyType({"a": 1, "__x": 2})

    store = memory()
    persist_url_session(SimpleNamespace(query_params={PARAM: SID}, session_state=State(b=1)), store)
    assert store.get(SID) == {"a": 1}


def test_persist_skips_what_cannot_be_stored(caplog: pytest.LogCaptureFixture) -> None:
    """The rest is saved; the warning names key, type and remedy."""
    store = memory()
    persist_url_session(facade(a=1, client=object(), f=print), store)
    assert store.get(SID) == {"a": 1}
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "'client'" in caplog.text
    assert "object cannot be stored" in caplog.text


def test_a_skipped_key_is_not_a_deleted_key() -> None:
    """What the record had under the key of a value that cannot be stored stays there."""
    store = memory(client="before", other=1)
    persist_url_session(facade(a=1, client=object()), store)
    assert store.get(SID) == {"a": 1, "client": "before"}


def test_a_failing_snapshot_leaves_the_store_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    """A warning without a traceback that says how to get one; the id is returned."""
    store = memory(a=1)
    st = SimpleNamespace(query_params={PARAM: SID}, session_state=BrokenState())
    assert persist_url_session(st, store) == SID
    assert store.get(SID) == {"a": 1}
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "RuntimeError" in record.getMessage()
    assert "FLUXLIT_DEBUG=1" in record.getMessage()


def test_debug_adds_the_traceback(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """With `FLUXLIT_DEBUG=1` the same warning carries it."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    persist_url_session(SimpleNamespace(query_params={PARAM: SID}, session_state=BrokenState()), memory())
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "the state is gone" in caplog.text
    assert "Traceback" in caplog.text
    assert SID not in caplog.text


def test_debug_quotes_no_id(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """An error of the facade's may have it in its text."""
    monkeypatch.setenv("FLUXLIT_DEBUG", "1")
    monkeypatch.setattr(BrokenState, "__iter__", Mock(side_effect=RuntimeError(f"no state of {SID}")))
    persist_url_session(SimpleNamespace(query_params={PARAM: SID}, session_state=BrokenState()), memory())
    assert "RuntimeError" in caplog.text
    assert SID not in caplog.text
