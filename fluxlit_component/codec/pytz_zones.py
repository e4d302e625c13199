"""Time zones of pytz, which pandas 2 uses for every zone that is given by name.

A pytz zone has one object for each offset it ever had, and a datetime holds one of them: kept are the
zone's name and, beside it, which of these objects it was.
"""

from __future__ import annotations

from typing import Any, Final

import pytz  # type: ignore[import-untyped,import-not-found,unused-ignore]
from pytz.tzinfo import BaseTzInfo  # type: ignore[import-untyped,import-not-found,unused-ignore]

from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Engine, Row

_PERIOD: Final = ("_utcoffset", "_dst", "_tzname")


def _pack(value: Any, encoding: Encoding) -> bytes:
    zone = getattr(value, "zone", None)
    if type(zone) is str:
        period = [getattr(value, name, None) for name in _PERIOD]
        for parts in ([zone], [zone, *period]):
            if _zone(*parts) is value:
                return encoding.pack(parts)
    raise refusal(value, "use zoneinfo.ZoneInfo(name) or datetime.timezone")


def _unpack(payload: bytes, decoding: Decoding) -> Any:
    return _zone(*decoding.unpack(payload))


def _zone(name: Any, *period: Any) -> Any:
    zone: Any = pytz.timezone(name)
    return zone._tzinfos.get(period) if period and hasattr(zone, "_tzinfos") else zone  # noqa: SLF001


ENGINE: Final = Engine(
    Row(type(pytz.utc), Code.PYTZ, _pack, _unpack), families=(Row(BaseTzInfo, Code.PYTZ, _pack, _unpack),)
)
