"""Dates, times, spans and time zones, with `fold` and the zone's own type kept.

`zoneinfo.ZoneInfo` is kept by its key, `datetime.timezone` by its offset and name. Zones of pytz and pydantic
are built by their library, which is imported only for them. Other zone classes are refused.
"""

from __future__ import annotations

import pickle
import struct
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, fixed, require, row_of, row_of_parts

_DATE: Final = fixed(date, Code.DATE, ">HBB", lambda day: (day.year, day.month, day.day))
_DATE_BYTES: Final = 4
_TIME: Final = struct.Struct(">BBBIB")
_PYTZ_PERIOD: Final = ("_utcoffset", "_dst", "_tzname")


def _pack_time(value: time, encoding: Encoding) -> bytes:
    clock = _TIME.pack(value.hour, value.minute, value.second, value.microsecond, value.fold)
    return clock if value.tzinfo is None else clock + encoding.pack(value.tzinfo)


def _unpack_time(payload: bytes, decoding: Decoding) -> time:
    hour, minute, second, microsecond, fold = _TIME.unpack_from(payload)
    zone = decoding.unpack(payload[_TIME.size :]) if len(payload) > _TIME.size else None
    return time(hour, minute, second, microsecond, tzinfo=zone, fold=fold)


def _unpack_datetime(payload: bytes, decoding: Decoding) -> datetime:
    day: Any = _DATE.unpack(payload[:_DATE_BYTES], decoding)
    return datetime.combine(day, _unpack_time(payload[_DATE_BYTES:], decoding))


def _key(value: ZoneInfo) -> str:
    try:
        # ZoneInfo.from_file accepts any key. Only pickling reveals that a zone is not from the database.
        value.__reduce__()
    except pickle.PicklingError:
        raise refusal(value, "this zone was read from a file; use ZoneInfo(key)") from None
    return value.key


def _zone(description: Any) -> tzinfo:
    if description is None:
        return timezone.utc
    if isinstance(description, str):
        return ZoneInfo(description)
    require(isinstance(description, tuple), "time zone")
    return timezone(*description)


ROWS: Final = (
    Row(datetime, Code.DATETIME, lambda x, e: _DATE.pack(x, e) + _pack_time(x.timetz(), e), _unpack_datetime),
    _DATE,
    Row(time, Code.TIME, _pack_time, _unpack_time),
    fixed(timedelta, Code.TIMEDELTA, ">iII", lambda x: (x.days, x.seconds, x.microseconds)),
    row_of(ZoneInfo, Code.ZONE, _key, _zone),
    # (offset,) or (offset, name): exactly the arguments from which the timezone was made.
    row_of(timezone, Code.ZONE, lambda zone: None if zone is timezone.utc else zone.__getinitargs__(), _zone),
)


def pytz_rows() -> tuple[Row, ...]:
    """Time zones of pytz, which pandas 2 uses for every zone that is given by name.

    A pytz zone has one object for each offset it ever had, and a datetime holds one of these objects. So the
    zone's name is kept, and the offsets and the short name that identify the object.
    """
    import pytz  # type: ignore[import-untyped,import-not-found,unused-ignore]

    def take(value: Any) -> list[Any]:
        zone = getattr(value, "zone", None)
        if type(zone) is str:
            period = [getattr(value, name, None) for name in _PYTZ_PERIOD]
            for parts in ([zone], [zone, *period]):
                if give(*parts) is value:
                    return parts
        raise refusal(value, "use zoneinfo.ZoneInfo(name) or datetime.timezone")

    def give(name: Any, *period: Any) -> Any:
        zone: Any = pytz.timezone(name)
        return zone._tzinfos.get(period) if period and hasattr(zone, "_tzinfos") else zone  # noqa: SLF001

    return (row_of_parts(pytz.tzinfo.BaseTzInfo, Code.PYTZ, take, give)._replace(family=True),)


def pydantic_rows() -> tuple[Row, ...]:
    """The time zone of a datetime that pydantic has parsed from text: kept by its offset from UTC."""
    from pydantic_core import TzInfo

    def offset(zone: Any) -> object:
        return round(zone.utcoffset(None).total_seconds())

    return (row_of(TzInfo, Code.PYDANTIC_ZONE, offset, TzInfo, of=int),)
