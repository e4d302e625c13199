"""The data: 418 places with country, coordinates and clock, as the installed `tzdata` package ships them.

Source: `zone.tab` and `iso3166.tab` of the IANA time zone database, public domain. Offsets are `zoneinfo`'s,
daylight from the sun's declination (good to a few minutes).
"""

from __future__ import annotations

import functools
import math
import re
import zoneinfo
from datetime import datetime, timedelta
from importlib import resources

import pandas as pd
import streamlit as st

UTC = zoneinfo.ZoneInfo("UTC")
OFFSETS = (-12.0, 14.0)
DAY = range(7, 22)
"""Hours in which people are awake."""


@functools.cache
def load() -> pd.DataFrame:
    """Return one row a place, indexed by zone. The table is shared: do not modify it."""
    countries = dict(line.split("\t") for line in _lines("iso3166.tab"))
    rows: dict[str, dict[str, object]] = {}
    for line in _lines("zone.tab"):
        code, coordinates, zone = line.split("\t")[:3]
        if zone in rows:  # one place that two countries list
            rows[zone]["country"] = f"{rows[zone]['country']}, {countries[code]}"
            continue
        latitude, longitude = map(_degrees, re.findall(r"[+-]\d+", coordinates))
        rows[zone] = {
            "place": zone.rpartition("/")[2].replace("_", " "),
            "region": zone.partition("/")[0],
            "country": countries[code],
            "latitude": latitude,
            "longitude": longitude,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("zone")
    table["label"] = table["place"] + ", " + table["country"]
    return table.sort_values("label")


def with_clocks(table: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Add what depends on the moment: offset, utc (as text), local time, hour, daylight."""
    clocks = [now.astimezone(zone_of(zone)) for zone in table.index]
    offsets = [(clock.utcoffset() or timedelta()) / timedelta(hours=1) for clock in clocks]
    return table.assign(
        offset=offsets,
        utc=[
            f"UTC{int(offset):+}" + (f":{offset % 1 * 60:02.0f}" if offset % 1 else "") for offset in offsets
        ],
        local=[clock.strftime("%a %H:%M") for clock in clocks],
        hour=[clock.hour for clock in clocks],
        daylight=[daylight_hours(latitude, now) for latitude in table["latitude"]],
    )


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone's rules; UTC for a name that this machine's database does not know."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return UTC


def here() -> zoneinfo.ZoneInfo:
    """The visitor's own zone."""
    return zone_of(st.context.timezone or "UTC")


def declination(now: datetime) -> float:
    """Where the sun stands north (+) or south (-) of the equator, in degrees."""
    day = now.astimezone(UTC).timetuple().tm_yday
    return -23.44 * math.cos(math.tau / 365.24 * (day + 10))


def daylight_hours(latitude: float, now: datetime) -> float:
    """Hours between sunrise and sunset today, 0 and 24 in polar night and midnight sun."""
    cosine = -math.tan(math.radians(latitude)) * math.tan(math.radians(declination(now)))
    return round(24 / math.pi * math.acos(max(-1.0, min(1.0, cosine))), 1)


def _degrees(text: str) -> float:
    """`±DDMM`, `±DDMMSS`, `±DDDMM` or `±DDDMMSS` in degrees."""
    sign, whole = text[0], 3 + (len(text) - 1) % 2
    degrees, minutes, seconds = text[1:whole], text[whole : whole + 2], text[whole + 2 :] or "0"
    return math.copysign(int(degrees) + int(minutes) / 60 + int(seconds) / 3600, float(sign + "1"))


def _lines(name: str) -> list[str]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
