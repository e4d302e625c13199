"""The map: every place a dot, the filtered ones in the colour of their region, the collected ones ringed.

Drawn by Vega alone: no tiles, no coastline file, nothing fetched. The places draw the continents well enough.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

INK = "#8891A8"
RING = "#E4572E"
"""A grey and a red that can be seen on white and on black."""


def world_map(everywhere: pd.DataFrame, shown: pd.DataFrame, collected: pd.DataFrame) -> alt.LayerChart:
    """Draw three tables of places."""
    position = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    titles = {"label:N": "Place", "region:N": "Region", "coordinates:N": "Coordinates"}
    told = {**position, "tooltip": [alt.Tooltip(name, title=title) for name, title in titles.items()]}
    # With all regions as the domain a colour stays the same whatever is filtered.
    scale = alt.Scale(scheme="tableau10", domain=sorted(everywhere["region"].unique()))
    colour = alt.Color("region:N", title="Region", scale=scale)
    columns = ["label", "region", "coordinates", "latitude", "longitude"]
    layers = [
        alt.Chart(alt.sphere()).mark_geoshape(fill=INK, fillOpacity=0.07, stroke=INK, strokeOpacity=0.5),
        alt.Chart(alt.graticule(step=[30, 30])).mark_geoshape(filled=False, stroke=INK, strokeOpacity=0.18),
        alt.Chart(everywhere[columns]).mark_circle(size=9, color=INK, opacity=0.45).encode(**position),
        alt.Chart(shown[columns]).mark_circle(size=42, opacity=0.9).encode(**told, color=colour),
        alt.Chart(collected[columns]).mark_point(size=190, strokeWidth=2, color=RING).encode(**told),
    ]
    return alt.LayerChart(layer=layers, projection=alt.Projection(type="equalEarth"), height=400)
