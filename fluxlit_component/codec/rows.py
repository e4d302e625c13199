"""The rows of the codec's table. A row has a type, its code, and two functions to and from bytes.

The functions get the running encoder or decoder, so that a container can encode or decode its items.
A code is part of the stored format. Never give a code a new meaning and never reuse one: add the
next free number. Codes 0 and 100-127 are kept free. Negative codes belong to msgpack.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, unique
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

from fluxlit_component.codec.decoder import Decoding
from fluxlit_component.codec.encoder import Encoding
from fluxlit_component.errors import CorruptValue

Conversion: TypeAlias = Callable[[Any], object]

__all__ = ["Code", "Decoding", "Encoding", "Row", "fixed", "require", "row_of", "row_of_parts"]


@unique
class Code(IntEnum):
    """Codes of extension items. They hold values of the types that msgpack itself does not have."""

    BIG_INT = 1
    COMPLEX = 2
    DECIMAL = 3
    FRACTION = 4
    UUID = 5
    PATH = 6
    BYTEARRAY = 7
    DATETIME = 10
    DATE = 11
    TIME = 12
    TIMEDELTA = 13
    ZONE = 14
    PYTZ = 15
    PYDANTIC_ZONE = 16
    TUPLE = 20
    SET = 21
    FROZENSET = 22
    ORDERED_DICT = 23
    DEFAULT_DICT = 24
    COUNTER = 25
    DEQUE = 26
    RANGE = 27
    ENROLLED = 30
    ARRAY = 40
    SCALAR = 41
    NUMPY_TEXT = 42
    FRAME = 50
    SERIES = 51
    INDEX = 52
    COLUMN = 53
    TIMESTAMP = 54
    PANDAS_TIMEDELTA = 55
    INTERVAL = 56
    PERIOD = 57
    MISSING = 58
    ARROW = 60
    POLARS = 65
    IMAGE = 70


class Row(NamedTuple):
    """How one type is kept."""

    kind: type
    code: Code
    pack: Callable[[Any, Encoding], bytes]
    unpack: Callable[[bytes, Decoding], object]
    family: bool = False  # whether the row also holds for subclasses of the type


def row_of(
    kind: type, code: Code, take: Conversion, give: Conversion, *, of: type | tuple[type, ...] = object
) -> Row:
    """The row of a type that is kept as one value of another type, `of`."""

    def unpack(payload: bytes, decoding: Decoding) -> object:
        value = decoding.unpack(payload)
        require(isinstance(value, of), kind.__name__)
        return give(value)

    return Row(kind, code, lambda value, encoding: encoding.pack(take(value)), unpack)


def row_of_parts(kind: type, code: Code, take: Callable[[Any], list[Any]], give: Callable[..., Any]) -> Row:
    """The row of a type that is kept as a list of parts. `give` gets the parts as its arguments."""
    return row_of(kind, code, take, lambda parts: give(*parts), of=list)


def fixed(kind: type, code: Code, form: str, take: Callable[[Any], tuple[Any, ...]]) -> Row:
    """The row of a type that is made of numbers of fixed length; `form`: as in `struct`."""
    packed = Struct(form)
    return Row(kind, code, lambda x, _: packed.pack(*take(x)), lambda data, _: kind(*packed.unpack(data)))


def require(fine: object, what: str) -> None:
    """Raise `CorruptValue` unless `fine`. For damage that would give a wrong value instead of an error."""
    if not fine:
        raise CorruptValue(f"a stored {what} is damaged")
