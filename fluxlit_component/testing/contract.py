"""What every session store must do, as tests: subclass `SessionStoreContract` and give it a store.

    class TestMyStore(SessionStoreContract):
        @pytest.fixture
        def store(self):
            return MyStore()

For authors of stores with get, set and delete. Only values that JSON holds are used. A store that also
has records is tested by `VersionedStoreContract`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeAlias, TypeVar

import pytest

from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.base import SessionStore

T = TypeVar("T")
_DATA: dict[str, dict[str, Any]] = {
    "nothing": {},
    "types": {"t": "a", "i": 1, "f": 1.5, "b": True, "n": None, "l": [1, [2]], "d": {"a": {}}},
    "any text": {"": "", "ключ": "значение", "\N{HEDGEHOG}": "\N{HEDGEHOG}"},
    "text that is not normalised": {"e\N{COMBINING ACUTE ACCENT}": 1, "é": 2},
    "numbers": {"f": [2.0, 0.1, -0.0, 1e300, 5e-324], "i": [2**53, -(2**53), 0], "d": {"a": [1, 1.0, True]}},
    "512 keys": {f"key {number}": number for number in range(512)},
    "a mebibyte": {"large": "x" * 1024 * 1024, "small": 1},
}
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


def exact(value: object) -> object:
    """The value as text at every depth, since `==` does not tell 1, 1.0 and True apart, nor 0.0 and -0.0."""
    if isinstance(value, dict):  # the order of its keys is not promised
        return {key: exact(item) for key, item in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else repr(value)


def race(runners: int, run: Callable[[int], T]) -> list[T]:
    """Call ``run(0)`` to ``run(runners - 1)`` at once; return all results, or raise what one raised.

    A passed test proves nothing, but an existing race is likely to show.
    """
    start = threading.Barrier(runners)

    def runner(number: int) -> T:
        start.wait(timeout=30)
        return run(number)

    with ThreadPoolExecutor(runners) as threads:
        return list(threads.map(runner, range(runners)))


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

    @pytest.mark.parametrize("data", _DATA.values(), ids=_DATA.keys())
    def test_set_then_get(self, store: SessionStore, sid: str, data: dict[str, Any]) -> None:
        """What was set is returned, equal in value and type; a session without values exists."""
        store.set(sid, data)
        assert exact(store.get(sid)) == exact(data)

    def test_set_replaces(self, store: SessionStore, sid: str) -> None:
        """A second `set` replaces the dict as a whole, it does not merge."""
        store.set(sid, {"a": 1, "b": 2})
        store.set(sid, {"b": 3})
        assert store.get(sid) == {"b": 3}

    def test_sessions_are_apart(self, store: SessionStore) -> None:
        """What one session holds is not seen in another."""
        store.set("one", {"a": 1})
        store.set("on", {"a": 2})
        assert (store.get("one"), store.get("on")) == ({"a": 1}, {"a": 2})

    def test_delete(self, store: SessionStore, sid: str) -> None:
        """A deleted session is None, and another one stays; to delete what is not there is no error."""
        store.delete(sid)
        store.set(sid, {"a": 1})
        store.set("other", {"a": 2})
        for _ in range(2):
            store.delete(sid)
            assert store.get(sid) is None
        assert store.get("other") == {"a": 2}

    def test_nothing_is_shared(self, store: SessionStore, sid: str) -> None:
        """To change what was handed to `set`, or what `get` returned, does not change what is stored."""
        given: dict[str, Any] = {"list": [1], "dict": {"a": 1}}
        store.set(sid, given)
        for data in (given, store.get(sid) or {}):
            data["list"].append(2)
            data["dict"]["b"] = 2
            data["new"] = 1
            assert store.get(sid) == {"list": [1], "dict": {"a": 1}}

    @pytest.mark.parametrize("odd", _ODD_IDS.values(), ids=_ODD_IDS.keys())
    def test_odd_ids(self, store: SessionStore, odd: str) -> None:
        """Any non-empty string is an id."""
        store.set(odd, {"a": 1})
        assert store.get(odd) == {"a": 1}
        store.delete(odd)
        assert store.get(odd) is None

    def test_expiry(self, store: SessionStore, sid: str, advance: Advance) -> None:
        """Once its lifetime is over, a session is None; another one has a lifetime of its own."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        store.set("other", {"a": 2}, ttl_seconds=3600)
        assert store.get(sid) == {"a": 1}
        advance(self.lifetime * 1.5)
        assert (store.get(sid), store.get("other")) == (None, {"a": 2})

    @pytest.mark.parametrize("never", [0, -1])
    def test_no_expiry(self, store: SessionStore, sid: str, advance: Advance, never: float) -> None:
        """A lifetime of zero or less means none, also where there was one before."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        store.set(sid, {"a": 2}, ttl_seconds=never)
        advance(self.lifetime * 1.5)
        assert store.get(sid) == {"a": 2}

    @pytest.mark.parametrize("deleted", [False, True], ids=["expired", "deleted"])
    def test_set_anew(self, store: SessionStore, sid: str, advance: Advance, *, deleted: bool) -> None:
        """An explicit `set` begins an ended session anew, without its old values."""
        store.set(sid, {"a": 1}, ttl_seconds=self.lifetime)
        if deleted:
            store.delete(sid)
        else:
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
