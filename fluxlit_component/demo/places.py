"""The data, and its map: 418 places with country, region and coordinates, as the package `tzdata` ships them.

Source: `zone.tab` and `iso3166.tab` of the IANA time zone database, public domain.
"""

import functools
import re
from importlib import resources

import altair as alt
import pandas as pd

INK, RING = "#8891A8", "#E4572E"  # a grey and a red that can be seen on white and on black


@functools.cache
def load() -> pd.DataFrame:
    """Return one row a place, indexed by the name of its zone. The table is shared: do not modify it."""
    countries = dict(_rows("iso3166.tab"))
    rows = {}
    for code, coordinates, zone, *_ in _rows("zone.tab"):
        latitude, longitude = map(_degrees, re.findall(r"[+-]\d+", coordinates))
        north, east = "N" if latitude > 0 else "S", "E" if longitude > 0 else "W"
        rows[zone] = {
            "Place": zone.split("/")[-1].replace("_", " "),
            "Country": countries[code],
            "Region": zone.split("/")[0],
            "Coordinates": f"{abs(latitude):.1f}° {north}, {abs(longitude):.1f}° {east}",
            "latitude": latitude,
            "longitude": longitude,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("zone")
    return table.assign(label=table["Place"] + ", " + table["Country"]).sort_values("label")


def _rows(name: str) -> list[list[str]]:
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def _degrees(text: str) -> float:
    """`±DDMM`, `±DDMMSS`, `±DDDMM` or `±DDDMMSS` in degrees."""
    whole = 3 + (len(text) - 1) % 2
    degrees, minutes, seconds = text[1:whole], text[whole : whole + 2], text[whole + 2 :] or "0"
    return float(f"{text[0]}1") * (int(degrees) + int(minutes) / 60 + int(seconds) / 3600)


def world_map(shown: pd.DataFrame, collected: pd.DataFrame) -> alt.LayerChart:
    """Draw every place as a dot, those shown in the colour of their region, the collected ones ringed.

    Drawn by Vega alone: no tiles, no coastline file, nothing fetched. The places draw the continents.
    """
    position = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    told = {**position, "tooltip": ["Place:N", "Country:N", "Region:N", "Coordinates:N"]}
    # With all regions as the domain a colour stays the same whatever is filtered.
    scale = alt.Scale(scheme="tableau10", domain=sorted(load()["Region"].unique()))
    layers = [
        alt.Chart(alt.sphere()).mark_geoshape(fill=INK, fillOpacity=0.07, stroke=INK, strokeOpacity=0.5),
        alt.Chart(alt.graticule(step=[30, 30])).mark_geoshape(filled=False, stroke=INK, strokeOpacity=0.18),
        alt.Chart(load()).mark_circle(size=9, color=INK, opacity=0.45).encode(**position),
        alt.Chart(shown)
        .mark_circle(size=42, opacity=0.9)
        .encode(**told, color=alt.Color("Region:N", scale=scale)),
        alt.Chart(collected).mark_point(size=190, strokeWidth=2, color=RING).encode(**told),
    ]
    return alt.LayerChart(layer=layers, projection=alt.Projection(type="equalEarth"), height=400)
