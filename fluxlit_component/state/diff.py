"""Three-way synchronisation of one tab with its record: base, diff, commit.

`Base` is what the tab last knew of each key. At the end of a run the values are compared with it,
only what changed is committed, and what the store answers becomes the new base. Knows records and
the codec, not Streamlit and not any particular store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from fluxlit_component.codec import PlainEncoder, decode, encode, is_immutable, is_plain
from fluxlit_component.codec.origin import PLAIN, WIDGET, mark, split
from fluxlit_component.errors import CorruptValue, UnknownClass, UnstorableValue
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.record import RESERVED, Change, Field, Outcome, Record

_log = logging.getLogger("fluxlit_component.sync")

_NOTHING: Final = object()
_CAPS: Final = Caps()
_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
_LOOKED_AT_ONCE: Final = 16 * 1024
"""Bytes up to which a changed value is looked at for being plain with the change. A larger one has to stay
the same for a run first: one that grows in every run never needs it."""


@dataclass(slots=True, repr=False)
class Encoded:
    """A value that is known by its bytes."""

    data: bytes
    value: object = _NOTHING
    """The object that `data` was made of, if it cannot change: the same object needs no look."""
    plain: bool | None = None
    """Whether `data` is that of a plain tree, which has a shorter way to its bytes; None: not looked yet."""

    @classmethod
    def of(cls, value: object, data: bytes, *, looks: bool = True) -> object:
        """What is held of a value: itself, if it is text or a number, so that its bytes need no room."""
        if type(value) in _ATOMS:
            return value
        if is_immutable(value):
            return cls(data, value)
        return cls(data, plain=is_plain(value) if looks else None)


@dataclass(frozen=True, repr=False)
class Diff:
    """What a run changed, ready to be committed, and what could not be kept."""

    changes: Mapping[str, Change]
    skipped: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, object] = field(default_factory=dict)
    """What the base holds of each changed key once it is committed."""
    total: int = field(default=0, compare=False)
    """Bytes of all values once it is committed."""


class Base:
    """What one tab last knew of its record. Never shared between visitors, never in session state."""

    __slots__ = ("early", "faults", "held", "origins", "total", "unsaved", "versions")

    def __init__(self) -> None:
        self.held: dict[str, object] = {}
        """The values: each is the very text or number, or `Encoded`."""
        self.versions: dict[str, int] = {}
        """Version of each key in the record, deleted ones and unreadable ones included."""
        self.origins: dict[str, int] = {}
        """Where the values came from that are no plain ones."""
        self.total: int | None = 0
        """Bytes of all values; None: to be counted when it is asked for."""
        self.unsaved: dict[str, bytes] = {}
        """Newer values than `held` has, which the store could not take so far."""
        self.faults: dict[str, str] = {}
        """Key -> why its loaded value could not be read."""
        self.early: dict[str, Field] = {}
        """What was loaded before its class was registered: a page of the app may do that when it runs."""

    def adopt(self, record: Record, *, plain: Container[str] = (), exact: bool = False) -> dict[str, Any]:
        """Take over a loaded record and return its values; a broken one is left out with a warning.

        Models and dataclasses under a `plain` key come back as dicts of their fields, for a schema to
        migrate and validate; with `exact` only those whose class would not take them any more.
        """
        self.forget()
        values: dict[str, Any] = {}
        total = 0
        for key, stored in record.fields.items():
            if key.startswith(RESERVED):
                continue
            if stored.data is None:
                self.versions[key] = stored.version
                continue
            origin, data = split(stored.data)
            as_dict = key in plain
            try:
                value = values[key] = _decoded(data, exact=exact) if as_dict else decode(data)
            except CorruptValue as error:
                _log.warning("the stored value of %r cannot be read and is left out: %s", key, error)
                self.versions[key], self.faults[key] = stored.version, str(error)
                if isinstance(error, UnknownClass):
                    self.early[key] = stored
                continue
            self.versions[key] = stored.version
            if as_dict:
                self.held[key] = Encoded(data)
            else:  # the first as `Encoded.of` says, for most values and at half the time
                self.held[key] = value if type(value) in _ATOMS else Encoded.of(value, data, looks=False)
            if origin != PLAIN:
                self.origins[key] = origin
            total += len(data)
        self.total = total
        return values

    def read_late(self) -> dict[str, Any]:
        """Values that were loaded too early, and whose class has been registered since."""
        values: dict[str, Any] = {}
        for key, stored in [*self.early.items()]:
            try:
                values[key] = decode(stored.data or b"")
            except CorruptValue:
                continue
            del self.early[key], self.faults[key]
            self.concede(key, stored)
        return values

    def data_of(self, key: str) -> bytes | None:
        """The encoded value of `key` in the record; None: it has none, as far as is known."""
        held = self.held.get(key, _NOTHING)
        if held is _NOTHING:
            return None
        return held.data if type(held) is Encoded else encode(held)

    def is_still(self, key: str, value: object, plain: PlainEncoder) -> bool:
        """Whether `value` is certainly what is known; False means that it takes a full encoding to tell."""
        held = self.held.get(key, _NOTHING)
        if type(held) is Encoded:
            return held.value is value or (held.plain is True and plain.encode(value) == held.data)
        # 0.0 and -0.0 are equal, and not the same.
        kind = type(value)
        return held is value or (kind is type(held) and held == value and (kind is not float or value != 0))

    def renumber(self, record: Record | None) -> None:
        """Take over the versions of a copy of the record, whose sealed fields were written anew."""
        for key, stored in (record.fields if record is not None else {}).items():
            data = self.data_of(key)
            if data is not None and mark(data, self.origins.get(key, PLAIN)) == stored.data:
                self.versions[key] = stored.version

    def value_of(self, key: str) -> Any:
        """A fresh copy of the newest value of `key`, saved or not."""
        return decode(self.unsaved.get(key) or self.data_of(key) or b"")

    def names(self) -> frozenset[str]:
        """Keys that have a value, saved or not."""
        return frozenset(self.held) | frozenset(self.unsaved)

    def sizes(self) -> dict[str, int]:
        """Key -> bytes of its newest value, saved or not."""
        return {key: len(self.unsaved.get(key) or self.data_of(key) or b"") for key in self.names()}

    def diff(
        self,
        values: Mapping[str, Any],
        *,
        deleted: Iterable[str] = (),
        origins: Mapping[str, int] | None = None,
        caps: Caps | None = None,
        guarded: Callable[[str], bool] = lambda _: False,
    ) -> Diff:
        """Compare `values` with what is known.

        A key is unchanged if it holds the very same object and that object cannot change, or if it
        encodes to the same bytes. That is the whole rule: a mutable value is always encoded, a plain one
        by the short way. Keys that are `guarded` are to be written only if nobody else wrote them: they
        have a merger. What cannot be kept takes its older version along: newest or nothing.
        """
        caps = caps or _CAPS
        held: dict[str, object] = {}
        changed, skipped = self._changed(values, caps)
        for key in self.origins.keys() & values.keys() if origins is not None else ():
            # A value that its widget has left behind stays: the record must tell that, too.
            if self.origins[key] & WIDGET and not (origins or {}).get(key, PLAIN) & WIDGET:
                changed.setdefault(key, self.data_of(key) or b"")
        origins = origins or {}
        changes = self._removals([*deleted, *skipped])
        if not changed and not changes:
            return Diff(changes, skipped)
        if self.total is None:
            self.total = self._size_of(self.held)
        total = self.total - self._size_of(changes)
        count = len(self.held.keys() - changes.keys())
        for key, data in changed.items():
            total -= self._size_of([key])
            count -= key in self.held
            reason = caps.exceeded_by(total=total + len(data), count=count + 1)
            if reason is not None:
                skipped[key] = reason
                changes |= self._removals([key])
                continue
            total += len(data)
            count += 1
            changes[key] = Change(
                mark(data, origins.get(key, PLAIN)),
                base=self.versions.get(key, 0),
                guarded=guarded(key),
            )
            held[key] = Encoded.of(values[key], data, looks=len(data) <= _LOOKED_AT_ONCE)
        return Diff(changes, skipped, held, total)

    def _size_of(self, keys: Iterable[str]) -> int:
        return sum(len(self.data_of(key) or b"") for key in keys)

    def _removals(self, keys: Iterable[str]) -> dict[str, Change]:
        """Changes that take `keys` out of the record, as far as they are in it."""
        removed = [*keys]
        for key in removed:
            self.unsaved.pop(key, None)
        return {
            key: Change(None, base=self.versions[key])
            for key in removed
            if key in self.held or key in self.faults
        }

    def _changed(self, values: Mapping[str, Any], caps: Caps) -> tuple[dict[str, bytes], dict[str, str]]:
        """Key -> its new bytes; key -> why it cannot be kept."""
        changed: dict[str, bytes] = {}
        skipped: dict[str, str] = {}
        plain = PlainEncoder()
        for key, value in values.items():
            if not self.is_still(key, value, plain):
                try:
                    data = encode(value, max_bytes=caps.value_bytes)
                except UnstorableValue as error:
                    skipped[key] = str(error)
                    continue
                if self.data_of(key) != data:
                    changed[key] = data
                    continue
                held = self.held[key]
                if type(held) is not Encoded or held.plain is None:
                    self.held[key] = Encoded.of(value, data)
            self.unsaved.pop(key, None)
        return changed, skipped

    def concede(self, key: str, stored: Field | None, held: object = _NOTHING) -> None:
        """Take what stands in the record as known, so that a change can be committed on top of it.

        `held`: what to hold of the value, if that is known already.
        """
        self.total = None
        self.held.pop(key, None)
        self.origins.pop(key, None)
        self.versions[key] = stored.version if stored is not None else 0
        if stored is not None and stored.data is not None:
            origin, data = split(stored.data)
            self.held[key] = Encoded(data) if held is _NOTHING else held
            if origin != PLAIN:
                self.origins[key] = origin

    def settle(self, diff: Diff, outcome: Outcome) -> None:
        """Make what was committed the new base. Refused changes stay what they were: not yet known."""
        for key, change in diff.changes.items():
            if key in outcome.refused:
                continue
            for part in (self.unsaved, self.early, self.faults):
                part.pop(key, None)
            self.concede(key, Field(outcome.version, change.data), diff.held.get(key, _NOTHING))
        if diff.changes and not outcome.refused:
            self.total = diff.total

    def keep(self, diff: Diff) -> None:
        """Remember changes that the store could not take; the next diff finds them again.

        What an earlier diff left unsaved stays so: its key may be hidden just now.
        """
        self.unsaved.update({k: change.data for k, change in diff.changes.items() if change.data is not None})

    def forget(self) -> None:
        """Know nothing any more, as for a record that is gone."""
        Base.__init__(self)


def _decoded(data: bytes, *, exact: bool) -> Any:
    if exact:
        with suppress(CorruptValue):  # fields have changed, and the schema may make something of the old ones
            return decode(data)
    return decode(data, plain=True)
