"""Links that bring a session to another device, or a copy of it: made, redeemed, listed, revoked.

A link holds a token, never the session id. The token is not at rest either: the store keeps what it leads to
under a hash of it, and the id in there is masked by a pad that only the token makes. Each session's record
lists its links; what is no longer in the list, or whose session is gone, leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.codec import encode
from fluxlit_component.identifier import fingerprint, new_session_id
from fluxlit_component.links.token import mask, name_of, place_of, unmask
from fluxlit_component.state.keys import matches
from fluxlit_component.state.owner import ANYBODY, Visitor, owning
from fluxlit_component.state.record import RESERVED, Change, Commit, Lifetimes, Record
from fluxlit_component.stores.base import RecordStore

Mode: TypeAlias = Literal["resume", "copy"]

KEY: Final = "fluxlit_link"
"""Fragment key of a link."""
_ENTRY: Final = f"{RESERVED}_link:"
_NOTE: Final = "note"
_STATE: Final = "state:"
_TRIES: Final = 8
_REMEMBERED: Final = 86_400.0
"""Seconds that a link is still listed after its end."""
_LISTED: Final = 50
"""Entries that are kept when one more is made, but for open ones: an app may make one in every run."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a session, as `session.links()` lists it. Moments are Unix seconds of the store's clock.

    Examples:
        ```python
        import streamlit as st
        from fluxlit_component import Link, url_session


        def show(link: Link) -> None:
            st.write(link.name, link.mode, f"{link.age_seconds:.0f} s", link.uses, link.is_open)


        with url_session() as session:
            if st.button("Make a link"):
                st.code(session.link(), language=None)
            for link in session.links():
                show(link)
        ```
    """

    name: str
    """Eight characters to tell links apart; nothing can be opened with it."""
    mode: Mode
    once: bool
    created: float
    expires: float
    uses: int
    now: float = 0.0
    """What the store's clock said when the list was made."""

    @property
    def age_seconds(self) -> float:
        """Seconds since the link was made."""
        return max(self.now - self.created, 0.0)

    @property
    def is_open(self) -> bool:
        """Whether it still leads somewhere."""
        return self.now < self.expires and not (self.once and self.uses)


@dataclass(frozen=True, slots=True)
class Order:
    """What a link is to be: who may open it, how often, and what it brings."""

    mode: Mode
    once: bool
    ttl_seconds: float
    keys: tuple[str, ...] | None = None
    """For a copy: glob patterns of the keys that go along; None: all."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Where a link led."""

    sid: str = field(repr=False)
    record: Record | None = field(repr=False)
    joined: bool
    """Whether it is the session itself, shared from now on, and not a copy."""


def make(
    store: RecordStore,
    sid: str,
    order: Order,
    lifetimes: Lifetimes,
    *,
    param: str,
    person: bytes | None = None,
) -> str | None:
    """Make a link and return its token; None if the session has ended. One without state yet begins here.

    `person`: whose session it is then.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    token, record = new_session_id(), store.load(sid)
    schema = record.schema if record is not None else 0
    place, kind = place_of(token), {"mode": order.mode, "once": order.once}
    changes = {_NOTE: Change(encode({**kind, "param": param, "sid": mask(token, sid)}))}
    if order.mode == "copy" and record is not None:
        changes |= {_STATE + key: Change(data) for key, data in _state(record, order.keys)}
    held = Commit(changes, max_age_seconds=order.ttl_seconds, schema=schema, create=True)
    now = store.commit(place, held).now
    entry = {
        **kind,
        "of": fingerprint(sid),
        "at": place,
        "made": now,
        "ends": now + order.ttl_seconds,
        "uses": 0,
    }
    listed = {_ENTRY + name_of(token): Change(encode(entry))}
    if record is None:
        listed |= owning(sid, person)
    else:
        listed |= dict.fromkeys(_outlived(record, sid, now), Change(None))
    done = store.commit(sid, lifetimes.commit(listed, schema=schema, create=True))
    return token if done.verdict == "committed" else None


def redeem(
    store: RecordStore, token: str, lifetimes: Lifetimes, *, param: str, visitor: Visitor = ANYBODY
) -> Redeemed | Literal["elsewhere"] | None:
    """Follow a link; None if it leads nowhere: used, expired, revoked, unknown.

    Another person's session is nowhere, too; a copy of it is a gift, and belongs to who opens it.

    "elsewhere": it is for another param's session of the same page, which will follow it.

    Of many who open a link that works once, one gets there (`VersionedStore.take`).

    Raises:
        StoreUnavailable: the store did not answer; the link may be tried again.
    """
    held = store.load(place_of(token))
    note = held.note(_NOTE) if held is not None else None
    if held is None or not isinstance(note, dict):
        return None
    if note.get("param") != param:
        return "elsewhere"
    owner = unmask(token, note["sid"])
    record = store.load(owner)
    entry = _entries(record, owner).get(_ENTRY + name_of(token))
    if record is None or entry is None or record.now >= entry["ends"]:
        return None
    if note["mode"] == "resume":
        if not visitor.may_open(record, owner):
            return None
        found = Redeemed(owner, record, joined=True)
    else:
        # First the copy, then the token: a store that fails in between costs nobody the link.
        found = _copied(store, held, lifetimes, visitor.person)
    if note["once"] and store.take(place_of(token)) is None:
        if not found.joined:
            store.delete(found.sid)
        return None
    _count(store, owner, token, lifetimes)
    return found


def links_of(store: RecordStore, sid: str) -> tuple[Link, ...]:
    """The links of a session, the newest first, as long as they are remembered."""
    record = store.load(sid)
    links = [] if record is None else _listed(record, sid)
    return tuple(sorted(links, key=lambda link: -link.created))


def revoke(store: RecordStore, sid: str, lifetimes: Lifetimes) -> int:
    """No link of this session leads anywhere any more, nor is anything kept for it; return how many did."""
    record = store.load(sid)
    entries = _entries(record, sid)
    if record is None or not entries:
        return 0
    for entry in entries.values():
        store.delete(entry["at"])
    store.commit(sid, lifetimes.commit(dict.fromkeys(entries, Change(None)), schema=record.schema))
    return sum(link.is_open for link in _listed(record, sid))


def destroy(store: RecordStore, sid: str, lifetimes: Lifetimes) -> None:
    """End a session for good, and its links with it."""
    revoke(store, sid, lifetimes)
    store.delete(sid)


def _copied(store: RecordStore, held: Record, lifetimes: Lifetimes, person: bytes | None) -> Redeemed:
    changes = {
        key.removeprefix(_STATE): Change(stored.data)
        for key, stored in held.fields.items()
        if key.startswith(_STATE) and stored.data is not None
    }
    fresh = new_session_id()
    if changes:
        changes |= owning(fresh, person)
        store.commit(fresh, lifetimes.commit(changes, schema=held.schema, create=True))
    return Redeemed(fresh, store.load(fresh), joined=False)


def _count(store: RecordStore, owner: str, token: str, lifetimes: Lifetimes) -> None:
    """Note one use; two at once are two."""
    key = _ENTRY + name_of(token)
    for _ in range(_TRIES):
        record = store.load(owner)
        entry = _entries(record, owner).get(key)
        if record is None or entry is None:
            return
        data = encode({**entry, "uses": entry["uses"] + 1})
        change = Change(data, base=record.fields[key].version, guarded=True)
        if not store.commit(owner, lifetimes.commit({key: change}, schema=record.schema)).refused:
            return


def _outlived(record: Record, sid: str, now: float) -> set[str]:
    """Entries of links that ended long or many links ago, and those that a copy or rotation brought along."""
    ends = {name: entry["ends"] for name, entry in _entries(record, sid).items()}
    newest = sorted(ends, key=ends.__getitem__, reverse=True)[:_LISTED]
    mine = {name for name, end in ends.items() if end >= (now - _REMEMBERED if name in newest else now)}
    standing = {name for name, stored in record.fields.items() if stored.data is not None}
    return {name for name in standing - mine if name.startswith(_ENTRY)}


def _listed(record: Record, sid: str) -> list[Link]:
    return [
        Link(name.removeprefix(_ENTRY), e["mode"], e["once"], e["made"], e["ends"], e["uses"], record.now)
        for name, e in _entries(record, sid).items()
    ]


def _entries(record: Record | None, sid: str) -> dict[str, dict[str, Any]]:
    """The links listed in a record, but for those that a copy of it brought along."""
    if record is None:
        return {}
    notes = {name: record.note(name) for name in record.fields if name.startswith(_ENTRY)}
    return {n: e for n, e in notes.items() if isinstance(e, dict) and e["of"] == fingerprint(sid)}


def _state(record: Record, keys: tuple[str, ...] | None) -> list[tuple[str, bytes]]:
    return [
        (key, stored.data)
        for key, stored in record.fields.items()
        if stored.data is not None and not key.startswith(RESERVED) and (keys is None or matches(key, keys))
    ]
