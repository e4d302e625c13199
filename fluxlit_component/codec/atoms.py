"""Values without parts: numbers beyond msgpack's, UUIDs and paths."""

from __future__ import annotations

import os
import struct
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Final
from uuid import UUID, SafeUUID

from fluxlit_component.codec.bounds import MAX_NUMBER, are_short
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Row
from fluxlit_component.errors import CorruptValue

_COMPLEX: Final = struct.Struct(">dd")
_SAFETY: Final = (SafeUUID.safe, SafeUUID.unsafe, SafeUUID.unknown)
_PATHS: Final = (PurePosixPath, PureWindowsPath, PosixPath, WindowsPath)


def _pack_int(value: int, _: Encoding) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def _unpack_int(payload: bytes, _: Decoding) -> int:
    return int.from_bytes(payload, "big", signed=True)


def _pack_complex(value: complex, _: Encoding) -> bytes:
    return _COMPLEX.pack(value.real, value.imag)


def _unpack_complex(payload: bytes, _: Decoding) -> complex:
    return complex(*_COMPLEX.unpack(payload))


def _pack_decimal(value: Decimal, _: Encoding) -> bytes:
    # The text keeps sign, every digit and the exponent, also of NaN; no context takes part in it.
    return str(value).encode("ascii")


def _unpack_decimal(payload: bytes, _: Decoding) -> Decimal:
    text = payload.decode("ascii")
    value = Decimal(text)
    if str(value) != text:
        raise CorruptValue("a stored Decimal is damaged")
    return value


def _pack_fraction(value: Fraction, encoding: Encoding) -> bytes:
    if not are_short(value.numerator, value.denominator):
        raise refusal(value, f"its numbers have more than {MAX_NUMBER} bytes; keep the two numbers")
    return encoding.pack([value.numerator, value.denominator])


def _unpack_fraction(payload: bytes, decoding: Decoding) -> Fraction:
    numerator, denominator = decoding.unpack(payload)
    if type(numerator) is not int or type(denominator) is not int or denominator < 1:
        raise CorruptValue("a stored Fraction is damaged")
    if not are_short(numerator, denominator):
        raise CorruptValue("a stored Fraction is damaged")
    return Fraction(numerator, denominator)


def _pack_uuid(value: UUID, _: Encoding) -> bytes:
    return value.bytes + bytes([_SAFETY.index(value.is_safe)])


def _unpack_uuid(payload: bytes, _: Decoding) -> UUID:
    (safety,) = payload[16:]
    return UUID(bytes=payload[:16], is_safe=_SAFETY[safety])


def _pack_path(value: PurePath, _: Encoding) -> bytes:
    return bytes([_PATHS.index(type(value))]) + str(value).encode("utf-8", "surrogatepass")


def _unpack_path(payload: bytes, _: Decoding) -> PurePath:
    kind = _PATHS[payload[0]]
    if issubclass(kind, WindowsPath if os.name == "posix" else PosixPath):
        raise CorruptValue("a stored path belongs to another operating system; keep a PurePath instead")
    return kind(payload[1:].decode("utf-8", "surrogatepass"))


def _pack_bytearray(value: bytearray, _: Encoding) -> bytes:
    return bytes(value)


def _unpack_bytearray(payload: bytes, _: Decoding) -> bytearray:
    return bytearray(payload)


ROWS: Final = (
    Row(int, Code.BIG_INT, _pack_int, _unpack_int),
    Row(complex, Code.COMPLEX, _pack_complex, _unpack_complex),
    Row(Decimal, Code.DECIMAL, _pack_decimal, _unpack_decimal),
    Row(Fraction, Code.FRACTION, _pack_fraction, _unpack_fraction),
    Row(UUID, Code.UUID, _pack_uuid, _unpack_uuid),
    Row(bytearray, Code.BYTEARRAY, _pack_bytearray, _unpack_bytearray),
    *(Row(kind, Code.PATH, _pack_path, _unpack_path) for kind in _PATHS),
)
