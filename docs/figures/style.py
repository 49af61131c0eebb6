"""One style for the pictures of the pages: colours of evaluation/charts/plots.py on light paper.

A picture lies in a Markdown page, light or dark, as an <img>: it brings its own background.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
from pandas import DataFrame

from evaluation.charts.plots import AXIS, INK, SERIES, SHAPES, SOFT
from evaluation.statistics.estimate import Estimate

PAPER = "#fbfaf8"
PALE = "#b9b2a6"
WRONG, RIGHT, TRUE = SERIES[1], SERIES[0], INK
WIDTH, ROW = 470, 26
FONT = "Segoe UI, Roboto, Liberation Sans, Arial, sans-serif"
SIMULATED = "SIMULATED data: nobody was asked anything."


def finished(chart: Any, title: str | Sequence[str], said: str | Sequence[str] = SIMULATED) -> Any:
    """The chart with its message above it, in the house style."""
    heading = alt.TitleParams(
        text=title,
        subtitle=said,
        anchor="start",
        fontSize=15,
        fontWeight=600,
        color=INK,
        subtitleColor=SOFT,
        subtitleFontSize=12,
        offset=12,
        frame="group",
    )
    return (
        chart.properties(title=heading)
        .configure(background=PAPER, font=FONT, padding=14)
        .configure_view(stroke=None)
        .configure_axis(
            **AXIS, labelFontSize=12, titleFontSize=12, labelLimit=260, labelSeparation=6
        )
        .configure_legend(
            labelColor=INK, labelFontSize=12, title=None, orient="top", labelLimit=320, columns=4
        )
        .configure_header(labelColor=INK, labelFontSize=13, labelFontWeight=600, title=None)
    )


def row(
    name: str, estimate: Estimate, series: str = "", true: float | None = None
) -> dict[str, Any]:
    """One estimate as a row of `forest`."""
    return {
        "row": name,
        "series": series,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "true": true,
    }


def forest(
    rows: Sequence[dict[str, Any]],
    x: str,
    *,
    percent: bool = False,
    domain: tuple[float, float] | None = None,
    marks: Sequence[float] = (),
    width: int = WIDTH,
    colours: Sequence[str] = SERIES,
    step: int = ROW,
    dodge: bool = True,
) -> alt.LayerChart:
    """A dot and its interval for each row, series below one another; a black bar is the truth."""
    table = DataFrame(rows)
    order, series = table["row"].unique().tolist(), table["series"].unique().tolist()
    many = len(series) > 1
    apart = many and dodge
    scale = alt.Scale(domain=list(domain)) if domain else alt.Scale(zero=False)
    axis = alt.Axis(format="%", tickCount=6) if percent else alt.Axis(tickCount=6)
    height = len(order) * (13 * len(series) + 12 if apart else step)
    place = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(grid=True, ticks=False))
    legend = alt.Legend() if many else None
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=series, range=list(colours[: len(series)])),
        legend=legend,
    )
    shape = alt.Shape(
        "series:N", scale=alt.Scale(domain=series, range=list(SHAPES[: len(series)])), legend=legend
    )
    base = alt.Chart(table).encode(y=place, color=colour)
    if apart:
        base = base.encode(yOffset=alt.YOffset("series:N", sort=series))
    lines = [upright(at) for at in marks]
    bars = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("low:Q", title=x, scale=scale, axis=axis), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", title=x, scale=scale, axis=axis), shape=shape
    )
    layers = [*lines, bars, dots]
    if table["true"].notna().any():
        known = table[table["true"].notna()].drop_duplicates(["row", "true"])
        layers.append(
            alt.Chart(known)
            .mark_tick(color=TRUE, thickness=2.5, size=20)
            .encode(y=place, x=alt.X("true:Q", title=x, scale=scale, axis=axis))
        )
    return alt.layer(*layers).properties(width=width, height=height)


def upright(at: float, dash: Sequence[int] = (5, 4)) -> alt.Chart:
    return (
        alt.Chart(DataFrame({"at": [at]}))
        .mark_rule(color=SOFT, strokeDash=list(dash))
        .encode(x="at:Q")
    )


def level(at: float, dash: Sequence[int] = (5, 4)) -> alt.Chart:
    return (
        alt.Chart(DataFrame({"at": [at]}))
        .mark_rule(color=SOFT, strokeDash=list(dash))
        .encode(y="at:Q")
    )


def words(x: float, y: float, text: str, colour: str = SOFT, **style: Any) -> alt.Chart:
    """A few words at a place of the data."""
    return (
        alt.Chart(DataFrame({"x": [x], "y": [y], "text": [text]}))
        .mark_text(**{"align": "left", "fontSize": 12, "color": colour, **style})
        .encode(x="x:Q", y="y:Q", text="text:N")
    )


def coloured(series: Sequence[str], colours: Sequence[str] = SERIES) -> alt.Color:
    scale = alt.Scale(domain=list(series), range=list(colours[: len(series)]))
    return alt.Color("series:N", scale=scale, legend=alt.Legend())


def shaped(series: Sequence[str]) -> alt.Shape:
    scale = alt.Scale(domain=list(series), range=list(SHAPES[: len(series)]))
    return alt.Shape("series:N", scale=scale, legend=alt.Legend())


def number(field: str, title: str, *, percent: bool = False, **scale: Any) -> dict[str, Any]:
    """Arguments of alt.X or alt.Y for a number."""
    axis = alt.Axis(format="%", tickCount=5) if percent else alt.Axis(tickCount=6)
    return {
        "shorthand": f"{field}:Q",
        "title": title,
        "axis": axis,
        "scale": alt.Scale(**({"zero": False} | scale)),
    }
