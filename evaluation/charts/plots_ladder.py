"""The chart of a ladder of degradation: metrics and raters by dose, in one picture. Pure."""

import json
from collections.abc import Mapping, Sequence

import altair as alt
from pandas import DataFrame

from evaluation.charts.plots import (
    PANEL_HEIGHT,
    PANEL_WIDTHS,
    SERIES,
    SHAPES,
    SOFT,
    Layers,
    Spec,
    cycle,
    finished,
    legend_on_top,
    panel,
)

WIDTH, HEIGHT = 300, PANEL_HEIGHT + 60
DODGE = 0.05
"""Places that neighbouring series stand apart, so that intervals do not overlap."""


def dose_responses(
    rows: DataFrame,
    doses: Mapping[str, Sequence[str]],
    halves: DataFrame,
    *,
    series: Sequence[str],
    bound: float,
    simulated: bool,
) -> Spec:
    """Panels, one a degradation: the change of each series by dose, with intervals.

    rows    columns degradation, place (1, 2, ...; 0 is undegraded), dose, series, change,
            change_low, change_high: in standard deviations, below 0 is worse
    doses   degradation → its doses as written, 0 first
    halves  columns degradation, place, place_low, place_high, of the dose at which half of the
            answers are no success any more; may be empty
    bound   a change by less does not matter: a dashed line stands at -bound
    """
    width = PANEL_WIDTHS.get(len(doses), WIDTH) if len(doses) < 3 else 240
    panels = [
        panel(
            _layers(
                rows[rows["degradation"] == label],
                halves[halves["degradation"] == label],
                label,
                doses[label],
                series,
                bound,
            ),
            simulated,
            middle=(width / 2, HEIGHT / 2),
        ).properties(width=width, height=HEIGHT)
        for label in doses
    ]
    return finished(alt.concat(*panels, columns=3))


def _layers(
    rows: DataFrame,
    half: DataFrame,
    label: str,
    doses: Sequence[str],
    series: Sequence[str],
    bound: float,
) -> Layers:
    rows = rows.assign(at=rows["place"] + rows["series"].map(_shifts(series)))
    places = list(range(len(doses)))
    axis = alt.Axis(
        values=places, labelExpr=f"{json.dumps(list(doses))}[datum.value]", grid=False, tickCount=9
    )
    x = alt.X(
        "at:Q", title=f"{label}: dose", axis=axis, scale=alt.Scale(domain=[-0.3, len(doses) - 0.7])
    )
    title = "change, in SDs"
    colours = alt.Scale(domain=list(series), range=cycle(SERIES, len(series)))
    shapes = alt.Scale(domain=list(series), range=cycle(SHAPES, len(series)))
    base = alt.Chart(rows).encode(
        x=x, color=alt.Color("series:N", scale=colours, legend=legend_on_top())
    )
    y = alt.Y("change:Q", title=title)
    return [
        *_half(half),
        _level(0.0),
        _level(-bound, strokeDash=[5, 4]),
        base.mark_line(strokeWidth=1.5, opacity=0.7).encode(y=y),
        base.mark_rule(strokeWidth=1.5).encode(
            y=alt.Y("change_low:Q", title=title), y2="change_high:Q"
        ),
        base.mark_point(filled=True, size=55, opacity=1).encode(
            y=y,
            shape=alt.Shape("series:N", scale=shapes, legend=legend_on_top()),
            tooltip=["series", "dose", "change", "change_low", "change_high"],
        ),
    ]


def _shifts(series: Sequence[str]) -> dict[str, float]:
    return {name: DODGE * (k - (len(series) - 1) / 2) for k, name in enumerate(series)}


def _half(half: DataFrame) -> Layers:
    if half.empty:
        return []
    base = alt.Chart(half)
    band = base.mark_rect(opacity=0.14, color=SOFT).encode(x="place_low:Q", x2="place_high:Q")
    line = base.mark_rule(color=SOFT, strokeWidth=2).encode(x="place:Q")
    return [band, line]


def _level(at: float, **style: object) -> alt.Chart:
    return alt.Chart(DataFrame({"at": [at]})).mark_rule(color=SOFT, **style).encode(y="at:Q")
