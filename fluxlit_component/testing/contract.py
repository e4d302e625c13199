"""What every session store must do, as tests: subclass `SessionStoreContract` and give it a store.

    class TestMyStore(SessionStoreContract):
        @pytest.fixture
        def store(self):
            return MyStore()

For authors of stores with get, set and delete. Only values that JSON holds are used. A store that also
has records is tested by `VersionedStoreContract`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeAlias

import pytest

from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.base import SessionStore
from fluxlit_component.testing.race import race

_ODD_IDS = {
    "one character": "x",
    "path": "../../etc/passwd",
    "NUL": "a\x00b",
    "emoji": "\N{HEDGEHOG}\N{ZERO WIDTH JOINER}\N{HEDGEHOG}",
    "blank": " ",
    "pattern": "*?[a-z]%_",
    "statement": "'; DROP TABLE session; --",
    "long": "x" * 10_000,
}


Advance: TypeAlias = Callable[[float], None]
"""Lets that many seconds pass for the store."""


class SessionStoreContract:
    """The three methods. Override `store`; and `advance`, if the store's clock can be turned."""

    lifetime: ClassVar[float] = 0.5
    """A short lifetime in seconds that the store can keep; set it to 2 if it counts whole seconds."""

    @pytest.fixture
    def store(self) -> SessionStore | Iterator[SessionStore]:
        """Return (or yield) an empty store."""
        raise NotImplementedError

    @pytest.fixture
    def advance(self) -> Advance:
        """Let that many seconds pass for the store; by default they really do."""
        return time.sleep

    @pytest.fixture
    def sid(self) -> str:
        """An id that the store has not seen."""
        return new_session_id()

    def test_unknown_session_is_none(self, store: SessionStore, sid: str) -> None:
        """A session that was never set is None, not an empty dict."""
        assert store.get(sid) is None

    def test_set_then_get(self, store: SessionStore, sid: str) -> None:
        """What was set is returned, equal in value and type."""
        data = {
            "text": "a",
            "int": 1,
            "float": 1.5,
            "flag": True,
            "none": None,
            "list": [1, [2]],
            "dict": {"a": {}},
        }
        store.set(sid, data)
        assert store.get(sid) == data
        assert {key: type(value) for key, value in (store.get(sid) or {}).items()} == {
            key: type(value) for key, value in data.items()
        }

    def test_set_replaces(self, store: SessionStore, sid: str) -> None:
        """A second `set` replaces the dict as a whole, it does not merge."""
        store.set(sid, {"a": 1, "b": 2})
        store.set(sid, {"b": 3})
        assert store.get(sid) == {"b": 3}

    def test_empty_dict_is_a_session(self, store: SessionStore, sid: str) -> None:
        """A session without values exists."""
        store.set(sid, {})
        assert store.get(sid) == {}

    def test_sessions_are_apart(self, store: SessionStore) -> None:
        """What one session holds is not seen in another."""
        store.set("one", {"a": 1})
        store.set("on", {"a": 2})
        assert (store.get("one"), store.get("on")) == ({"a": 1}, {"a": 2})

    def test_delete(self, store: SessionStore, sid: str) -> None:
        """A deleted session is None, and another one stays."""
        store.set(sid, {"a": 1})
        store.set("other", {"a": 2})
        store.delete(sid)
        assert store.get(sid) is None
        assert store.get("other") == {"a": 2}

    def test_delete_unknown(self, store: SessionStore, sid: str) -> None:
        """To delete what is not there, once or twice, is no error."""
        store.delete(sid)
        store.delete(sid)
        assert store.get(sid) is None

    def test_set_after_delete(self, store: SessionStore, sid: str) -> None:
        """An explicit `set` begins a deleted session anew, without its old values."""
        store.set(sid, {"a": 1})
        store.delete(sid)
        store.set(sid, {"b": 2})
        assert store.get(sid) == {"b": 2}

    def test_input_is_not_aliased(self, store: SessionStore, sid: str) -> None:
        """To change what was handed to `set` does not change what is stored."""
        data: dict[str, Any] = {"list": [1], "dict": {"a": 1}}
        store.set(sid, data)
        data["list"].append(2)
        data["dict"]["b"] = 2
        data["new"] = 1
        assert store.get(sid) == {"list": [1], "dict": {"a": 1}}

    def test_output_is_not_aliased(self, store: SessionStore, sid: str) -> None:
        """To change what `get` returned does not change what is stored."""
        store.set(sid, {"list": [1]})
        first = store.get(sid) or {}
        first["list"].append(2)
        first["new"] = 1
        assert store.get(sid) == {"list": [1]}

    def test_unicode(self, store: SessionStore, sid: str) -> None:
        """Keys and values may be any text, the empty one included; nothing is normalised."""
        data = {
            "": "",
            "ключ": "значение",
            "\N{HEDGEHOG}": "\N{HEDGEHOG}",
            "e\N{COMBINING ACUTE ACCENT}": 1,
            "é": 2,
        }
        store.set(sid, data)
        assert store.get(sid) == data

    def test_many_keys(self, store: SessionStore, sid: str) -> None:
        """A session may have 512 keys."""
        data = {f"key {number}": number for number in range(512)}
        store.set(sid, data)
        assert store.get(sid) == data

    def test_large_value(self, store: SessionStore, sid: str) -> None:
        """A value may be a mebibyte large."""
        store.set(sid, {"large": "x" * 1024 * 1024, "small": 1})
        assert store.get(sid) == {"large": "x" * 1024 * 1024, "small": 1}

    @pytest.mark.parametrize("odd", _ODD_IDS.values(), ids=_ODD_IDS.keys())
    def test_odd_ids(self, store: SessionStore, odd: str) -> None:
        """Any non-empty string is an id."""
        store.set(odd, {"a": 1})
        assert store.get(odd) == {"a": 1}
        store.delete(odd)
        assert store.get(odd) is None

    def test_expired_is_none(self, store: SessionStore, sid: str, advance: Advance) -> None:
        """Once its lifetime is over, a session is None."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        assert store.get(sid) == {"a": 1}
        advance(self.lifetime * 1.5)
        assert store.get(sid) is None

    def test_expiry_is_per_session(self, store: SessionStore, sid: str, advance: Advance) -> None:
        """The end of one session is not that of another."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        store.set("other", {"a": 2}, ttl_seconds=3600)
        advance(self.lifetime * 1.5)
        assert (store.get(sid), store.get("other")) == (None, {"a": 2})

    @pytest.mark.parametrize("never", [0, -1])
    def test_no_expiry(self, store: SessionStore, sid: str, advance: Advance, never: float) -> None:
        """A lifetime of zero or less means none, also where there was one before."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        store.set(sid, {"a": 2}, ttl_seconds=never)
        advance(self.lifetime * 1.5)
        assert store.get(sid) == {"a": 2}

    def test_set_after_expiry(self, store: SessionStore, sid: str, advance: Advance) -> None:
        """An expired session can be set again, without its old values."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        advance(self.lifetime * 1.5)
        store.set(sid, {"b": 2}, ttl_seconds=3600)
        assert store.get(sid) == {"b": 2}

    def test_threads(self, store: SessionStore) -> None:
        """Eight threads with a session each do not disturb one another."""

        def visitor(number: int) -> list[Any]:
            sid, seen = f"visitor {number}", []
            for turn in range(20):
                store.set(sid, {"turn": turn, "list": [number] * 50})
                seen.append((store.get(sid) or {}).get("turn"))
            return seen

        assert race(8, visitor) == [list(range(20))] * 8
