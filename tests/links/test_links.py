"""Links to a session: made, redeemed by one, listed, revoked; never more than they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import is_well_formed, new_session_id
from fluxlit_component.links.links import Order, links_of, make, redeem, revoke
from fluxlit_component.links.token import lead_on, place_of, target_of
from fluxlit_component.state.diff import Base
from fluxlit_component.state.record import Change, Commit, Lifetimes, Record
from fluxlit_component.stores.adapter import AdapterStore
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.stores.memory import InMemorySessionStore
from fluxlit_component.stores.sealed import SealedStore, Sealing
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from fluxlit_component.testing.contract import race
from tests.three_methods import DictStore
from tests.turnable import TurnableClock

PARAM = "fluxlit_sid"
LIVES = Lifetimes(500_000, None)
RESUME = Order("resume", once=True, ttl_seconds=600)
COPY = Order("copy", once=True, ttl_seconds=600)


@pytest.fixture
def clock() -> TurnableClock:
    """The stores' clock."""
    return TurnableClock()


@pytest.fixture(params=["memory", "sqlite", "sealed", "three methods"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: TurnableClock) -> Iterator[VersionedStore]:
    """What links work on: two of ours, and one with three methods."""
    if request.param == "memory":
        yield InMemorySessionStore(clock=clock)
    elif request.param == "sealed":
        yield cast("VersionedStore", SealedStore(InMemorySessionStore(clock=clock), Sealing(on=True)))
    elif request.param == "sqlite":
        opened = SQLiteSessionStore(tmp_path / "sessions.db", clock=clock)
        yield opened
        opened.close()
    else:
        yield AdapterStore(DictStore(), clock=clock)


@pytest.fixture
def sid(store: VersionedStore) -> str:
    """A session with some state."""
    sid = new_session_id()
    store.commit(sid, Commit({key: Change(encode(key.upper())) for key in ("a", "b")}, create=True))
    return sid


def made(store: VersionedStore, sid: str, order: Order) -> str:
    """A token, which there must be."""
    token = make(store, sid, order, LIVES, param=PARAM)
    assert token is not None
    return token


def follow(store: VersionedStore, token: str, *, param: str = PARAM) -> Any:
    """Open a link."""
    return redeem(store, token, LIVES, param=param)


def state(store: VersionedStore, sid: str) -> dict[str, Any]:
    """What a session holds."""
    record = store.load(sid)
    return Base().adopt(record) if record is not None else {}


def test_a_token_is_shaped_like_an_id_and_is_none(store: VersionedStore, sid: str) -> None:
    """Nothing can be loaded by it."""
    token = made(store, sid, RESUME)
    assert is_well_formed(token)
    assert token != sid
    assert store.load(token) is None


def test_resume_leads_to_the_session_once(store: VersionedStore, sid: str) -> None:
    """The session itself, shared; the second who comes finds nothing."""
    token = made(store, sid, RESUME)
    found = follow(store, token)
    assert (found.sid, found.joined) == (sid, True)
    assert follow(store, token) is None
    assert [(link.mode, link.uses, link.is_open) for link in links_of(store, sid)] == [("resume", 1, False)]


def test_copy_leads_to_a_session_with_the_state_of_that_moment(store: VersionedStore, sid: str) -> None:
    """Its own id, its own lifetimes, and what changes here changes only here."""
    token = made(store, sid, COPY)
    store.commit(sid, Commit({"a": Change(encode("later"))}))
    found = follow(store, token)
    assert found.sid != sid
    assert not found.joined
    assert state(store, found.sid) == {"a": "A", "b": "B"}
    assert state(store, sid)["a"] == "later"
    assert follow(store, token) is None


def test_a_copy_brings_only_the_keys_that_were_named(store: VersionedStore, sid: str) -> None:
    """By glob pattern, as for `include`."""
    found = follow(store, made(store, sid, Order("copy", once=True, ttl_seconds=9, keys=("b*",))))
    assert state(store, found.sid) == {"b": "B"}


def test_a_copy_brings_all_parts_of_a_key(store: VersionedStore) -> None:
    """Many uploads are several values, and the pattern names their key."""
    sid, parts = new_session_id(), dict.fromkeys(("b", "b:upload:1", "b:upload:2"), "file")
    store.commit(sid, Commit({key: Change(encode("file")) for key in (*parts, "bb")}, create=True))
    found = follow(store, made(store, sid, Order("copy", once=True, ttl_seconds=9, keys=("b",))))
    assert state(store, found.sid) == parts


def test_a_copy_of_nothing_is_a_fresh_session(store: VersionedStore, sid: str) -> None:
    """No key allowed: there is no record yet, but the link was good."""
    found = follow(store, made(store, sid, Order("copy", once=True, ttl_seconds=9, keys=())))
    assert found.record is None
    assert is_well_formed(found.sid)


def test_a_link_for_many_counts_its_uses(store: VersionedStore, sid: str) -> None:
    """Each copy is a session of its own."""
    token = made(store, sid, Order("copy", once=False, ttl_seconds=600))
    assert len({follow(store, token).sid for _ in range(3)}) == 3
    assert [(link.uses, link.is_open) for link in links_of(store, sid)] == [(3, True)]


def test_a_link_ends_with_its_time(store: VersionedStore, sid: str, clock: TurnableClock) -> None:
    """It is still listed, as over."""
    token = made(store, sid, Order("resume", once=False, ttl_seconds=60))
    clock.advance(59)
    assert follow(store, token) is not None
    clock.advance(2)
    assert follow(store, token) is None
    made(store, sid, RESUME)
    assert [link.is_open for link in links_of(store, sid)] == [True, False]
    assert [link.age_seconds for link in links_of(store, sid)] == [0, 61]


def test_an_outlived_link_is_forgotten(store: VersionedStore, sid: str, clock: TurnableClock) -> None:
    """A day after its end, with the next one that is made."""
    made(store, sid, Order("resume", once=False, ttl_seconds=200_000))
    made(store, sid, Order("resume", once=False, ttl_seconds=60))
    clock.advance(100_000)
    made(store, sid, RESUME)
    assert len(links_of(store, sid)) == 2


def test_a_link_in_every_run_does_not_fill_the_record(
    store: VersionedStore, sid: str, clock: TurnableClock
) -> None:
    """Fifty are listed at most when one more is made; one that is open is never dropped."""
    made(store, sid, Order("resume", once=False, ttl_seconds=10_000))
    for _ in range(60):
        made(store, sid, Order("resume", once=False, ttl_seconds=1))
        clock.advance(2)
    made(store, sid, RESUME)
    listed = links_of(store, sid)
    assert [link.is_open for link in listed] == [True, *[False] * 49, True]


@pytest.mark.parametrize("order", [RESUME, COPY], ids=["resume", "copy"])
def test_revoked_links_lead_nowhere(store: VersionedStore, sid: str, order: Order) -> None:
    """All of the session's, and the session stays; new ones can be made."""
    tokens = [made(store, sid, order) for _ in range(3)]
    follow(store, tokens[0])
    assert revoke(store, sid, LIVES) == 2
    assert [follow(store, token) for token in tokens] == [None] * 3
    assert links_of(store, sid) == ()
    assert state(store, sid) == {"a": "A", "b": "B"}
    assert follow(store, made(store, sid, order)) is not None


def test_a_resume_link_ends_with_its_session(store: VersionedStore, sid: str) -> None:
    """Destroyed is final."""
    token = made(store, sid, RESUME)
    store.delete(sid)
    assert follow(store, token) is None


@pytest.mark.parametrize("token", ["L" * 43, "", "x", "../..", "\x00" * 43])
def test_an_unknown_token_leads_nowhere(store: VersionedStore, sid: str, token: str) -> None:
    """Whatever it looks like."""
    assert follow(store, token) is None


def test_a_link_is_for_the_session_of_one_param(store: VersionedStore, sid: str) -> None:
    """Two sessions in one app do not take each other's, and do not call it a dead link either."""
    token = made(store, sid, RESUME)
    assert follow(store, token, param="other") == "elsewhere"
    assert follow(store, token) is not None


def test_a_session_without_state_can_be_joined(store: VersionedStore) -> None:
    """Its record begins with the link."""
    fresh = new_session_id()
    assert follow(store, made(store, fresh, RESUME)).sid == fresh
    assert state(store, fresh) == {}


def test_no_session_no_link(store: VersionedStore, sid: str) -> None:
    """A link to what was destroyed is not made; a store of three methods cannot tell."""
    if isinstance(store, AdapterStore):
        pytest.skip("three methods leave no marker: what was destroyed may begin anew")
    store.delete(sid)
    assert make(store, sid, RESUME, LIVES, param=PARAM) is None


@pytest.mark.parametrize("order", [RESUME, COPY], ids=["resume", "copy"])
def test_nothing_is_kept_for_a_link_that_was_revoked(store: VersionedStore, sid: str, order: Order) -> None:
    """Neither the note nor the state that a copy would have brought."""
    token = made(store, sid, order)
    assert store.load(place_of(token)) is not None
    revoke(store, sid, LIVES)
    assert store.load(place_of(token)) is None


def test_entries_of_another_session_are_dropped(store: VersionedStore, sid: str) -> None:
    """A copy of a record brings a list of links that are not its own; they go when it gets its first."""
    made(store, sid, RESUME)
    copy = new_session_id()
    assert store.copy(sid, copy)
    assert links_of(store, copy) == ()
    made(store, copy, RESUME)
    record = store.load(copy)
    assert record is not None
    assert [key for key, f in record.fields.items() if key.startswith("__") and f.data is not None] == [
        f"__fluxlit_link:{link.name}" for link in links_of(store, copy)
    ]


def test_one_of_many_wins(store: VersionedStore, sid: str) -> None:
    """Fifty at once: one gets there, the others leave nothing behind."""
    for order in (RESUME, COPY):
        token = made(store, sid, order)
        found = race(50, lambda _, token=token: follow(store, token))  # type: ignore[misc]
        assert sum(it is not None for it in found) == 1


@pytest.mark.parametrize("order", [RESUME, COPY], ids=lambda order: order.mode)
def test_a_link_is_followed_although_its_use_cannot_be_counted(
    store: VersionedStore, sid: str, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is taken by then, so the link would not open a second time."""
    token, take = made(store, sid, order), store.take

    def fails(*_: object) -> NoReturn:
        raise StoreUnavailable("the store has stopped")

    def taken(place: str) -> Record | None:
        record = take(place)
        monkeypatch.setattr(store, "commit", fails)
        monkeypatch.setattr(store, "load", fails)
        return record

    monkeypatch.setattr(store, "take", taken)
    found = follow(store, token)
    monkeypatch.undo()
    assert state(store, found.sid) == {"a": "A", "b": "B"}


def test_neither_token_nor_id_is_at_rest(sid: str, store: VersionedStore, tmp_path: Path) -> None:
    """What leads to a session is masked; who reads the backend learns neither of them."""
    token = made(store, sid, Order("copy", once=False, ttl_seconds=600))
    follow(store, token)
    if isinstance(store, AdapterStore):
        rows = {k: v for k, v in store._inner.sessions.items() if k != sid}  # type: ignore[attr-defined]
        at_rest = repr(rows).encode()
        found = follow(store, token)
        at_rest = at_rest.replace(found.sid.encode(), b"")
    elif isinstance(store, SQLiteSessionStore):
        at_rest = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    else:
        pytest.skip("nothing of it is at rest")
    assert token.encode() not in at_rest
    assert sid.encode() not in at_rest


def test_an_id_can_lead_on(store: VersionedStore, sid: str) -> None:
    """A browser that comes back with the id it had before the link goes where the link led."""
    before = new_session_id()
    lead_on(store, before, sid, LIVES)
    record = store.load(before)
    assert record is not None
    assert target_of(before, record) == sid
    plain = store.load(sid)
    assert plain is not None
    assert target_of(sid, plain) is None


def test_nothing_shows_where_a_link_leads(store: VersionedStore, sid: str) -> None:
    """Neither what was redeemed nor what is listed, in `repr`."""
    token = made(store, sid, Order("resume", once=False, ttl_seconds=600))
    shown = repr((follow(store, token), links_of(store, sid)))
    assert sid not in shown
    assert token not in shown
