"""The map: every place a dot, the filtered ones in colour, the collected ones ringed, the daylight golden.

Drawn by Vega alone: no tiles, no coastline file, nothing fetched. The places draw the continents well enough.
"""

from __future__ import annotations

import math
from datetime import datetime

import altair as alt
import pandas as pd

from fluxlit_component.demo.places import OFFSETS, UTC, declination

CLOCKS = ["#5B6CF5", "#2E9FE6", "#1FB8A0", "#8CBF3F", "#F0B429", "#F07F2E", "#DB3F62"]
"""West to east. No colour is so pale or so dark that it is lost on a light or a dark page."""
INK = "#8891A8"
SUN = "#F2B33D"
"""A grey and a gold that are quiet on white and on black."""


def world_map(
    everywhere: pd.DataFrame, shown: pd.DataFrame, collected: pd.DataFrame, now: datetime
) -> alt.LayerChart:
    """Draw three tables of places."""
    titles = {"label:N": "Place", "local:N": "Local time", "utc:N": "Clock", "daylight:Q": "Daylight, hours"}
    position = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    told = {**position, "tooltip": [alt.Tooltip(name, title=title) for name, title in titles.items()]}
    scale = alt.Scale(range=CLOCKS, domain=OFFSETS)
    colour = alt.Color("offset:Q", title="Hours from UTC", scale=scale).legend(gradientLength=200)
    columns = ["label", "latitude", "longitude", "offset", "utc", "local", "daylight"]
    layers = [
        alt.Chart(alt.sphere()).mark_geoshape(fill=INK, fillOpacity=0.07, stroke=INK, strokeOpacity=0.5),
        alt.Chart(alt.graticule(step=[30, 30])).mark_geoshape(filled=False, stroke=INK, strokeOpacity=0.18),
        alt.Chart(alt.Data(values=[_day(now)])).mark_geoshape(fill=SUN, fillOpacity=0.16),
        alt.Chart(everywhere[columns]).mark_circle(size=9, color=INK, opacity=0.45).encode(**position),
        alt.Chart(shown[columns]).mark_circle(size=42, opacity=0.9).encode(**told, color=colour),
        alt.Chart(collected[columns]).mark_point(size=190, strokeWidth=2, color="#E4572E").encode(**told),
    ]
    return alt.LayerChart(layer=layers, projection=alt.Projection(type="equalEarth"), height=400)


def _day(now: datetime) -> dict[str, object]:
    """Outline the half of the globe that the sun sees, as GeoJSON (clockwise, as d3 wants it)."""
    clock = now.astimezone(UTC)
    noon = 180 - 15 * (clock.hour + clock.minute / 60)  # the meridian where the sun stands highest
    tilt = math.radians(declination(now))
    ring = []
    for bearing in range(0, 361, 4):
        turn = math.radians(bearing)
        latitude = math.asin(math.cos(tilt) * math.cos(turn))
        east = math.atan2(math.sin(turn), -math.sin(tilt) * math.cos(turn))
        longitude = (noon + math.degrees(east) + 540) % 360 - 180
        ring.append([round(longitude, 2), round(math.degrees(latitude), 2)])
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}}
