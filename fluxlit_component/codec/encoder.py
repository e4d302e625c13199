"""From a value to bytes: msgpack packs its own types, the rows of the registry pack all others.

`strict_types` sends every value that is not exactly of a msgpack type to `_extend`. So an instance of a
subclass is never written as its base. Four types are not sent there; `_WRITTEN_AS_OTHERS` names them.
If a value holds one object twice, the decoded value holds two equal objects: identity is not kept.

`is_immutable` and `PlainEncoder` are faster ways to find out whether a value has changed. Their answers are
conservative: a wrong False costs one encoding, a wrong True would lose a change.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from msgpack import ExtType, Packer, Timestamp

from fluxlit_component.codec import bounds
from fluxlit_component.codec.bounds import FORMAT, OutOfBounds, survey
from fluxlit_component.codec.refusals import refusal, type_name
from fluxlit_component.errors import UnstorableValue

_PREFIX: Final = bytes([FORMAT])
_SIMPLE: Final = frozenset({type(None), bool, int, float, str})
_CONTAINERS: Final = frozenset({list, dict})
_PLAIN: Final = _SIMPLE | _CONTAINERS
_SHORT: Final = 16 * 1024
_WRITTEN_AS_OTHERS: Final = {bytearray, memoryview, ExtType, Timestamp}
"""Types that msgpack writes without a call of `_extend`, as if they were another type."""


def encode(value: object, *, max_bytes: int | None = None) -> bytes:
    """Turn a value into bytes that `decode` turns back into exactly that value.

    `UnstorableValue`: the value cannot be kept exactly, or takes more than `max_bytes`.
    """
    limit = bounds.MAX_BYTES if max_bytes is None else min(max_bytes, bounds.MAX_BYTES)
    try:
        try:
            body = _body(value, limit)
        except _Moving:
            body = _body(value, limit, copies=True)
    except UnstorableValue:
        raise
    except OutOfBounds as error:
        remedy = f"{error}; store it in smaller pieces"
    except RecursionError:
        remedy = "it is nested too deeply; flatten it"
    except Exception as error:  # noqa: BLE001 - a foreign value may raise anything, and a run must go on
        remedy = (
            f"reading it failed with {type_name(type(error))}; it may have been changed meanwhile by "
            "another thread, otherwise store plain data"
        )
    else:
        if len(body) >= limit:
            raise _too_large(value, len(body) + 1, limit)
        return _PREFIX + body
    # The cause is left out, because its message could quote the value.
    raise UnstorableValue(type_name(type(value)), remedy)


def _body(value: object, limit: int, *, copies: bool = False) -> bytes:
    try:
        return Encoding(limit, copies=copies).pack(value)
    except UnicodeEncodeError:
        # Lone surrogates are rare and the lenient mode is slower, so it is only used for a second try.
        return Encoding(limit, copies=copies, unicode_errors="surrogatepass").pack(value)


class _Moving(Exception):
    """Another thread seems to change the value: it has types that `survey` did not find."""


class Encoding:
    """The state of one encoding: its level and depth in the value, and a packer for each level.

    While `_extend` runs, another thread may change a list whose length msgpack has written already. So where
    it may be called, copies of the lists and dicts are packed, or with `copies` everywhere.
    """

    def __init__(self, limit: int, *, copies: bool = False, unicode_errors: str | None = None) -> None:
        self._limit = limit
        self._copies = copies
        self._is_copy = False
        self._unicode_errors = unicode_errors
        self._packers: list[Packer] = []
        self._level = self._depth = self._items = 0

    def pack(self, value: object) -> bytes:
        """Encode a part of the value."""
        level, depth, was_copy = self._level, self._depth, self._is_copy
        limits = {"depth": bounds.MAX_DEPTH - depth, "items": bounds.MAX_ITEMS - self._items}
        found = survey(value, **limits)
        self._is_copy = self._copies or not found.kinds <= _PLAIN
        if self._is_copy and found.height:
            value = _copied(value)
            found = survey(value, **limits)
        if level == len(self._packers):
            packer = Packer(default=self._extend, strict_types=True, unicode_errors=self._unicode_errors)
            self._packers.append(packer)
        self._level = level + 1
        self._depth = depth + max(found.height, min(level, 1))
        if self._depth > bounds.MAX_DEPTH:
            raise OutOfBounds(bounds.TOO_DEEP)
        self._items += found.items or 1
        if self._items > bounds.MAX_ITEMS:
            raise OutOfBounds(bounds.TOO_MANY)
        if not found.kinds.isdisjoint(_WRITTEN_AS_OTHERS):
            value = _with_own_types(value)
        try:
            packed: bytes = self._packers[level].pack(value)
        finally:
            self._level, self._depth, self._is_copy = level, depth, was_copy
        if len(packed) * level > bounds.MAX_COPIED:
            raise OutOfBounds("it is too large to stand so deep inside other values")
        return packed

    def reserve(self, size: int, value: object) -> None:
        """Refuse `value` before its `size` bytes are copied, if they exceed the limit."""
        if size >= self._limit:
            raise _too_large(value, size, self._limit)

    def _extend(self, value: object) -> ExtType:
        from fluxlit_component.codec import registry

        if not self._is_copy:
            raise _Moving
        row = registry.row_of_kind(type(value))
        if row is None:
            raise refusal(value)
        return ExtType(row.code, row.pack(value, self))


def _copied(value: Any) -> Any:
    """A copy of a tree of lists and dicts. Each is copied in one step, so its items are of one moment."""
    value, is_dict = value.copy(), type(value) is dict
    if not _CONTAINERS.isdisjoint(map(type, value.values() if is_dict else value)):
        for place, item in value.items() if is_dict else enumerate(value):
            if type(item) in _CONTAINERS:
                value[place] = _copied(item)
    return value


def _with_own_types(value: Any) -> Any:
    kind = type(value)
    if kind is list:
        return [_with_own_types(item) for item in value]
    if kind is dict:
        return {_with_own_types(key): _with_own_types(item) for key, item in value.items()}
    if kind is bytearray:
        from fluxlit_component.codec.rows import Code

        return ExtType(Code.BYTEARRAY, bytes(value))
    if kind in _WRITTEN_AS_OTHERS:
        raise refusal(value)
    return value


def _too_large(value: object, size: int, limit: int) -> UnstorableValue:
    return UnstorableValue(
        type_name(type(value)),
        f"its {size} bytes are over the {limit} that one value may have; "
        "keep less, or raise caps=Caps(value_bytes=...)",
    )


def is_immutable(value: object, *, depth: int = 20) -> bool:
    """Whether `value` cannot change. Looks into nested tuples and frozensets up to `depth` levels."""
    kind = type(value)
    if kind in _PLAIN or kind is bytes:
        return kind is not list and kind is not dict
    if kind is tuple or kind is frozenset:
        items: tuple[object, ...] | frozenset[object] = value  # type: ignore[assignment]
        if _SIMPLE.issuperset(map(type, items)):
            return True
        return depth > 0 and all(is_immutable(item, depth=depth - 1) for item in items)
    from fluxlit_component.codec import registry

    row = registry.row_of_kind(kind)
    if row is not None and row.code in registry.MOMENTS:
        return is_immutable(value.tzinfo)  # type: ignore[attr-defined]
    # An Enum member is kept by its name, which cannot change.
    return isinstance(value, Enum) or (row is not None and row.code in registry.FROZEN)


class PlainEncoder:
    """Encodes plain trees (lists and dicts of text, numbers, True, False and None), for one thread.

    One packer is reused, because a new one is expensive for a short list. The parts are not checked for types
    that msgpack writes as another type: the bytes only serve to compare with those of an earlier plain tree.
    """

    def __init__(self) -> None:
        self._packer = Packer(strict_types=True, autoreset=False)

    def encode(self, value: object) -> bytes | None:
        """The bytes that `codec.encode` gives for a plain list or dict; None for other types or parts.

        Compare them only with the bytes of a value that `is_plain`. msgpack writes a bytearray in the same
        way as bytes, so the bytes of other values can be wrong.
        """
        return self._packed(value) if type(value) is list or type(value) is dict else None

    def encode_atom(self, value: object) -> bytes | None:
        """The bytes of a number, a short text, a bool or None, as most widgets hold; else None."""
        kind = type(value)
        if kind not in _SIMPLE or (kind is str and len(value) > _SHORT):  # type: ignore[arg-type]
            return None
        return self._packed(value)

    def _packed(self, value: object) -> bytes | None:
        packer = self._packer
        packer.reset()
        try:
            packer.pack(FORMAT)
            packer.pack(value)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return None
        return bytes(packer.bytes())


def is_plain(value: object) -> bool:
    """Whether a value that can be encoded is a plain tree."""
    return survey(value).kinds <= _PLAIN
