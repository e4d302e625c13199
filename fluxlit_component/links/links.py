"""Links that bring a session to another device, or a copy of it: made, redeemed, listed, revoked.

A link holds a token, never the session id. The store keeps a record under a hash of the token, in which the
id is masked by a pad that only the token makes. Each session's record lists its links; others lead nowhere.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import fingerprint, new_session_id
from fluxlit_component.links.token import mask, name_of, place_of, unmask
from fluxlit_component.state.keys import matches, owner_of
from fluxlit_component.state.owner import ANYBODY, Visitor, owning
from fluxlit_component.state.record import RESERVED, Change, Commit, Lifetimes, Record
from fluxlit_component.stores.base import RecordStore

Mode: TypeAlias = Literal["resume", "copy"]

KEY: Final = "fluxlit_link"  # fragment key of a link
_ENTRY: Final = f"{RESERVED}_link:"
_NOTE: Final = "note"
_STATE: Final = "state:"
_TRIES: Final = 8
_REMEMBERED: Final = 86_400.0  # seconds for which a link is still listed after its end
_LISTED: Final = 50  # entries kept when a link is made, and all open ones: an app may make one in every run


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a session, as `session.links()` lists it. Moments are Unix seconds of the store's clock."""

    name: str
    """Eight characters that tell links apart. They cannot open anything."""
    mode: Mode
    once: bool
    created: float
    expires: float
    uses: int
    now: float = 0.0
    """The time of the store's clock when the list was made."""

    @property
    def age_seconds(self) -> float:
        """Seconds since the link was made."""
        return max(self.now - self.created, 0.0)

    @property
    def is_open(self) -> bool:
        """Whether the link can still be opened."""
        return self.now < self.expires and not (self.once and self.uses)


@dataclass(frozen=True, slots=True)
class Order:
    """What a new link should do: resume or copy, how often, how long, and with which keys."""

    mode: Mode
    once: bool
    ttl_seconds: float
    keys: tuple[str, ...] | None = None  # for a copy: glob patterns of the keys to copy; None: all keys

    def takes(self, key: str) -> bool:
        """Whether a key goes along with a copy."""
        return self.keys is None or matches(owner_of(key), self.keys)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Where a link led."""

    sid: str = field(repr=False)
    record: Record | None = field(repr=False)
    joined: bool  # whether the link led to the session itself, which is shared from now on, and not to a copy


def make(
    store: RecordStore, sid: str, order: Order, lives: Lifetimes, *, param: str, person: bytes | None = None
) -> str | None:
    """Make a link and return its token; None if the session has ended. A session without a record begins now.

    `person`: the owner of a session that begins now.
    """
    token, record = new_session_id(), store.load(sid)
    place, kind = place_of(token), {"mode": order.mode, "once": order.once}
    changes = {_NOTE: Change(encode({**kind, "param": param, "sid": mask(token, sid)}))}
    if order.mode == "copy" and record is not None:
        changes |= {
            _STATE + key: Change(stored.data)
            for key, stored in record.fields.items()
            if stored.data is not None and not key.startswith(RESERVED) and order.takes(key)
        }
    held = Commit(changes, None, order.ttl_seconds, record.schema if record else None, create=True)
    now = store.commit(place, held).now
    moments = {"made": now, "ends": now + order.ttl_seconds}
    entry = {**kind, "of": fingerprint(sid), "at": place, **moments, "uses": 0}
    listed = {_ENTRY + name_of(token): Change(encode(entry))}
    if record is None:
        listed |= owning(sid, person)
    else:
        listed |= dict.fromkeys(_outlived(record, sid, now), Change(None))
    done = store.commit(sid, lives.commit(listed, create=True))
    return token if done.verdict == "committed" else None


def redeem(
    store: RecordStore, token: str, lifetimes: Lifetimes, *, param: str, visitor: Visitor = ANYBODY
) -> Redeemed | Literal["elsewhere"] | None:
    """Follow a link. None if the link is used, expired, revoked or unknown.

    None also for another person's session. A copy of such a session may be opened, and belongs to the opener.
    "elsewhere": the link is for the session of another param on the same page, which will follow the link.
    If many open a link that works once, only one succeeds. After a `StoreUnavailable` it may be tried again.
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
        # First the copy, then the token: if the store fails in between, the link still works.
        found = _copied(store, held, lifetimes, visitor.person)
    if note["once"] and store.take(place_of(token)) is None:
        if not found.joined:
            store.delete(found.sid)
        return None
    with suppress(StoreUnavailable):  # the link is used by now, and would not open a second time
        _count(store, owner, token, lifetimes)
    return found


def links_of(store: RecordStore, sid: str) -> tuple[Link, ...]:
    """The links that the record of a session lists, the newest first."""
    record = store.load(sid)
    links = [] if record is None else _listed(record, sid)
    return tuple(sorted(links, key=lambda link: -link.created))


def revoke(store: RecordStore, sid: str, lifetimes: Lifetimes) -> int:
    """Make all links of a session useless and delete what is kept for them. Return how many were open."""
    record = store.load(sid)
    entries = _entries(record, sid)
    if record is None or not entries:
        return 0
    for entry in entries.values():
        store.delete(entry["at"])
    store.commit(sid, lifetimes.commit(dict.fromkeys(entries, Change(None))))
    return sum(link.is_open for link in _listed(record, sid))


def destroy(store: RecordStore, sid: str, lifetimes: Lifetimes) -> None:
    """End a session and its links for good."""
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
    """Count one use of a link. Two uses at once count as two."""
    key = _ENTRY + name_of(token)
    for _ in range(_TRIES):
        record = store.load(owner)
        entry = _entries(record, owner).get(key)
        if record is None or entry is None:
            return
        data = encode({**entry, "uses": entry["uses"] + 1})
        change = Change(data, base=record.fields[key].version, guarded=True)
        if not store.commit(owner, lifetimes.commit({key: change})).refused:
            return


def _outlived(record: Record, sid: str, now: float) -> set[str]:
    """Entries to drop: links that ended long or many links ago, and entries that came by copy or rotation."""
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
    """The links listed in a record, except entries that came with a copy of another session."""
    if record is None:
        return {}
    notes = {name: record.note(name) for name in record.fields if name.startswith(_ENTRY)}
    return {n: e for n, e in notes.items() if isinstance(e, dict) and e["of"] == fingerprint(sid)}
