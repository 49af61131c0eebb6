"""Charts of where: grids of a few pictures side by side. Pure.

The cells alone are drawn, never the picture: what may not be published is in no report.
"""

import re
from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
from pandas import DataFrame

from evaluation.charts.plots import INK, SERIES, SOFT, WARN, Spec, finished
from evaluation.measuring.map_table import SIDE, Grid

CELLS = 16
"""Of a drawn grid along each side: half as fine as what is stored."""
PANEL = 126


def heat_maps(
    pictures: Mapping[str, Mapping[str, Grid]], order: Sequence[str], stamped: str = ""
) -> Spec:
    """Rows of small grids, one row a picture, one panel a map; each shaded from its own least value
    to its own greatest.

    pictures  picture → map → [SIDE, SIDE]; those that are missing leave their place empty
    stamped   the map that rests on SIMULATED raters
    """
    nothing = np.zeros((SIDE, SIDE))
    panels = [
        _panel(grids.get(name, nothing), picture, name, simulated=name == stamped)
        for picture, grids in pictures.items()
        for name in order
    ]
    return finished(alt.concat(*panels, columns=len(order), spacing=14))


def _panel(grid: Grid, picture: str, name: str, *, simulated: bool) -> alt.LayerChart:
    coarse = grid.reshape(CELLS, SIDE // CELLS, CELLS, SIDE // CELLS).mean((1, 3))
    low, reach = float(coarse.min()), float(np.ptp(coarse)) or 1.0
    y, x = np.divmod(np.arange(CELLS * CELLS), CELLS)
    rows = DataFrame({"x": x, "y": y, "shade": np.round((coarse.ravel() - low) / reach, 2)})
    shade = alt.Opacity("shade:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    cells = (
        alt.Chart(rows[rows["shade"] > 0])
        .mark_rect(color=SERIES[0])
        .encode(
            x=alt.X("x:O", axis=None, scale=alt.Scale(domain=list(range(CELLS)))),
            y=alt.Y("y:O", axis=None, scale=alt.Scale(domain=list(range(CELLS)))),
            opacity=shade,
        )
    )
    frame = (
        alt.Chart(DataFrame({"at": [0]}))
        .mark_rect(fillOpacity=0, stroke=SOFT, strokeWidth=1)
        .encode(x=alt.value(0), y=alt.value(0), x2=alt.value(PANEL), y2=alt.value(PANEL))
    )
    stamp = (
        alt.Chart(DataFrame({"said": ["SIMULATED"]}))
        .mark_text(fontSize=14, fontWeight=600, angle=345, color=WARN)
        .encode(x=alt.value(PANEL / 2), y=alt.value(PANEL / 2), text="said:N")
    )
    head = alt.Title(
        name,
        subtitle=re.split(r", | · ", picture),  # a line each
        anchor="start",
        fontSize=12,
        fontWeight="normal",
        color=INK,
        subtitleColor=SOFT,
        subtitleFontSize=11,
        limit=PANEL,
    )
    layers = [cells, frame, *([stamp] if simulated else [])]
    return alt.layer(*layers).properties(width=PANEL, height=PANEL, title=head)
