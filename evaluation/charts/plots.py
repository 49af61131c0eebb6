"""Charts in one style: data frames in, Vega-Lite specifications out.

Colours are those of static/tokens.css in its light form (`figures.py` puts the custom properties
back, so that one drawing serves light and dark pages); they differ in lightness as well as in hue,
and shapes differ with them, so no chart depends on seeing colour. Whatever rests on simulated
raters carries SIMULATED across every panel. Pure.
"""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
from pandas import DataFrame

Spec = dict[str, Any]

INK, SOFT, LINE, WARN = "#1d1b18", "#5d5850", "#e0dbd2", "#8a5300"
SERIES = ("#1f5fa8", "#b4460f", "#00775a", "#8f3f7d", "#7a6000", "#55606b")
ANSWERS = ("#b3450e", "#e2a57e", "#d5cfc5", "#8fb4dc", "#1e5ea7")
"""From the lowest point of a scale to the highest."""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 4])
"""Of lines, in the order of the series: told apart on black and white prints too."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
AXIS: dict[str, Any] = {
    "labelColor": INK,
    "titleColor": SOFT,
    "gridColor": LINE,
    "domainColor": SOFT,
    "tickColor": SOFT,
    "titleFontWeight": "normal",
    "labelOverlap": "greedy",
}
"""Of every axis, here and in the pictures of docs/; sizes are each place's own."""
WIDTH, ROW_HEIGHT, PANEL_HEIGHT = 680, 30, 200
PANEL_WIDTHS = {1: 420, 2: 260}
"""Of one panel and of two beside each other; of more,"""
PANEL_WIDTH = 190

Layers = Sequence[alt.Chart]
Interval = tuple[str, str, str]
"""Columns of a value and of its interval's ends."""


def dose_response(rows: DataFrame, interval: Interval, *, title: str, simulated: bool) -> Spec:
    """Panels, one a protection: share against budget, a line a purification, with intervals.

    rows  columns protection, budget (as written), amount (number, 0 for untouched), purification,
          and those of `interval`, which are shares.
    """
    width = PANEL_WIDTHS.get(rows["protection"].nunique(), PANEL_WIDTH)
    rows = rows.assign(place=_dodged(rows, "amount", "purification"))
    panels = [
        panel(
            _dose_layers(rows, str(protection), interval, title),
            simulated,
            middle=(width / 2, PANEL_HEIGHT / 2),
        ).properties(width=width, height=PANEL_HEIGHT)
        for protection in sorted(rows["protection"].unique())
    ]
    return finished(alt.concat(*panels, columns=3))


def _dose_layers(rows: DataFrame, protection: str, interval: Interval, title: str) -> Layers:
    """Line, intervals and points of one protection; scales are those of all `rows`."""
    part = rows[rows["protection"] == protection]
    doses = part.drop_duplicates("amount").sort_values("amount")
    budgets, amounts = (json.dumps(doses[name].tolist()) for name in ("budget", "amount"))
    labels = alt.Axis(
        values=doses["amount"].tolist(),
        labelExpr=f"{budgets}[indexof({amounts}, datum.value)]",
        grid=False,
    )
    base = alt.Chart(part).encode(
        x=alt.X("place:Q", title=f"{protection}: budget", axis=labels, scale=alt.Scale(zero=False)),
        color=_colour(rows, "purification"),
    )
    share = _share(interval[0], title)
    return [
        base.mark_line(strokeWidth=1.5, opacity=0.7).encode(
            y=share, strokeDash=_dash(rows, "purification")
        ),
        base.mark_rule(strokeWidth=1.5).encode(y=_share(interval[1], title), y2=f"{interval[2]}:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            y=share, shape=_shape(rows, "purification"), tooltip=["condition", *interval]
        ),
    ]


def against_metric(
    rows: DataFrame, interval: Interval, metric: str, label: str, *, title: str, simulated: bool
) -> Spec:
    """Share against the measured change, whatever made it: one point a condition."""
    base = alt.Chart(rows).encode(
        x=alt.X(
            f"{metric}:Q",
            title=f"{label}, mean over the pictures of a condition",
            scale=alt.Scale(padding=12),  # points on the edge stay whole
        ),
        color=_colour(rows, "protection"),
    )
    share = _share(interval[0], title)
    bars = base.mark_rule(strokeWidth=1.5).encode(
        y=_share(interval[1], title), y2=f"{interval[2]}:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=share, shape=_shape(rows, "protection"), tooltip=["condition", interval[0], metric]
    )
    fitted = {"width": WIDTH, "height": 280, "autosize": alt.AutoSizeParams(type="fit-x")}
    return finished(panel([bars, points], simulated).properties(**fitted))


def answer_shares(
    rows: DataFrame,
    labels: Sequence[str],
    order: Sequence[str],
    *,
    simulated: bool,
    title: str = "share of answers",
) -> Spec:
    """One bar a condition, cut into the shares of each answer.

    rows  columns condition, answer (a label), point (1 ...), share.
    """
    colours = answer_colours(len(labels))
    bars = (
        alt.Chart(rows)
        .mark_bar(height={"band": 0.78})
        .encode(
            y=alt.Y("condition:N", sort=list(order), title=None),
            x=alt.X(
                "share:Q",
                title=title,
                axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1]),
                scale=alt.Scale(domain=[0, 1]),
                stack="zero",
            ),
            color=alt.Color(
                "answer:N",
                scale=alt.Scale(domain=list(labels), range=colours),
                legend=alt.Legend(title=None, orient="top", labelLimit=220),
            ),
            order=alt.Order("point:Q"),
            tooltip=["condition", "answer", alt.Tooltip("share:Q", format=".0%")],
        )
    )
    fitted = {"autosize": alt.AutoSizeParams(type="fit-x"), "height": ROW_HEIGHT * len(order)}
    return finished(panel([bars], simulated).properties(width=WIDTH, **fitted))


def intervals(
    rows: DataFrame,
    value: Interval,
    *,
    row: str,
    series: str,
    title: str,
    order: Sequence[str],
    series_order: Sequence[str],
    domain: tuple[float, float],
    simulated: bool,
    percent: bool = False,
    marked: float | None = None,
) -> Spec:
    """A dot and its interval for each `row`, one beside the other where it has several `series`.

    `percent` writes shares as percentages; `marked` is where a dashed line stands. Every row is
    named: a dot without a name says nothing.
    """
    beside = bool(rows[row].duplicated().any())
    step = 13 * len(series_order) + 10 if beside else 22
    colours = alt.Scale(domain=list(series_order), range=cycle(SERIES, len(series_order)))
    legend = legend_on_top() if len(series_order) > 1 else None
    names = alt.Axis(grid=True, labelOverlap=False)
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{row}:N", sort=list(order), title=None, axis=names),
        color=alt.Color(f"{series}:N", scale=colours, legend=legend),
    )
    if beside:
        base = base.encode(yOffset=alt.YOffset(f"{series}:N", sort=list(series_order)))
    low, high = rows[value[1]].min(), rows[value[2]].max()
    ends = [min(domain[0], low if low == low else 0.0), max(domain[1], high if high == high else 0)]
    scale = alt.Scale(domain=ends)
    lines = [_upright(0.0)] + ([] if marked is None else [_upright(marked, strokeDash=[5, 4])])
    axis = alt.Axis(format="%") if percent else alt.Axis()
    bars = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(f"{value[1]}:Q", title=title, scale=scale, axis=axis), x2=f"{value[2]}:Q"
    )
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=alt.X(f"{value[0]}:Q", title=title, scale=scale, axis=axis),
        shape=alt.Shape(
            f"{series}:N",
            scale=alt.Scale(domain=list(series_order), range=cycle(SHAPES, len(series_order))),
            legend=legend,
        ),
        tooltip=[row, series, *value],
    )
    fitted = {"autosize": alt.AutoSizeParams(type="fit-x"), "height": step * len(order)}
    return finished(panel([*lines, bars, dots], simulated).properties(width=WIDTH, **fitted))


def _upright(at: float, **style: Any) -> alt.Chart:
    return alt.Chart(DataFrame({"at": [at]})).mark_rule(color=SOFT, **style).encode(x="at:Q")


def answer_colours(count: int) -> list[str]:
    """`count` colours from the lowest answer to the highest, with grey in the middle."""
    few = {1: (4,), 2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
    if count in few:
        return [ANSWERS[k] for k in few[count]]
    return [_mixed(4 * k / (count - 1)) for k in range(count)]


def _mixed(place: float) -> str:
    first = min(int(place), 3)
    pair = [[int(ANSWERS[k][at : at + 2], 16) for at in (1, 3, 5)] for k in (first, first + 1)]
    share = place - first
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in zip(*pair, strict=True))


def _share(column: str, title: str) -> alt.Y:
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format="%", tickCount=5)
    return alt.Y(f"{column}:Q", title=title, scale=scale, axis=axis)


def _colour(rows: DataFrame, column: str) -> alt.Color:
    levels = sorted(rows[column].unique())
    scale = alt.Scale(domain=levels, range=cycle(SERIES, len(levels)))
    legend = legend_on_top() if len(levels) > 1 else None
    return alt.Color(f"{column}:N", scale=scale, legend=legend)


def _shape(rows: DataFrame, column: str) -> alt.Shape:
    levels = sorted(rows[column].unique())
    scale = alt.Scale(domain=levels, range=cycle(SHAPES, len(levels)))
    legend = legend_on_top() if len(levels) > 1 else None
    return alt.Shape(f"{column}:N", scale=scale, legend=legend)


def _dash(rows: DataFrame, column: str) -> alt.StrokeDash:
    levels = sorted(rows[column].unique())
    dashes = [DASHES[k % len(DASHES)] for k in range(len(levels))]
    scale = alt.Scale(domain=levels, range=dashes)
    legend = legend_on_top() if len(levels) > 1 else None  # one with that of the colours
    return alt.StrokeDash(f"{column}:N", scale=scale, legend=legend)


def legend_on_top() -> alt.Legend:
    return alt.Legend(title=None, orient="top", labelLimit=220)


def cycle(values: Sequence[str], count: int) -> list[str]:
    return [values[k % len(values)] for k in range(count)]


def _dodged(rows: DataFrame, column: str, series: str) -> Any:
    """The place on the axis, a little apart for each series, so that intervals do not overlap."""
    levels = sorted(rows[series].unique())
    steps = {level: k - (len(levels) - 1) / 2 for k, level in enumerate(levels)}
    reach = rows.groupby("protection")[column].transform(lambda x: (x.max() - x.min()) or 1.0)
    return rows[column] + rows[series].map(steps) * 0.03 * reach


def panel(
    layers: Layers, simulated: bool, middle: tuple[float, float] | None = None
) -> alt.LayerChart:
    """Layers with the stamp over them; `middle` is said where panels share one drawing."""
    x, y = middle or (alt.expr("width / 2"), alt.expr("height / 2"))
    stamp = (
        alt.Chart(DataFrame({"said": ["SIMULATED"]}))
        .mark_text(fontSize=26, fontWeight=600, angle=345, opacity=0.28, color=WARN)
        .encode(x=alt.value(x), y=alt.value(y), text="said:N")
    )
    return alt.layer(*layers, *([stamp] if simulated else []))


def finished(chart: Any) -> Spec:
    styled = chart.configure(
        background="transparent",
        font="Segoe UI, Roboto, Liberation Sans, sans-serif",
        padding={"left": 10, "top": 4, "right": 6, "bottom": 4},  # fonts are wider than estimated
    )
    styled = (
        styled.configure_view(stroke=None)
        .configure_axisQuantitative(tickCount=6)
        .configure_legend(
            labelColor=INK, labelFontSize=13, symbolStrokeWidth=0, padding=0, offset=12, columns=3
        )
    )
    styled = styled.configure_axis(
        **AXIS, labelFontSize=13, titleFontSize=13, labelLimit=230, labelSeparation=8
    )
    spec: Spec = styled.to_dict()
    return spec
