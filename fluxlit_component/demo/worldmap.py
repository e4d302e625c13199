"""The map: every place a dot, the filtered ones in colour, the collected ones ringed, the daylight golden.

Drawn by Vega alone: no tiles, no coastline file, nothing fetched. The places draw the continents well enough.
"""

from __future__ import annotations

import math
from datetime import datetime

import altair as alt
import pandas as pd

from fluxlit_component.demo.places import UTC, declination

CLOCKS = ["#5B6CF5", "#2E9FE6", "#1FB8A0", "#8CBF3F", "#F0B429", "#F07F2E", "#DB3F62"]
"""West to east. None so pale or so dark that it is lost on a light or a dark page."""

COLOURS = {
    "Offset": alt.Color("offset:Q", title="Hours from UTC", scale=alt.Scale(range=CLOCKS, domain=[-12, 14])),
    "Daylight": alt.Color(
        "daylight:Q", title="Hours of light", scale=alt.Scale(range=CLOCKS, domain=[0, 24])
    ),
    "Region": alt.Color("region:N", title="Region", scale=alt.Scale(scheme="tableau10")),
}
INK = "#8891A8"
SUN = "#F2B33D"
"""A grey and a gold that are quiet on white and on black."""


def world_map(
    everywhere: pd.DataFrame, shown: pd.DataFrame, collected: pd.DataFrame, *, colour: str, now: datetime
) -> alt.LayerChart:
    """Draw three tables of places; `colour` is a key of COLOURS."""
    position = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    tooltip = [
        alt.Tooltip("label:N", title="Place"),
        alt.Tooltip("local:N", title="Local time"),
        alt.Tooltip("utc:N", title="Clock"),
        alt.Tooltip("daylight:Q", title="Daylight, hours"),
    ]
    columns = ["label", "region", "latitude", "longitude", "offset", "utc", "local", "daylight"]
    layers = [
        alt.Chart(alt.sphere()).mark_geoshape(fill=INK, fillOpacity=0.07, stroke=INK, strokeOpacity=0.5),
        alt.Chart(alt.graticule(step=[30, 30])).mark_geoshape(filled=False, stroke=INK, strokeOpacity=0.18),
        alt.Chart(alt.Data(values=[_day(now)])).mark_geoshape(fill=SUN, fillOpacity=0.16),
        alt.Chart(everywhere[columns]).mark_circle(size=9, color=INK, opacity=0.45).encode(**position),
        alt.Chart(shown[columns])
        .mark_circle(size=42, opacity=0.9)
        .encode(
            **position, color=COLOURS[colour].legend(orient="right", gradientLength=200), tooltip=tooltip
        ),
        alt.Chart(collected[columns])
        .mark_point(size=190, filled=False, strokeWidth=2, color="#E4572E")
        .encode(**position, tooltip=tooltip),
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
