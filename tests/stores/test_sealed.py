"""Sealing at rest: the backend sees no values, nothing can be moved, no mistake of an operator loses any."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import ConfigurationError, CorruptValue, StoreUnavailable
from fluxlit_component.identifier import new_session_id
from fluxlit_component.settings import Settings
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Change, Commit, Field
from fluxlit_component.stores import assembly
from fluxlit_component.stores import sealed as sealed_module
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.cipher import Cipher
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sealed import SealedStore, Sealing, sealing_of
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.servers.local_redis import LocalRedis
from tests.three_methods import DictStore

ON = Sealing(on=True)
OLD, NEW = "1:" + "a" * 32, "2:" + "b" * 32
WORDS = "nobody else may read this"


@pytest.fixture(params=["memory", "SQLite", "three methods", "Redis"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VersionedStore]:
    """One of the stores under the seal."""
    if request.param == "Redis":
        from fluxlit_component.stores.redis import RedisSessionStore

        server: LocalRedis = request.getfixturevalue("redis_server")
        store: VersionedStore = RedisSessionStore.from_url(server.url)
    elif request.param == "SQLite":
        store = SQLiteSessionStore(tmp_path / "sessions.db")
    else:
        store = InMemorySessionStore() if request.param == "memory" else AdapterStore(DictStore())
    yield store
    store.close()


def write(store: SealedStore, sid: str, **values: Any) -> None:
    """One commit of plain values."""
    changes = {key: Change(encode(value)) for key, value in values.items()}
    assert store.commit(sid, Commit(changes, create=True)).verdict == "committed"


def read(store: SealedStore, sid: str) -> dict[str, Any]:
    """What a tab would get, values that do not open left out."""
    record = store.load(sid)
    assert record is not None
    return Base().adopt(record)


def raw(backend: VersionedStore, sid: str) -> Mapping[str, Field]:
    """What the backend holds."""
    record = backend.load(sid)
    assert record is not None
    return record.fields


def sealed(keys: str | None, *, on: bool = True) -> Sealing:
    """The sealing of these settings."""
    return sealing_of(on=on, keys=keys)


def test_the_backend_holds_no_value_and_the_tab_gets_all(backend: VersionedStore) -> None:
    """Same values, same change detection; every commit seals with a fresh nonce."""
    sid, store = new_session_id(), SealedStore(backend, ON)
    write(store, sid, text=WORDS, rows=[WORDS, 1])
    assert read(store, sid) == {"text": WORDS, "rows": [WORDS, 1]}
    before = raw(backend, sid)
    assert all(WORDS.encode() not in (stored.data or b"") for stored in before.values())
    with pytest.raises(CorruptValue):
        decode(before["text"].data or b"")
    write(store, sid, text=WORDS)
    assert raw(backend, sid)["text"].data != before["text"].data
    assert raw(backend, sid)["rows"].data == before["rows"].data


def test_no_byte_of_a_value_reaches_the_file(tmp_path: Path) -> None:
    """The database, its WAL and its index, while it is open and after it was closed."""
    backend = SQLiteSessionStore(tmp_path / "sessions.db")
    sid, store = new_session_id(), SealedStore(backend, ON)
    write(store, sid, text=WORDS)
    for _ in range(2):
        for file in tmp_path.iterdir():
            assert WORDS.encode() not in file.read_bytes()
            assert sid.encode() not in file.read_bytes()
        backend.close()


def test_a_value_opens_only_where_it_was_sealed(backend: VersionedStore) -> None:
    """Fields swapped within a session, or brought over from another, are given up by name; the rest comes."""
    mine, theirs, store = new_session_id(), new_session_id(), SealedStore(backend, ON)
    write(store, mine, a="a", b="b", c="c")
    write(store, theirs, c="theirs")
    mixed = {"a": raw(backend, mine)["b"], "b": raw(backend, mine)["a"], "c": raw(backend, theirs)["c"]}
    changes = {key: Change(stored.data) for key, stored in mixed.items()}
    backend.commit(mine, Commit(changes))
    assert read(store, mine) == {}
    write(store, mine, d="d")
    assert read(store, mine) == {"d": "d"}


@given(data=st.binary(max_size=40), place=st.integers(0, 80), flip=st.integers(1, 255))
def test_every_changed_byte_is_noticed(data: bytes, place: int, flip: int) -> None:
    """Head, nonce, text and tag are all authenticated."""
    cipher = Cipher("S" * 43, {})
    whole = bytearray(cipher.seal("key", data))
    assert cipher.open("key", bytes(whole)) == data
    whole[place % len(whole)] ^= flip
    if whole[0] == 2:
        with pytest.raises((CorruptValue, StoreUnavailable)):
            cipher.open("key", bytes(whole))
    with pytest.raises(CorruptValue):
        cipher.open("key", bytes(whole[:10]))


def test_another_sid_does_not_open_it() -> None:
    """The key comes from the id."""
    whole = Cipher("S" * 43, {}).seal("key", b"data")
    with pytest.raises(CorruptValue):
        Cipher("T" * 43, {}).open("key", whole)


def test_the_newest_master_key_seals_and_all_of_them_open(backend: VersionedStore) -> None:
    """A rotation of keys: what is written anew is sealed anew, what is not still opens."""
    sid = new_session_id()
    write(SealedStore(backend, sealed(None)), sid, a="none")
    write(SealedStore(backend, sealed(OLD)), sid, b="old")
    both = SealedStore(backend, sealed(f"{OLD},{NEW}"))
    write(both, sid, c="new")
    assert read(both, sid) == {"a": "none", "b": "old", "c": "new"}
    numbers = {
        key: int.from_bytes((stored.data or b"")[1:5], "big") for key, stored in raw(backend, sid).items()
    }
    assert numbers == {"a": 0, "b": 1, "c": 2}
    write(both, sid, a="again", b="again")
    assert read(SealedStore(backend, sealed(NEW)), sid) == {"a": "again", "b": "again", "c": "new"}


def test_a_missing_master_key_is_an_outage_and_not_a_loss(backend: VersionedStore) -> None:
    """A replica without the key must not take the state for broken and write over it."""
    sid = new_session_id()
    write(SealedStore(backend, sealed(OLD)), sid, a="old")
    for keys in (None, NEW):
        with pytest.raises(StoreUnavailable, match="master key 1"):
            SealedStore(backend, sealed(keys)).load(sid)
    assert read(SealedStore(backend, sealed(OLD)), sid) == {"a": "old"}


def test_another_secret_under_the_same_number_is_an_outage_and_not_a_loss(
    backend: VersionedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The values are whole and the key is wrong. The log says what to do once, and quotes no secret."""
    sid, wrong = new_session_id(), "1:" + "c" * 32
    write(SealedStore(backend, sealed(OLD)), sid, a="old", b=[1])
    before = raw(backend, sid)
    guarded = Commit({"a": Change(encode("mine"), guarded=True)})
    sealed_module._warn_once.cache_clear()
    for keys in (wrong, f"{NEW},{wrong}"):
        store, fresh = SealedStore(backend, sealed(keys)), new_session_id()
        for method, *arguments in (("load", sid), ("copy", sid, fresh), ("commit", sid, guarded)):
            with pytest.raises(StoreUnavailable, match=r"no value opens with master key 1: .*2:new,1:old"):
                getattr(store, str(method))(*arguments)
        assert backend.load(fresh) is None
    assert raw(backend, sid) == before
    assert caplog.text.count("no value opens") == 1
    assert "c" * 32 not in caplog.text
    assert read(SealedStore(backend, sealed(OLD)), sid) == {"a": "old", "b": [1]}


def test_one_broken_value_costs_nothing_else(backend: VersionedStore) -> None:
    """Where others open with the key the key is right, also for a note that a commit asks for."""
    sid, store = new_session_id(), SealedStore(backend, sealed(OLD))
    write(store, sid, a="a", b="b")
    backend.commit(sid, Commit({"b": Change(raw(backend, sid)["a"].data)}))
    record = store.load(sid)
    assert record is not None
    base = Base()
    assert base.adopt(record) == {"a": "a"}
    assert base.faults == {"b": "its seal is broken: it was changed, or moved from another place"}
    there = store.commit(sid, Commit({"b": Change(None, base=-1, guarded=True)})).refused["b"]
    assert there is not None
    with pytest.raises(CorruptValue, match="its seal is broken"):
        decode(there.data or b"")
    fresh = new_session_id()
    assert store.copy(sid, fresh)
    assert read(store, fresh) == {"a": "a"}


def test_sealing_can_be_switched_on_and_off(backend: VersionedStore) -> None:
    """Plain values are read as they are; sealed ones still open when it is off, and then become plain."""
    sid, off, on = new_session_id(), SealedStore(backend, Sealing()), SealedStore(backend, ON)
    write(off, sid, a=1, b=[2])
    assert read(on, sid) == {"a": 1, "b": [2]}
    write(on, sid, a=3)
    assert read(off, sid) == {"a": 3, "b": [2]}
    write(off, sid, a=4)
    assert decode(raw(backend, sid)["a"].data or b"") == 4


def test_a_copy_is_sealed_for_its_own_id(backend: VersionedStore) -> None:
    """As `rotate()` needs it: the copy opens under its id, the source stays as it was."""
    source, target, store = new_session_id(), new_session_id(), SealedStore(backend, ON, idle_seconds=60)
    write(store, source, a="a", b=[1])
    before = raw(backend, source)
    assert store.copy(source, target)
    assert read(store, target) == read(store, source) == {"a": "a", "b": [1]}
    assert raw(backend, source) == before
    backend.delete(source)
    assert read(store, target) == {"a": "a", "b": [1]}
    assert not store.copy(new_session_id(), new_session_id())


def test_a_copy_that_cannot_be_sealed_has_not_happened(backend: VersionedStore) -> None:
    """The store fails between the two steps: no half of a session stands under the new id."""

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(backend, name)

        def commit(self, session_id: str, commit: Commit) -> Any:
            raise StoreUnavailable("no")

    source, target = new_session_id(), new_session_id()
    write(SealedStore(backend, ON), source, a="a")
    with pytest.raises(StoreUnavailable):
        SealedStore(Failing(), ON).copy(source, target)
    assert backend.load(target) is None
    assert read(SealedStore(backend, ON), source) == {"a": "a"}


def test_what_stands_in_the_way_of_a_guarded_change_is_opened() -> None:
    """A merger gets plain values of both sides."""
    backend = InMemorySessionStore()
    sid, store = new_session_id(), SealedStore(backend, ON)
    write(store, sid, chat=["theirs"])
    change = Change(encode(["mine"]), base=0, guarded=True)
    there = store.commit(sid, Commit({"chat": change})).refused["chat"]
    assert there is not None
    assert decode(there.data or b"") == ["theirs"]
    change = replace(change, base=there.version)
    assert not store.commit(sid, Commit({"chat": change})).refused
    assert read(store, sid) == {"chat": ["mine"]}


@pytest.mark.parametrize(
    "keys",
    ["secret" * 6, "x:" + "a" * 32, "0:" + "a" * 32, "1:tiny", f"{OLD},1:" + "c" * 32, "-1:" + "a" * 32],
)
def test_unusable_master_keys_are_refused_without_quoting_them(keys: str) -> None:
    """The message says what it takes."""
    with pytest.raises(ConfigurationError, match="FLUXLIT_SEAL_KEYS") as caught:
        sealed(keys)
    for secret in ("secretsecret", "a" * 32, "tiny", "c" * 32):
        assert secret not in str(caught.value)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, not when the first value is written; without sealing nobody misses it."""
    monkeypatch.delitem(sys.modules, "fluxlit_component.stores.cipher", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(ConfigurationError, match=r"pip install fluxlit-component\[crypto\]"):
        sealing_of(on=True, keys=None)
    sealing_of(on=False, keys=None)


def test_no_secret_in_a_repr() -> None:
    """Neither of the sealing nor of the store."""
    for shown in (repr(sealed(OLD)), repr(SealedStore(InMemorySessionStore(), sealed(OLD)))):
        assert "a" * 32 not in shown


def test_a_seal_that_protects_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A store of three methods has the id, which is the key: once a process, unless there are master keys."""

    class Plain:
        def get(self, session_id: str) -> None: ...
        def set(self, session_id: str, data: object, *, ttl_seconds: float | None = None) -> None: ...
        def delete(self, session_id: str) -> None: ...

    assembly._told.clear()
    with_keys = Settings(seal_keys="1:0123456789abcdef")
    assembly.store_of_run(Plain(), with_keys, None, seal=True)
    assert "FLUXLIT_SEAL_KEYS" not in caplog.text
    for _ in range(2):
        assembly.store_of_run(Plain(), Settings(), None, seal=True)
    assert caplog.text.count("FLUXLIT_SEAL_KEYS") == 1
