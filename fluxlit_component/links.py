"""Links that bring a session to another device, or a copy of it: made, redeemed, listed, revoked.

A link holds a token, never the session id. The token is not at rest either: the store keeps what it leads to
under a hash of it, and the id in there is masked by a pad that only the token makes. Each session has an
index of its links; what is no longer in it, or whose session is gone, leads nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue
from fluxlit_component.identifier import new_session_id
from fluxlit_component.record import Change, Commit, Record
from fluxlit_component.stores.base import RecordStore

Mode: TypeAlias = Literal["resume", "copy"]

KEY: Final = "fluxlit_link"
"""Fragment key of a link."""
STANDING: Final = "__fluxlit"
"""Key of a record that holds nothing else yet, so that a link can lead to it. Never in session state."""
_MOVED: Final = "__fluxlit_moved"
_NOTE: Final = "note"
_STATE: Final = "state:"
_RAW_BYTES: Final = 32
_TRIES: Final = 8
_REMEMBERED: Final = 86_400.0
"""Seconds that a link is still listed after its end."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a session, as `session.links()` lists it. Moments are Unix seconds of the store's clock."""

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


def make(store: RecordStore, sid: str, order: Order, *, param: str) -> str | None:
    """Make a link and return its token; None if there is no such session.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    record = store.load(sid)
    if record is None:
        return None
    token = new_session_id()
    note = {"mode": order.mode, "once": order.once, "param": param, "sid": _masked(token, _raw(sid))}
    changes = {_NOTE: Change(encode(note))}
    if order.mode == "copy":
        changes |= {_STATE + key: Change(data) for key, data in _state(record, order.keys)}
    held = Commit(changes, max_age_seconds=order.ttl_seconds, schema=record.schema, create=True)
    now = store.commit(_place(token), held).now or record.now
    entry = {"mode": order.mode, "once": order.once, "made": now, "ends": now + order.ttl_seconds, "uses": 0}
    index = store.load(_index(sid))
    old = {name: Change(None) for name in _outlived(index, now)}
    # The index lives as long as its longest link.
    idle = max(order.ttl_seconds, _left(index))
    store.commit(_index(sid), Commit({_name(token): Change(encode(entry)), **old}, idle, create=True))
    return token


def redeem(
    store: RecordStore,
    token: str,
    *,
    param: str,
    idle_seconds: float | None,
    max_age_seconds: float | None,
    copied: Callable[[], str] = new_session_id,
) -> Redeemed | None:
    """Follow a link; None if it leads nowhere: used, expired, revoked, unknown, of another param.

    Of many who open a link that works once, one gets there (`VersionedStore.take`).

    Raises:
        StoreUnavailable: the store did not answer; the link may be tried again.
    """
    held = store.load(_place(token))
    note = _note(held)
    if held is None or note is None or note.get("param") != param:
        return None
    owner = _sid(_masked(token, note["sid"]))
    if _entry(store, owner, token) is None:
        return None
    found: Redeemed | None
    if note["mode"] == "resume":
        record = store.load(owner)
        found = Redeemed(owner, record, joined=True) if record is not None else None
    else:
        # First the copy, then the token: a store that fails in between costs nobody the link.
        changes = {
            key.removeprefix(_STATE): Change(stored.data)
            for key, stored in held.fields.items()
            if key.startswith(_STATE) and stored.data is not None
        }
        fresh = copied()
        commit = Commit(
            changes,
            idle_seconds=idle_seconds,
            max_age_seconds=max_age_seconds,
            schema=held.schema,
            create=True,
        )
        if changes:
            store.commit(fresh, commit)
        found = Redeemed(fresh, store.load(fresh), joined=False)
    if found is None or (note["once"] and store.take(_place(token)) is None):
        if found is not None and not found.joined:
            store.delete(found.sid)
        return None
    _count(store, owner, token)
    return found


def links_of(store: RecordStore, sid: str) -> tuple[Link, ...]:
    """The links of a session, the newest first, as long as they are remembered."""
    record = store.load(_index(sid))
    if record is None:
        return ()
    found = []
    for name, stored in record.fields.items():
        entry = _decoded(stored.data)
        if entry is not None:
            made, ends = entry["made"], entry["ends"]
            found.append(Link(name, entry["mode"], entry["once"], made, ends, entry["uses"], now=record.now))
    return tuple(sorted(found, key=lambda link: -link.created))


def revoke(store: RecordStore, sid: str) -> int:
    """No link of this session leads anywhere any more; return how many did."""
    standing = sum(link.is_open for link in links_of(store, sid))
    index = store.load(_index(sid))
    if index is not None:
        store.commit(_index(sid), Commit({name: Change(None) for name in index.fields}, _left(index)))
    return standing


def forget(store: RecordStore, sid: str) -> None:
    """Drop the index of a session that ends: its links end with it."""
    store.delete(_index(sid))


def stand(store: RecordStore, sid: str, commit: Commit) -> None:
    """Begin the record of a session that has no state yet. `commit` has its lifetimes."""
    store.commit(sid, replace(commit, changes={STANDING: Change(encode(True))}, create=True))  # noqa: FBT003


def lead_on(store: RecordStore, sid: str, target: str, commit: Commit) -> None:
    """Have an id that a browser took while its link was followed lead to `target`, as the page does.

    Otherwise a reload in that moment, or a browser whose server was restarted, would come with the id and a
    link that is used up. `commit` has the lifetimes.
    """
    moved = Change(encode(_masked(sid, _raw(target))))
    store.commit(sid, replace(commit, changes={_MOVED: moved}, create=True))


def target_of(sid: str, record: Record) -> str | None:
    """Where `lead_on` has an id lead; None for a session like any other."""
    stored = record.fields.get(_MOVED)
    try:
        raw = decode(stored.data) if stored is not None and stored.data is not None else None
    except CorruptValue:
        return None
    return _sid(_masked(sid, raw)) if isinstance(raw, bytes) and len(raw) == _RAW_BYTES else None


def _count(store: RecordStore, owner: str, token: str) -> None:
    """Note one use; two at once are two."""
    for _ in range(_TRIES):
        found = _entry(store, owner, token)
        if found is None:
            return
        index, entry = found
        base = index.fields[_name(token)].version
        change = Change(encode({**entry, "uses": entry["uses"] + 1}), base=base, guarded=True)
        if not store.commit(_index(owner), Commit({_name(token): change}, _left(index))).refused:
            return


def _left(index: Record | None) -> float:
    """Seconds that an index still has."""
    return index.idle_expires - index.now if index is not None and index.idle_expires is not None else 0.0


def _outlived(index: Record | None, now: float) -> list[str]:
    """Entries whose links ended more than a day ago."""
    fields = index.fields.items() if index is not None else ()
    return [
        name
        for name, stored in fields
        if (entry := _decoded(stored.data)) is not None and entry["ends"] + _REMEMBERED < now
    ]


def _entry(store: RecordStore, owner: str, token: str) -> tuple[Record, dict[str, Any]] | None:
    """The index of the session and the link's entry in it, unless that is over or was revoked."""
    index = store.load(_index(owner))
    stored = index.fields.get(_name(token)) if index is not None else None
    entry = _decoded(stored.data) if stored is not None else None
    return None if index is None or entry is None or index.now >= entry["ends"] else (index, entry)


def _note(record: Record | None) -> dict[str, Any] | None:
    stored = record.fields.get(_NOTE) if record is not None else None
    return _decoded(stored.data) if stored is not None else None


def _decoded(data: bytes | None) -> dict[str, Any] | None:
    try:
        value = decode(data) if data is not None else None
    except CorruptValue:
        return None
    return value if isinstance(value, dict) else None


def _state(record: Record, keys: tuple[str, ...] | None) -> list[tuple[str, bytes]]:
    return [
        (key, stored.data)
        for key, stored in record.fields.items()
        if stored.data is not None
        and key != STANDING
        and (keys is None or any(fnmatchcase(key, pattern) for pattern in keys))
    ]


# Hashed here too, and not only by the store: a store of the app's own is handed ids as they are.


def _place(token: str) -> str:
    return "link:" + hashlib.sha256(b"fluxlit_component/link/v1\x00" + token.encode()).hexdigest()


def _index(sid: str) -> str:
    return "links:" + hashlib.sha256(b"fluxlit_component/links/v1\x00" + sid.encode()).hexdigest()


def _name(token: str) -> str:
    return hashlib.sha256(b"fluxlit_component/link-name/v1\x00" + token.encode()).hexdigest()[:8]


def _masked(token: str, data: bytes) -> bytes:
    """XOR with a pad that is made of the token and used for nothing else; doing it twice undoes it."""
    pad = hmac.digest(token.encode(), b"fluxlit_component/link/pad/v1", "sha256")
    return bytes(a ^ b for a, b in zip(data, pad, strict=True))


def _raw(sid: str) -> bytes:
    return base64.urlsafe_b64decode(sid + "=")


def _sid(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
