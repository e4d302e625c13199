"""The time zone that pydantic gives to a moment it has read from text: kept by its offset from UTC."""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import TzInfo

from fluxlit_component.codec.rows import Code, require, row_of_parts


def _zone(seconds: Any) -> TzInfo:
    require(type(seconds) is int, "time zone")
    return TzInfo(seconds)


ROWS: Final = (
    row_of_parts(TzInfo, Code.PYDANTIC_ZONE, lambda zone: round(zone.utcoffset(None).total_seconds()), _zone),
)
