"""Tests for a store whose sessions an operator can list: `BrowsableStoreContract`.

Subclass it beside `VersionedStoreContract`, with the same fixtures:

    class TestMyStore(VersionedStoreContract, BrowsableStoreContract):
        @pytest.fixture
        def store(self):
            return MyStore()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id, stored_key
from fluxlit_component.state.record import Change, Commit, Field, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.browse import BrowsableStore, Entry
from fluxlit_component.testing.contract import Advance, SessionStoreContract
from fluxlit_component.testing.versioned_contract import committed, loaded

_TOLERANCE = 0.01


class _Store(VersionedStore, BrowsableStore):
    """The type of the store in these tests, for the type checker."""


def _not_there(store: VersionedStore, advance: Advance, lifetime: float) -> tuple[str, str, str]:
    """Ids of sessions that are not there: one absent, one expired, one destroyed before it began."""
    committed(store, "expired", {"a": 1}, idle_seconds=lifetime)
    advance(lifetime * 1.5)
    store.delete("destroyed")
    return "absent", "expired", "destroyed"


def _entries(store: BrowsableStore, prefix: str = "") -> dict[str, Entry]:
    found = list(store.browse(prefix))
    assert len({entry.name for entry in found}) == len(found)
    return {entry.name: entry for entry in found}


def _record(store: BrowsableStore, *, version: int = 7, idle_seconds: float | None = 3600) -> Record:
    """A record as it comes from another store, with odd fields and a tombstone."""
    # The store's own clock may have been turned, so the store is asked for the time.
    probe = stored_key(new_session_id())
    store.destroy(probe)
    now = _entries(store, probe)[probe].now
    fields = {
        "a": Field(version, b"1"),
        "\ud800": Field(2, bytes(range(256))),
        "": Field(1, b"x"),
        "gone": Field(3, None),
    }
    idle = None if idle_seconds is None else now + idle_seconds
    return Record(version, now - 100.25, idle, now + 7200, 5, fields)


class BrowsableStoreContract(SessionStoreContract):
    """Sessions by the name they have in the store, for an operator who knows no id."""

    def test_nothing_to_browse(self, store: _Store) -> None:
        """An empty store lists nothing."""
        assert _entries(store) == {}

    def test_browse(self, store: _Store) -> None:
        """Every session is listed once, by the hash of its id, also if there are more than one page has."""
        sids = [new_session_id() for _ in range(520)]
        for sid in sids:
            committed(store, sid, {"a": 1})
        assert _entries(store).keys() == {stored_key(sid) for sid in sids}
        name = stored_key(sids[0])
        assert _entries(store, name[:3]).keys() == {
            stored_key(sid) for sid in sids if stored_key(sid).startswith(name[:3])
        }
        assert _entries(store, name).keys() == {name}

    def test_a_key_that_begins_like_a_note_of_ours(self, store: _Store, sid: str) -> None:
        """`set` and `get` keep it, also if it names a note. The record's own notes stay as they are."""
        given = {"__fluxlit__": {"expires": 5.0}, "__fluxlit_owner": "ada", "__fluxlit_given:x": 1, "a": 2}
        store.set(sid, given)
        assert store.get(sid) == given
        committed(store, sid, {"b": 3})
        store.commit(sid, Commit({"__fluxlit_owner": Change(b"hash")}))
        assert store.get(sid) == {**given, "b": 3}
        assert loaded(store, sid).fields["__fluxlit_owner"].data == b"hash"

    def test_entry(self, store: _Store, sid: str) -> None:
        """An entry has version, lifetimes and schema of the record, and the number and size of its values."""
        changes = {"a": Change(b"12"), "b": Change(b"345"), "c": Change(b"6")}
        store.commit(sid, Commit(changes, idle_seconds=60, max_age_seconds=600, schema=4, create=True))
        gone = Commit({"c": Change(None, base=1)}, idle_seconds=120, max_age_seconds=600, schema=4)
        store.commit(sid, gone)
        record, entry = loaded(store, sid), _entries(store)[stored_key(sid)]
        assert (entry.standing, entry.keys, entry.size) == ("alive", 2, 5)
        assert (entry.version, entry.created, entry.idle_expires, entry.expires, entry.schema) == (
            *(record.version, record.created, record.idle_expires, record.expires, record.schema),
        )
        assert entry.now == pytest.approx(record.now, abs=60)

    @pytest.mark.parametrize(
        ("standing", "schema", "after"),
        [(1, 2, 2), (2, 2, 2), (2, 1, None), (2, 0, None), (2, None, 2), (1, 0, 1), (None, None, 0)],
    )
    def test_no_commit_lowers_a_schema_number(
        self, store: _Store, standing: int | None, schema: int | None, after: int | None
    ) -> None:
        """Else the next release would run its migrations again, on values that it has migrated already."""
        sid = new_session_id()
        committed(store, sid, {"a": 1}, schema=standing)
        before = loaded(store, sid)
        outcome = committed(store, sid, {"a": 2}, base=1, schema=schema)
        found = loaded(store, sid)
        if after is None:
            assert (outcome.verdict, outcome.version) == ("newer", 0)
            assert replace(found, now=0) == replace(before, now=0)
        else:
            assert (outcome.verdict, found.schema, found.version) == ("committed", after, 2)

    def test_ended_entries(self, store: _Store, advance: Advance) -> None:
        """A listed session that has ended says how. The marker of a destroyed session is always listed."""
        _, expired, destroyed = map(stored_key, _not_there(store, advance, self.lifetime))
        entries = _entries(store)
        standing = {name: (entry.standing, entry.keys) for name, entry in entries.items()}
        assert standing.pop(expired, ("expired", 1)) == ("expired", 1)
        assert standing == {destroyed: ("destroyed", 0)}

    def test_peek(self, store: _Store, sid: str, advance: Advance) -> None:
        """`peek` returns a record by its name, as `load` does; None if it is absent or has ended."""
        committed(store, sid, {"a": 1})
        record, peeked = loaded(store, sid), store.peek(stored_key(sid))
        assert peeked is not None
        assert replace(peeked, now=0) == replace(record, now=0)
        for name in _not_there(store, advance, self.lifetime):
            assert store.peek(stored_key(name)) is None

    def test_destroy(self, store: _Store, sid: str) -> None:
        """A session destroyed by its name is destroyed for its visitor; the answer says if it was alive."""
        committed(store, sid, {"a": 1})
        committed(store, "other", {"a": 1})
        assert store.destroy(stored_key(sid))
        assert not store.destroy(stored_key(sid))
        assert not store.destroy(stored_key("absent"))
        assert (store.get(sid), store.get("other")) == (None, {"a": 1})
        assert committed(store, sid, {"a": 2}).verdict == "destroyed"
        assert committed(store, "absent", {"a": 2}).verdict == "destroyed"

    def test_place(self, store: _Store, sid: str) -> None:
        """A record from another store is placed unchanged, and goes on from its version."""
        record = _record(store)
        assert store.place(stored_key(sid), record)
        found = loaded(store, sid)
        assert (found.version, found.schema, found.fields) == (record.version, 5, record.fields)
        assert found.created == pytest.approx(record.created, abs=_TOLERANCE)
        assert found.idle_expires == pytest.approx(record.idle_expires, abs=_TOLERANCE)
        assert found.expires == pytest.approx(record.expires, abs=_TOLERANCE)
        outcome = committed(store, sid, {"a": 2}, base=record.version)
        assert (outcome.version, outcome.overwritten) == (record.version + 1, frozenset())

    def test_place_again(self, store: _Store, sid: str) -> None:
        """What is alive in the store is left alone, also if a later state of it is placed."""
        name, record = stored_key(sid), _record(store)
        assert store.place(name, record)
        assert not store.place(name, record)
        assert not store.place(name, replace(record, version=8, fields={"b": Field(8, b"2")}))
        found = loaded(store, sid)
        assert (found.version, found.fields) == (record.version, record.fields)

    def test_place_on_something_else(self, store: _Store, sid: str, advance: Advance) -> None:
        """No other session is overwritten, no destroyed one comes back; an expired one is replaced."""
        record = _record(store)
        committed(store, sid, {"a": 1})
        store.delete("destroyed")
        for taken in (sid, "destroyed"):
            assert not store.place(stored_key(taken), record)
        assert (store.get(sid), store.get("destroyed")) == ({"a": 1}, None)
        committed(store, "expired", {"old": 1}, idle_seconds=self.lifetime)
        advance(self.lifetime * 1.5)
        assert store.place(stored_key("expired"), record)
        found = loaded(store, "expired")
        assert found.fields == record.fields

    def test_place_what_has_ended(self, store: _Store, sid: str) -> None:
        """A record that has expired on its way is not placed."""
        record = _record(store, idle_seconds=-1)
        assert not store.place(stored_key(sid), record)
        assert store.load(sid) is None

    def test_an_id_is_no_name(self, store: _Store, sid: str) -> None:
        """An id, or half a name, is refused where a name is expected, and never quoted."""
        committed(store, sid, {"a": 1})
        record = _record(store)
        calls: tuple[Callable[[str], object], ...] = (
            store.peek,
            store.destroy,
            lambda name: store.place(name, record),
            lambda prefix: list(store.browse(prefix)),
        )
        for call in calls:
            with pytest.raises(ConfigurationError) as caught:
                call(sid)
            assert sid not in str(caught.value)
        for half in (stored_key(sid)[:32], "", "*", stored_key(sid).upper()):
            with pytest.raises(ConfigurationError):
                store.destroy(half)
        assert store.get(sid) == {"a": 1}
