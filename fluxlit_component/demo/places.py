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

UTC = zoneinfo.ZoneInfo("UTC")
OFFSETS = (-12.0, 14.0)
REGIONS = {
    "Africa": "Africa",
    "America": "Americas",
    "Antarctica": "Antarctica",
    "Arctic": "Europe",
    "Asia": "Asia",
    "Atlantic": "Atlantic",
    "Australia": "Australia",
    "Europe": "Europe",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific",
}


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
            "region": REGIONS[zone.partition("/")[0]],
            "country": countries[code],
            "latitude": latitude,
            "longitude": longitude,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("zone")
    table["label"] = table["place"] + ", " + table["country"]
    return table.sort_values("label")


def with_clocks(table: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Add what depends on the moment: offset, utc (as text), local time, hour, summer time, daylight."""
    clocks = [now.astimezone(zone_of(zone)) for zone in table.index]
    return table.assign(
        offset=[_hours(clock) for clock in clocks],
        utc=[offset_label(_hours(clock)) for clock in clocks],
        local=[clock.strftime("%a %H:%M") for clock in clocks],
        hour=[clock.hour for clock in clocks],
        summer_time=[changes_clocks(zone, now.year) for zone in table.index],
        daylight=[daylight_hours(latitude, now) for latitude in table["latitude"]],
    )


@functools.cache
def changes_clocks(zone: str, year: int) -> bool:
    """Whether the place has more than one offset in this year."""
    seasons = (datetime(year, month, 1, 12, tzinfo=UTC) for month in (1, 4, 7, 10))
    return len({season.astimezone(zone_of(zone)).utcoffset() for season in seasons}) > 1


@functools.cache
def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone's rules; UTC for a name that this machine's database does not know."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return UTC


def offset_label(hours: float) -> str:
    """`5.75` -> `UTC+5:45`."""
    minutes = round(abs(hours) * 60)
    return f"UTC{'-' if hours < 0 else '+'}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def declination(now: datetime) -> float:
    """Where the sun stands north (+) or south (-) of the equator, in degrees."""
    day = now.astimezone(UTC).timetuple().tm_yday
    return -23.44 * math.cos(math.tau / 365.24 * (day + 10))


def daylight_hours(latitude: float, now: datetime) -> float:
    """Hours between sunrise and sunset today, 0 and 24 in polar night and midnight sun."""
    cosine = -math.tan(math.radians(latitude)) * math.tan(math.radians(declination(now)))
    return round(24 / math.pi * math.acos(max(-1.0, min(1.0, cosine))), 1)


def _hours(clock: datetime) -> float:
    return (clock.utcoffset() or timedelta()) / timedelta(hours=1)


def _degrees(text: str) -> float:
    """`±DDMM`, `±DDMMSS`, `±DDDMM` or `±DDDMMSS` in degrees."""
    sign, whole = text[0], 3 + (len(text) - 1) % 2
    degrees, minutes, seconds = text[1:whole], text[whole : whole + 2], text[whole + 2 :] or "0"
    return math.copysign(int(degrees) + int(minutes) / 60 + int(seconds) / 3600, float(sign + "1"))


def _lines(name: str) -> list[str]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
