"""Three-way synchronisation of one tab with its record: base, diff, commit.

`Base` is what the tab last knew of each key. At the end of a run the values are compared with the base.
Only changed values are committed, and the answer of the store becomes the new base. This module knows
records and the codec. It knows neither Streamlit nor any particular store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from fluxlit_component.codec import PlainEncoder, decode, encode, is_immutable, is_plain
from fluxlit_component.codec.origin import ABOVE, AFTER, ASSIGNED, PLAIN, WIDGET, mark, split
from fluxlit_component.errors import CorruptValue, UnknownClass, UnstorableValue
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.record import RESERVED, Change, Field, Outcome, Record

_log = logging.getLogger("fluxlit_component")

_ABSENT: Final = object()
_CAPS: Final = Caps()
_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
_LOOKED_AT_ONCE: Final = 16 * 1024
"""Up to this many bytes a changed value is checked for being plain at once. A larger value is checked after
a run without a change: a large value that grows in every run never needs the check."""


@dataclass(slots=True, repr=False)
class Encoded:
    """A value of the base that is held as its encoded bytes."""

    data: bytes
    value: object = _ABSENT  # the encoded object, if it is immutable: the same object needs no comparison
    plain: bool | None = None  # whether `data` is a plain tree, faster by `PlainEncoder`; None: not checked

    @classmethod
    def of(cls, value: object, data: bytes, *, looks: bool = True) -> object:
        """What the base holds of a value. Text, numbers and None are held as they are, to save memory."""
        if type(value) in _ATOMS:
            return value
        if is_immutable(value):
            return cls(data, value)
        return cls(data, plain=is_plain(value) if looks else None)


@dataclass(repr=False)
class Diff:
    """The changes of a run, ready to be committed, and the values that could not be kept."""

    changes: Mapping[str, Change]
    skipped: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, object] = field(default_factory=dict)  # changed key -> what the base holds then
    total: int = field(default=0, compare=False)  # bytes of all values after the commit


class Base:
    """What one tab last knew of its record. Never shared between visitors, never in session state."""

    __slots__ = ("early", "faults", "held", "origins", "total", "unsaved", "versions")

    def __init__(self) -> None:
        self.held: dict[str, object] = {}
        """The values: text, a number, a bool or None as it is, every other value as `Encoded`."""
        self.versions: dict[str, int] = {}  # of each key in the record, also of deleted and unreadable ones
        self.origins: dict[str, int] = {}  # key -> origin of its value (see `codec.origin`), if not `PLAIN`
        self.total: int | None = 0  # bytes of all values; None: unknown, the next diff counts them
        self.unsaved: dict[str, bytes | None] = {}
        """Encoded values, newer than those in `held`, that the store could not take so far; None: deleted."""
        self.faults: dict[str, str] = {}  # key -> why its loaded value could not be read
        self.early: dict[str, Field] = {}
        """Fields loaded before their class was registered: a page of the app may register it when it runs."""

    def adopt(self, record: Record, *, plain: Container[str] = (), exact: bool = False) -> dict[str, Any]:
        """Take over a loaded record and return its values. An unreadable value is left out with a warning.

        Models and dataclasses under a `plain` key come back as dicts of their fields, for a schema to
        migrate and validate. With `exact` this is done only for values that their class does not accept.
        """
        self.forget()
        values: dict[str, Any] = {}
        total = 0
        for key, stored in record.fields.items():
            if key.startswith(RESERVED):
                continue
            self.versions[key] = stored.version
            if stored.data is None:
                continue
            origin, data = split(stored.data)
            as_dict = key in plain
            try:
                value = values[key] = _decoded(data, exact=exact) if as_dict else decode(data)
            except CorruptValue as error:
                _log.warning("the stored value of %r cannot be read and is left out: %s", key, error)
                self.faults[key] = str(error)
                if isinstance(error, UnknownClass):
                    self.early[key] = stored
                continue
            if as_dict:
                self.held[key] = Encoded(data)
            else:  # `Encoded.of` does the first case, too; here most values take half the time
                self.held[key] = value if type(value) in _ATOMS else Encoded.of(value, data, looks=False)
            if origin != PLAIN:
                self.origins[key] = origin
            total += len(data)
        self.total = total
        return values

    def read_late(self) -> dict[str, Any]:
        """Values from `early` whose class has been registered in the meantime."""
        values: dict[str, Any] = {}
        for key, stored in [*self.early.items()]:
            with suppress(CorruptValue):  # its class is not registered yet
                values[key] = decode(stored.data or b"")
                del self.early[key], self.faults[key]
                self.concede(key, stored)
        return values

    def of_widgets(self) -> frozenset[str]:
        """Keys whose values are those of widgets."""
        origins = self.origins | {k: split(data)[0] for k, data in self.unsaved.items() if data}
        return frozenset(k for k, origin in origins.items() if origin & WIDGET)

    def after_block(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of `keys` whose values are those of widgets drawn after the session's block."""
        return frozenset(key for key in keys if self.origins.get(key, PLAIN) & AFTER)

    def is_assigned(self, key: str) -> bool:
        """Whether the app has assigned the value, to a widget or as a plain one."""
        origin = self.origins.get(key, PLAIN)
        return not origin & WIDGET or bool(origin & ASSIGNED)

    def data_of(self, key: str) -> bytes | None:
        """The encoded value of `key` in the record; None: the base knows no value."""
        held = self.held.get(key, _ABSENT)
        if held is _ABSENT:
            return None
        return held.data if type(held) is Encoded else encode(held)

    def is_still(self, key: str, value: object, plain: PlainEncoder) -> bool:
        """Whether `value` certainly equals the known value; False: only a full encoding can tell."""
        held = self.held.get(key, _ABSENT)
        if type(held) is Encoded:
            return held.value is value or (held.plain is True and plain.encode(value) == held.data)
        # 0.0 and -0.0 compare equal but are different values.
        kind = type(value)
        return held is value or (kind is type(held) and held == value and (kind is not float or value != 0))

    def renumber(self, record: Record | None) -> None:
        """Take over the versions of a copy of the record. Sealed fields are written anew for the copy."""
        for key, stored in (record.fields if record is not None else {}).items():
            data = self.data_of(key)
            if data is not None and mark(data, self.origins.get(key, PLAIN)) == stored.data:
                self.versions[key] = stored.version

    def values_of(self, keys: Iterable[str]) -> dict[str, Any]:
        """Fresh copies of the newest values, saved or not; none whose class has changed since."""
        values: dict[str, Any] = {}
        for key in keys:
            with suppress(CorruptValue):
                values[key] = decode(self.unsaved.get(key) or self.data_of(key) or b"")
        return values

    def names(self) -> frozenset[str]:
        """Keys that have a value, saved or not."""
        return frozenset(self.held).union(key for key, data in self.unsaved.items() if data is not None)

    def present(self) -> frozenset[str]:
        """`names`, without keys whose deletion is not saved yet."""
        return self.names() - {key for key, data in self.unsaved.items() if data is None}

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
        guarded: Callable[[str], object] = lambda _: None,
    ) -> Diff:
        """Compare `values` with the base.

        A key is unchanged if it holds the same immutable object or if its value encodes to the same bytes.
        So a mutable value is always encoded; a plain one is encoded by the faster `PlainEncoder`. `guarded`
        keys have a merger and are written only if nobody else has written them. If a value cannot be kept,
        its older version is removed from the record: an outdated value must not come back.
        """
        caps = caps or _CAPS
        held: dict[str, object] = {}
        changed, skipped = self._changed(values, caps)
        origins, known = (origins or {}), self.origins if origins is not None else {}
        same = values.keys() - skipped.keys() - changed.keys()
        for key in (known.keys() | origins.keys()) & same:
            # A widget's value has become plain or the app's, or a plain one a widget's.
            before, now = known.get(key, PLAIN), origins.get(key, PLAIN)
            if (before ^ now) & (WIDGET | ABOVE) or now & ASSIGNED > before & ASSIGNED:
                changed[key] = self.data_of(key) or b""
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
            reason = caps.exceeded_by(key, total=total + len(data), count=count + 1)
            if reason is not None:
                skipped[key] = reason
                changes |= self._removals([key])
                continue
            total += len(data)
            count += 1
            marked = mark(data, origins.get(key, PLAIN))
            is_guarded = key in same or bool(guarded(key))  # the same value must not undo another tab's
            changes[key] = Change(marked, base=self.versions.get(key, 0), guarded=is_guarded)
            held[key] = Encoded.of(values[key], data, looks=len(data) <= _LOOKED_AT_ONCE)
        return Diff(changes, skipped, held, total)

    def _size_of(self, keys: Iterable[str]) -> int:
        return sum(len(self.data_of(key) or b"") for key in keys)

    def _removals(self, keys: Iterable[str]) -> dict[str, Change]:
        """Changes that delete those of `keys` that are in the record."""
        removed = [*keys]
        for key in removed:
            self.unsaved.pop(key, None)
        return {k: Change(None, base=self.versions[k]) for k in removed if k in self.held or k in self.faults}

    def _changed(self, values: Mapping[str, Any], caps: Caps) -> tuple[dict[str, bytes], dict[str, str]]:
        """Two maps: changed key -> its new bytes; skipped key -> why its value cannot be kept."""
        changed: dict[str, bytes] = {}
        skipped: dict[str, str] = {}
        plain = PlainEncoder()
        for key, value in values.items():
            if self.held.get(key, _ABSENT) is not value and not self.is_still(key, value, plain):
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

    def concede(self, key: str, stored: Field | None, held: object = _ABSENT) -> None:
        """Take over the stored field as the base of a commit. `held`: what the base holds, if known."""
        self.total = None
        self.held.pop(key, None)
        self.origins.pop(key, None)
        self.versions[key] = stored.version if stored is not None else 0
        if stored is not None and stored.data is not None:
            origin, data = split(stored.data)
            self.held[key] = Encoded(data) if held is _ABSENT else held
            if origin != PLAIN:
                self.origins[key] = origin

    def settle(self, diff: Diff, outcome: Outcome) -> None:
        """Make the committed changes the new base. Refused changes leave the base as it was."""
        for key, change in diff.changes.items():
            if key in outcome.refused:
                continue
            for part in (self.unsaved, self.early, self.faults):
                part.pop(key, None)
            self.concede(key, Field(outcome.version, change.data), diff.held.get(key, _ABSENT))
        if diff.changes and not outcome.refused:
            self.total = diff.total

    def keep(self, diff: Diff) -> None:
        """Keep unsaved changes for the next diff, earlier ones too: their widgets may be hidden now."""
        self.unsaved.update({key: change.data for key, change in diff.changes.items()})

    def forget(self) -> None:
        """Reset the base, as if there were no record."""
        Base.__init__(self)


def _decoded(data: bytes, *, exact: bool) -> Any:
    if exact:
        with suppress(CorruptValue):  # the class has other fields now; the schema may migrate the old ones
            return decode(data)
    return decode(data, plain=True)
