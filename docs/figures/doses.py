"""Pictures of thresholds and trend."""

import altair as alt
import numpy as np
import style
from pandas import DataFrame
from style import finished, forest, number, row, words

from evaluation.charts.plots import SERIES
from evaluation.statistics import trend
from evaluation.statistics.examples import ladder, ratings
from evaluation.statistics.thresholds import psychometric


def curve() -> alt.LayerChart:
    table = ladder()
    found = psychometric(table.level, table.yes, raters=table.participant, artworks=table.artwork)
    assert found.curve is not None
    at = np.linspace(0, 6, 61)
    names = ["all answers", "the rater in the middle"]
    lines = [
        {"level": x, "share": y, "series": name}
        for name, drawn in zip(names, (found.curve, found.curve.typical()), strict=True)
        for x, y in zip(at, drawn.share(at), strict=True)
    ]
    seen = table.groupby("level").yes.mean().reset_index()
    x = {"domain": [0, 6]}
    y = alt.Y(**number("share", "share of yes", percent=True, domain=[0, 1]))
    layers = [
        alt.Chart(DataFrame(lines))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(**number("level", "level of degradation", **x)),
            y=y,
            color=style.coloured(names),
        ),
        alt.Chart(seen)
        .mark_point(filled=True, size=60, color=style.INK, opacity=1)
        .encode(x="level:Q", y="yes:Q"),
    ]
    for share, level in found.thresholds.items():
        bar = DataFrame({"low": [level.low], "high": [level.high], "at": [share]})
        layers.append(
            alt.Chart(bar)
            .mark_rule(strokeWidth=3, color=SERIES[2], clip=True)
            .encode(x="low:Q", x2="high:Q", y="at:Q")
        )
        layers.append(words(level.high + 0.1, share, f"{share:.0%} at {level}", SERIES[2]))
    return finished(
        alt.layer(*layers).properties(width=450, height=250),
        "Where half, and nine in ten, still say yes",
        f"{style.SIMULATED} Green: 95 % intervals of the level.",
    )


def blocks() -> alt.LayerChart:
    table = ratings()
    veil = table[table.condition.isin(["clean", "veil-04", "veil-08", "veil-16"])]
    means = veil.groupby(["artwork", "budget"]).value.mean().reset_index()
    found = trend.page(means.value, means.artwork, means.budget)
    chart = (
        alt.Chart(means)
        .mark_line(strokeWidth=1.5, opacity=0.75, point=True, color=SERIES[0])
        .encode(
            x=alt.X("budget:O", title="budget of veil", axis=alt.Axis(labelAngle=0)),
            y=alt.Y(**number("value", "mean rating of an artwork", domain=[1, 5])),
            detail="artwork:N",
        )
    )
    return finished(
        chart.properties(width=380, height=230),
        f"Twelve artworks: mean rank correlation {found.effect}",
    )


def monotone() -> alt.LayerChart:
    table = ladder()
    found = trend.isotonic(
        table.yes,
        table.level,
        raters=table.participant,
        items=table.artwork,
        increasing=False,
        bounds=(0, 1),
        generator=np.random.default_rng(1),
    )
    rows = DataFrame(
        [
            {
                "level": level,
                "value": e.value,
                "low": e.low,
                "high": e.high,
                "mean": found.means[level],
            }
            for level, e in found.fitted.items()
        ]
    )
    x = alt.X(**number("level", "level of degradation", domain=[-0.2, 6.2]))
    base = alt.Chart(rows).encode(x=x)
    share = number("value", "share of yes", percent=True, domain=[0, 1])
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=2, color=SERIES[0])
            .encode(y=alt.Y(**share), y2="high:Q")
            .transform_calculate(value="datum.low"),
            base.mark_line(strokeWidth=2, color=SERIES[0], opacity=0.6).encode(y=alt.Y(**share)),
            base.mark_point(filled=True, size=75, opacity=1, color=SERIES[0]).encode(
                y=alt.Y(**share)
            ),
            base.mark_point(
                shape="square", size=160, color=SERIES[1], opacity=1, strokeWidth=1.5
            ).encode(y="mean:Q"),
        ).properties(width=430, height=230),
        "Means that never rise again",
        f"{style.SIMULATED} Squares: plain means of the levels.",
    )


def told_apart() -> alt.LayerChart:
    table = ladder()
    found = psychometric(
        table.level, table.right, guess=0.5, targets=(0.75,), raters=table.participant
    )
    assert found.curve is not None
    at = np.linspace(0, 6, 61)
    curve = DataFrame({"level": at, "share": found.curve.share(at)})
    seen = table.groupby("level").right.mean().reset_index()
    where = found.thresholds[0.75]
    bar = DataFrame({"low": [where.low], "high": [where.high], "at": [0.75]})
    x = alt.X(**number("level", "level of degradation", domain=[0, 6]))
    y = number("share", "right answers", percent=True, domain=[0.3, 1])
    return finished(
        alt.layer(
            alt.Chart(curve).mark_line(strokeWidth=2.5, color=SERIES[0]).encode(x=x, y=alt.Y(**y)),
            alt.Chart(seen)
            .mark_point(filled=True, size=60, color=style.INK, opacity=1)
            .encode(x="level:Q", y="right:Q"),
            style.level(0.5),
            alt.Chart(bar)
            .mark_rule(strokeWidth=3, color=SERIES[2])
            .encode(x="low:Q", x2="high:Q", y="at:Q"),
            words(where.high + 0.1, 0.75, f"75% right at {where}", SERIES[2]),
            words(0.05, 0.47, "guessing"),
        ).properties(width=450, height=230),
        "A choice of two: half the answers are right by chance",
    )


def rising() -> alt.LayerChart:
    table = ladder()
    rows = [
        row(
            "whole raters",
            trend.jonckheere(table.yes, table.level, clusters=table.participant).effect,
        ),
        row("answers as strangers", trend.jonckheere(table.yes, table.level).effect),
    ]
    return finished(
        forest(
            rows,
            "share of pairs of answers that rise with the level",
            percent=True,
            domain=(0, 1),
            marks=[0.5],
            step=32,
        ),
        "Answers fall along the ladder (50 %: no trend)",
    )


FIGURES = {
    "thresholds-choice": told_apart,
    "trend-jonckheere": rising,
    "thresholds": curve,
    "trend-page": blocks,
    "trend-isotonic": monotone,
}
