"""The time zone of a datetime that pydantic has parsed from text: kept by its offset from UTC."""

from typing import Final

from pydantic_core import TzInfo

from fluxlit_component.codec.rows import Code, row_of

ROWS: Final = (
    row_of(
        TzInfo, Code.PYDANTIC_ZONE, lambda zone: round(zone.utcoffset(None).total_seconds()), TzInfo, of=int
    ),
)
