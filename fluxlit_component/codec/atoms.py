"""Values without parts: numbers beyond msgpack's, UUIDs and paths."""

from __future__ import annotations

import os
import struct
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any, Final
from uuid import UUID, SafeUUID

from fluxlit_component.codec.bounds import MAX_NUMBER, are_short
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import row_of_bytes, row_of_parts
from fluxlit_component.errors import CorruptValue

_COMPLEX: Final = struct.Struct(">dd")
_SAFETY: Final = (SafeUUID.safe, SafeUUID.unsafe, SafeUUID.unknown)
_PATHS: Final = (PurePosixPath, PureWindowsPath, PosixPath, WindowsPath)


def _unpack_decimal(payload: bytes) -> Decimal:
    text = payload.decode("ascii")
    value = Decimal(text)
    if str(value) != text:
        raise CorruptValue("a stored Decimal is damaged")
    return value


def _take_fraction(value: Fraction) -> list[int]:
    if not are_short(value.numerator, value.denominator):
        raise refusal(value, f"its numbers have more than {MAX_NUMBER} bytes; keep the two numbers")
    return [value.numerator, value.denominator]


def _fraction(parts: Any) -> Fraction:
    numerator, denominator = parts
    are_whole = type(numerator) is int and type(denominator) is int
    if not are_whole or denominator < 1 or not are_short(numerator, denominator):
        raise CorruptValue("a stored Fraction is damaged")
    return Fraction(numerator, denominator)


def _unpack_uuid(payload: bytes) -> UUID:
    (safety,) = payload[16:]
    return UUID(bytes=payload[:16], is_safe=_SAFETY[safety])


def _pack_path(value: PurePath) -> bytes:
    return bytes([_PATHS.index(type(value))]) + str(value).encode("utf-8", "surrogatepass")


def _unpack_path(payload: bytes) -> PurePath:
    kind = _PATHS[payload[0]]
    if issubclass(kind, WindowsPath if os.name == "posix" else PosixPath):
        raise CorruptValue("a stored path belongs to another operating system; keep a PurePath instead")
    return kind(payload[1:].decode("utf-8", "surrogatepass"))


ROWS: Final = (
    row_of_bytes(
        int,
        Code.BIG_INT,
        lambda value: value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True),
        lambda payload: int.from_bytes(payload, "big", signed=True),
    ),
    row_of_bytes(
        complex,
        Code.COMPLEX,
        lambda value: _COMPLEX.pack(value.real, value.imag),
        lambda payload: complex(*_COMPLEX.unpack(payload)),
    ),
    # The text keeps sign, every digit and the exponent, also of NaN; no context takes part in it.
    row_of_bytes(Decimal, Code.DECIMAL, lambda value: str(value).encode("ascii"), _unpack_decimal),
    row_of_parts(Fraction, Code.FRACTION, _take_fraction, _fraction),
    row_of_bytes(
        UUID, Code.UUID, lambda value: value.bytes + bytes([_SAFETY.index(value.is_safe)]), _unpack_uuid
    ),
    row_of_bytes(bytearray, Code.BYTEARRAY, bytes, bytearray),
    *(row_of_bytes(kind, Code.PATH, _pack_path, _unpack_path) for kind in _PATHS),
)
