"""Time zones of pytz, which pandas 2 uses for every zone that is given by name.

A pytz zone has one object for each offset it ever had, and a datetime holds one of these objects. So the
zone's name is kept, and the offsets and the short name that identify the object.
"""

from __future__ import annotations

from typing import Any, Final

import pytz  # type: ignore[import-untyped,import-not-found,unused-ignore]
from pytz.tzinfo import BaseTzInfo  # type: ignore[import-untyped,import-not-found,unused-ignore]

from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, row_of_parts

_PERIOD: Final = ("_utcoffset", "_dst", "_tzname")


def _take(value: Any) -> list[Any]:
    zone = getattr(value, "zone", None)
    if type(zone) is str:
        period = [getattr(value, name, None) for name in _PERIOD]
        for parts in ([zone], [zone, *period]):
            if _zone(*parts) is value:
                return parts
    raise refusal(value, "use zoneinfo.ZoneInfo(name) or datetime.timezone")


def _zone(name: Any, *period: Any) -> Any:
    zone: Any = pytz.timezone(name)
    return zone._tzinfos.get(period) if period and hasattr(zone, "_tzinfos") else zone  # noqa: SLF001


ROWS: Final = (row_of_parts(BaseTzInfo, Code.PYTZ, _take, _zone)._replace(family=True),)
