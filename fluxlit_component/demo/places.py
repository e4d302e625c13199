"""The data: 418 places with country, region and coordinates, as the installed `tzdata` package ships them.

Source: `zone.tab` and `iso3166.tab` of the IANA time zone database, public domain.
"""

from __future__ import annotations

import functools
import math
import re
from importlib import resources

import pandas as pd


@functools.cache
def load() -> pd.DataFrame:
    """Return one row a place, indexed by the name of its zone. The table is shared: do not modify it."""
    countries = dict(line.split("\t") for line in _lines("iso3166.tab"))
    rows: dict[str, dict[str, object]] = {}
    for line in _lines("zone.tab"):
        code, coordinates, zone = line.split("\t")[:3]
        if zone in rows:  # one place that two countries list
            rows[zone]["country"] = f"{rows[zone]['country']}, {countries[code]}"
            continue
        latitude, longitude = map(_degrees, re.findall(r"[+-]\d+", coordinates))
        north, east = "N" if latitude > 0 else "S", "E" if longitude > 0 else "W"
        rows[zone] = {
            "place": zone.rpartition("/")[2].replace("_", " "),
            "region": zone.partition("/")[0],
            "country": countries[code],
            "latitude": latitude,
            "longitude": longitude,
            "coordinates": f"{abs(latitude):.1f}° {north}, {abs(longitude):.1f}° {east}",
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("zone")
    table["label"] = table["place"] + ", " + table["country"]
    return table.sort_values("label")


def _degrees(text: str) -> float:
    """`±DDMM`, `±DDMMSS`, `±DDDMM` or `±DDDMMSS` in degrees."""
    sign, whole = text[0], 3 + (len(text) - 1) % 2
    degrees, minutes, seconds = text[1:whole], text[whole : whole + 2], text[whole + 2 :] or "0"
    return math.copysign(int(degrees) + int(minutes) / 60 + int(seconds) / 3600, float(sign + "1"))


def _lines(name: str) -> list[str]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
