"""Dates, times, spans and time zones, with `fold` and the zone's own type kept.

A zone is kept when it can be named: `zoneinfo.ZoneInfo` by its key, `datetime.timezone` by offset
and name. Other zone classes are refused: nobody but their library can build them again.
"""

from __future__ import annotations

import struct
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.rows import Decoding, Encoding, Row
from fluxlit_component.errors import CorruptValue, UnstorableValue

_DATE: Final = struct.Struct(">HBB")
_TIME: Final = struct.Struct(">BBBIB")
_SPAN: Final = struct.Struct(">iII")


def _pack_date(value: date, _: Encoding) -> bytes:
    return _DATE.pack(value.year, value.month, value.day)


def _unpack_date(payload: bytes, _: Decoding) -> date:
    return date(*_DATE.unpack(payload))


def _pack_time(value: time, encoding: Encoding) -> bytes:
    clock = _TIME.pack(value.hour, value.minute, value.second, value.microsecond, value.fold)
    return clock if value.tzinfo is None else clock + encoding.pack(value.tzinfo)


def _unpack_time(payload: bytes, decoding: Decoding) -> time:
    hour, minute, second, microsecond, fold = _TIME.unpack_from(payload)
    zone = _unpack_optional_zone(payload[_TIME.size :], decoding)
    return time(hour, minute, second, microsecond, tzinfo=zone, fold=fold)


def _pack_datetime(value: datetime, encoding: Encoding) -> bytes:
    return _pack_date(value, encoding) + _pack_time(value.timetz(), encoding)


def _unpack_datetime(payload: bytes, decoding: Decoding) -> datetime:
    day = _unpack_date(payload[: _DATE.size], decoding)
    return datetime.combine(day, _unpack_time(payload[_DATE.size :], decoding))


def _pack_span(value: timedelta, _: Encoding) -> bytes:
    return _SPAN.pack(value.days, value.seconds, value.microseconds)


def _unpack_span(payload: bytes, _: Decoding) -> timedelta:
    days, seconds, microseconds = _SPAN.unpack(payload)
    return timedelta(days=days, seconds=seconds, microseconds=microseconds)


def _pack_zone(value: ZoneInfo, encoding: Encoding) -> bytes:
    if value.key is None:
        raise UnstorableValue(
            "zoneinfo.ZoneInfo", "this zone was read from a file and has no name; use ZoneInfo(key)"
        )
    return encoding.pack(value.key)


def _pack_offset(value: timezone, encoding: Encoding) -> bytes:
    if value is timezone.utc:
        return encoding.pack(None)
    # (offset,) or (offset, name): exactly what the timezone was made from.
    return encoding.pack(value.__getinitargs__())  # type: ignore[attr-defined]


def _unpack_zone(payload: bytes, decoding: Decoding) -> tzinfo:
    match decoding.unpack(payload):
        case None:
            return timezone.utc
        case str(key):
            return ZoneInfo(key)
        case (timedelta() as offset,):
            return timezone(offset)
        case (timedelta() as offset, str(name)):
            return timezone(offset, name)
    raise CorruptValue("a stored time zone is damaged")


def _unpack_optional_zone(payload: bytes, decoding: Decoding) -> tzinfo | None:
    if not payload:
        return None
    zone = decoding.unpack(payload)
    if not isinstance(zone, tzinfo):
        raise CorruptValue("a stored time zone is damaged")
    return zone


ROWS: Final = (
    Row(datetime, Code.DATETIME, _pack_datetime, _unpack_datetime),
    Row(date, Code.DATE, _pack_date, _unpack_date),
    Row(time, Code.TIME, _pack_time, _unpack_time),
    Row(timedelta, Code.TIMEDELTA, _pack_span, _unpack_span),
    Row(ZoneInfo, Code.ZONE, _pack_zone, _unpack_zone),
    Row(timezone, Code.ZONE, _pack_offset, _unpack_zone),
)
