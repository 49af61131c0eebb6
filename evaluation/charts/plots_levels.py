"""The chart of verdicts: metrics against raters at every level, the ceiling, and chance. Pure."""

from collections.abc import Hashable, Sequence
from typing import Any

import altair as alt
from pandas import DataFrame

from evaluation.charts.plots import LINE, SERIES, SOFT, Layers, Spec, finished, legend_on_top, panel
from evaluation.findings.verdicts import STANDINGS

WIDTH, STEP, LEAST = 270, 26, 78
COLOURS = (SERIES[2], SERIES[1], SERIES[5])
SHAPES = ("circle", "triangle-down", "diamond")
"""Of the verdicts, in their order: they differ in shape, and in lightness too."""
TITLE = "correlation with raters"
Row = dict[Hashable, Any]


def verdicts_by_level(
    rows: DataFrame, ceilings: DataFrame, order: Sequence[str], *, enough: float, simulated: bool
) -> Spec:
    """Panels, one a level: each metric with its interval, below the ceiling and beside chance.

    rows      columns metric, level, verdict, agreement, agreement_low, agreement_high,
              chance_low, chance_high
    ceilings  columns level, ceiling, ceiling_low, ceiling_high; one row a level, in order
    enough    share of the ceiling at which a dashed line stands
    """
    height = max(STEP * len(order), LEAST)
    ends = rows["agreement_low"].min(), rows["chance_low"].min()
    domain = [min([-0.1, *(max(end, -1.0) for end in ends if end == end)]), 1.0]
    panels = [
        panel(
            _layers(rows[rows["level"] == most["level"]], most, order, enough, domain),
            simulated,
            middle=(WIDTH / 2, height / 2),
        ).properties(
            width=WIDTH,
            height=height,
            title=alt.Title(str(most["level"]), anchor="start", color=SOFT, fontSize=14, offset=4),
        )
        for most in ceilings.to_dict("records")
    ]
    return finished(alt.concat(*panels, columns=2, spacing=18))


def _layers(
    rows: DataFrame,
    most: Row,
    order: Sequence[str],
    enough: float,
    domain: Sequence[float],
) -> Layers:
    scale = alt.Scale(domain=list(domain), nice=False)
    y = alt.Y("metric:N", sort=list(order), title=None, scale=alt.Scale(domain=list(order)))
    axis = alt.Axis(values=[-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1])
    base = alt.Chart(rows).encode(y=y)
    x = alt.X("agreement:Q", title=TITLE, scale=scale, axis=axis)
    chance = base.transform_filter("isValid(datum.chance_low)").mark_bar(
        color=LINE, height={"band": 0.62}
    )
    return [
        chance.encode(
            x=alt.X("chance_low:Q", title=TITLE, scale=scale, axis=axis), x2="chance_high:Q"
        ),
        *_ceiling(most, enough, scale),
        alt.Chart(DataFrame({"at": [0.0]})).mark_rule(color=SOFT).encode(x=_at("at", scale)),
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("agreement_low:Q", title=TITLE, scale=scale, axis=axis),
            x2="agreement_high:Q",
            color=_coloured(),
        ),
        base.mark_point(filled=True, size=85, opacity=1).encode(
            x=x,
            color=_coloured(),
            shape=alt.Shape(
                "verdict:N",
                scale=alt.Scale(domain=list(STANDINGS), range=list(SHAPES)),
                legend=legend_on_top(),
            ),
            tooltip=["metric", "level", "verdict", "agreement", "agreement_low", "agreement_high"],
        ),
    ]


def _ceiling(most: Row, enough: float, scale: alt.Scale) -> list[alt.Chart]:
    """A band where the ceiling may lie, a line where it is, and a dashed one at enough of it."""
    if not most["ceiling"] > 0:
        return []
    row = DataFrame([{**most, "enough": enough * most["ceiling"]}])
    found = [
        alt.Chart(row).mark_rule(color=SOFT, strokeWidth=2).encode(x=_at("ceiling", scale)),
        alt.Chart(row).mark_rule(color=SOFT, strokeDash=[5, 4]).encode(x=_at("enough", scale)),
    ]
    if most["ceiling_low"] == most["ceiling_low"]:
        band = alt.Chart(row).mark_rect(color=SOFT, opacity=0.18)
        found.insert(0, band.encode(x=_at("ceiling_low", scale), x2="ceiling_high:Q"))
    return found


def _at(column: str, scale: alt.Scale) -> alt.X:
    return alt.X(f"{column}:Q", title=TITLE, scale=scale)


def _coloured() -> alt.Color:
    scale = alt.Scale(domain=list(STANDINGS), range=list(COLOURS))
    return alt.Color("verdict:N", scale=scale, legend=legend_on_top())
