"""One row of the codec's table: a type, its code, and the two functions between value and bytes.

The functions get the encoder or decoder at work, so that a container can hand its items back to
it; `Encoding` and `Decoding` are all they may know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from fluxlit_component.codec.codes import Code


class Encoding(Protocol):
    """An encoding in progress."""

    def pack(self, value: object) -> bytes:
        """Encode a part of the value."""

    def reserve(self, size: int, value: object) -> None:
        """Refuse `value` before `size` bytes of it are copied, when that is over the cap."""


class Decoding(Protocol):
    """A decoding in progress."""

    @property
    def plain(self) -> bool:
        """Whether models and dataclasses are wanted as dicts of their fields."""

    def unpack(self, data: bytes) -> Any:
        """Decode a part of the value."""


class Row(NamedTuple):
    """How exactly one type is kept. Subclasses of the type are not meant."""

    kind: type
    code: Code
    pack: Callable[[Any, Encoding], bytes]
    unpack: Callable[[bytes, Decoding], object]


def row_of_bytes(
    kind: type, code: Code, pack: Callable[[Any], bytes], unpack: Callable[[bytes], object]
) -> Row:
    """The row of a type without parts."""
    return Row(kind, code, lambda value, _: pack(value), lambda payload, _: unpack(payload))


def row_of_parts(kind: type, code: Code, take: Callable[[Any], object], give: Callable[[Any], object]) -> Row:
    """The row of a type that is taken apart into something the codec keeps, and made from it again."""
    return Row(
        kind,
        code,
        lambda value, encoding: encoding.pack(take(value)),
        lambda payload, decoding: give(decoding.unpack(payload)),
    )


class Engine:
    """The rows of one optional engine; `row_of_kind` also finds subclasses of `families`."""

    def __init__(self, *rows: Row, families: Sequence[Row] = ()) -> None:
        self._by_kind = {row.kind: row for row in rows}
        self._by_code = {int(row.code): row for row in (*rows, *families)}
        self._families = families

    def row_of_kind(self, kind: type) -> Row | None:
        """The row for values of this type; None: they cannot be kept."""
        row = self._by_kind.get(kind)
        if row is not None:
            return row
        return next((row for row in self._families if issubclass(kind, row.kind)), None)

    def row_of_code(self, code: int) -> Row | None:
        """The row that reads an extension item of this engine."""
        return self._by_code.get(code)
