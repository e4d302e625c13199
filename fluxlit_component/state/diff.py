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

from typing_extensions import Self

from fluxlit_component.codec import PlainEncoder, decode, encode, is_immutable, is_plain
from fluxlit_component.codec.origin import PLAIN, WIDGET, mark, split
from fluxlit_component.errors import CorruptValue, UnknownClass, UnstorableValue
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.record import RESERVED, Change, Field, Outcome, Record

_log = logging.getLogger("fluxlit_component.sync")

_NOTHING: Final = object()
_CAPS: Final = Caps()
_LOOKED_AT_ONCE: Final = 16 * 1024
"""Bytes up to which a changed value is looked at for being plain with the change. A larger one has to stay
the same for a run first: one that grows in every run never needs it."""


@dataclass(slots=True, repr=False)
class Known:
    """What the tab last knew of one key."""

    version: int
    data: bytes
    value: object = _NOTHING
    """The object that `data` was made of, if it cannot change: the same object needs no look."""
    plain: bool | None = None
    """Whether `data` is that of a plain tree, which has a shorter way to its bytes; None: not looked yet."""
    origin: int = PLAIN
    """Where the value came from."""

    @classmethod
    def of(cls, stored: Field, value: object = _NOTHING) -> Self:
        """What a record tells of one key that has a value."""
        origin, data = split(stored.data or b"")
        return cls(stored.version, data, value, origin=origin)

    def is_still(self, value: object, plain: PlainEncoder) -> bool:
        """Whether `value` is certainly what is known; False means that it takes a full encoding to tell."""
        if self.value is value or (type(value) is str and type(self.value) is str and self.value == value):
            return True
        return self.plain is True and plain.encode(value) == self.data

    def met_again(self, value: object) -> None:
        """Note that `value` encodes to what is known, to tell that sooner the next time."""
        if self.value is not _NOTHING:  # the same bytes: it can change as little as the one before
            self.value = value
        elif self.plain is None:
            self.plain = is_plain(value)


@dataclass(frozen=True, repr=False)
class Diff:
    """What a run changed, ready to be committed, and what could not be kept."""

    changes: Mapping[str, Change]
    skipped: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, object] = field(default_factory=dict)
    """Immutable objects behind changed keys, to be remembered once they are committed."""
    plain: Mapping[str, bool] = field(default_factory=dict)
    """Which of the others are plain trees, if they are small."""


class Base:
    """What one tab last knew of its record. Never shared between visitors, never in session state."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.versions: dict[str, int] = {}
        """Versions of keys that are not in `known`: tombstones seen in the record."""
        self.unsaved: dict[str, bytes] = {}
        """Newer values than `known` has, which the store could not take so far."""
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
        for key, stored in record.fields.items():
            if key.startswith(RESERVED):
                continue
            if stored.data is None:
                self.concede(key, stored)
                continue
            origin, data = split(stored.data)
            try:
                value = values[key] = _decoded(data, plain=key in plain, exact=exact)
            except CorruptValue as error:
                _log.warning("the stored value of %r cannot be read and is left out: %s", key, error)
                self.versions[key], self.faults[key] = stored.version, str(error)
                if isinstance(error, UnknownClass):
                    self.early[key] = stored
                continue
            same = value if type(value) is str or is_immutable(value) else _NOTHING
            self.known[key] = Known(stored.version, data, same, None, origin)
        return values

    def read_late(self) -> dict[str, Any]:
        """Values that were loaded too early, and whose class has been registered since."""
        values: dict[str, Any] = {}
        for key, stored in [*self.early.items()]:
            try:
                values[key] = decode(stored.data or b"")
            except UnknownClass:
                continue
            except CorruptValue:
                del self.early[key]
                continue
            del self.early[key], self.versions[key], self.faults[key]
            self.known[key] = Known.of(stored)
        return values

    def renumber(self, record: Record | None) -> None:
        """Take over the versions of a copy of the record, whose sealed fields were written anew."""
        for key, stored in (record.fields if record is not None else {}).items():
            known = self.known.get(key)
            if known is not None and mark(known.data, known.origin) == stored.data:
                known.version = stored.version

    def value_of(self, key: str) -> Any:
        """A fresh copy of the newest value of `key`, saved or not."""
        unsaved = self.unsaved.get(key)
        return decode(self.known[key].data if unsaved is None else unsaved)

    def names(self) -> frozenset[str]:
        """Keys that have a value, saved or not."""
        return frozenset(self.known) | frozenset(self.unsaved)

    def sizes(self) -> dict[str, int]:
        """Key -> bytes of its newest value, saved or not."""
        newest = {key: known.data for key, known in self.known.items()} | self.unsaved
        return {key: len(data) for key, data in newest.items()}

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
        fixed: dict[str, object] = {}
        plain: dict[str, bool] = {}
        changed, skipped = self._changed(values, caps)
        if origins is not None:
            for key in values.keys() & self.known.keys():
                # A value that its widget has left behind stays: the record must tell that, too.
                if self.known[key].origin & WIDGET and not origins.get(key, PLAIN) & WIDGET:
                    changed.setdefault(key, self.known[key].data)
        origins = origins or {}
        changes = self._removals([*deleted, *skipped])
        if not changed:
            return Diff(changes, skipped)
        total = sum(len(known.data) for key, known in self.known.items() if key not in changes)
        count = len(self.known.keys() - changes.keys())
        for key, data in changed.items():
            known = self.known.get(key)
            total -= len(known.data) if known is not None else 0
            count -= known is not None
            reason = caps.exceeded_by(total=total + len(data), count=count + 1)
            if reason is not None:
                skipped[key] = reason
                changes |= self._removals([key])
                continue
            total += len(data)
            count += 1
            changes[key] = Change(
                mark(data, origins.get(key, PLAIN)),
                base=known.version if known is not None else self.versions.get(key, 0),
                guarded=guarded(key),
            )
            if is_immutable(values[key]):
                fixed[key] = values[key]
            elif len(data) <= _LOOKED_AT_ONCE:
                plain[key] = is_plain(values[key])
        return Diff(changes, skipped, fixed, plain)

    def _removals(self, keys: Iterable[str]) -> dict[str, Change]:
        """Changes that take `keys` out of the record, as far as they are in it."""
        changes: dict[str, Change] = {}
        for key in keys:
            self.unsaved.pop(key, None)
            if key in self.known:
                changes[key] = Change(None, base=self.known[key].version)
            elif key in self.faults:
                changes[key] = Change(None, base=self.versions[key])
        return changes

    def _changed(self, values: Mapping[str, Any], caps: Caps) -> tuple[dict[str, bytes], dict[str, str]]:
        """Key -> bytes of what is not as it was known, and key -> why it cannot be kept."""
        changed: dict[str, bytes] = {}
        skipped: dict[str, str] = {}
        plain = PlainEncoder()
        for key, value in values.items():
            known = self.known.get(key)
            if known is None or not known.is_still(value, plain):
                try:
                    data = encode(value, max_bytes=caps.value_bytes)
                except UnstorableValue as error:
                    skipped[key] = str(error)
                    continue
                if known is None or known.data != data:
                    changed[key] = data
                    continue
                known.met_again(value)
            self.unsaved.pop(key, None)
        return changed, skipped

    def concede(self, key: str, stored: Field | None) -> None:
        """Take what another tab wrote as known, so that a merged value can be committed on top of it."""
        stored = stored or Field(0, None)
        if stored.data is None:
            self.known.pop(key, None)
            self.versions[key] = stored.version
        else:
            self.known[key] = Known.of(stored)
            self.versions.pop(key, None)

    def settle(self, diff: Diff, outcome: Outcome) -> None:
        """Make what was committed the new base. Refused changes stay what they were: not yet known."""
        for key, change in diff.changes.items():
            if key in outcome.refused:
                continue
            self.unsaved.pop(key, None)
            self.early.pop(key, None)
            self.faults.pop(key, None)
            self.concede(key, Field(outcome.version, change.data))
            if key in self.known:
                self.known[key].value = diff.fixed.get(key, _NOTHING)
                self.known[key].plain = diff.plain.get(key)

    def keep(self, diff: Diff) -> None:
        """Remember changes that the store could not take; the next diff finds them again.

        What an earlier diff left unsaved stays so: its key may be hidden just now.
        """
        self.unsaved.update({k: change.data for k, change in diff.changes.items() if change.data is not None})

    def forget(self) -> None:
        """Know nothing any more, as for a record that is gone."""
        for part in (self.unsaved, self.known, self.versions, self.early, self.faults):
            part.clear()


def _decoded(data: bytes, *, plain: bool, exact: bool) -> Any:
    if plain and exact:
        with suppress(CorruptValue):  # fields have changed, and the schema may make something of the old ones
            return decode(data)
    return decode(data, plain=plain)
