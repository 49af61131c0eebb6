"""Pictures of pairs."""

import altair as alt
import numpy as np
import pandas as pd
import style
from pandas import DataFrame
from style import finished, forest, number, row, words

from evaluation.charts.plots import SERIES
from evaluation.statistics import pairs
from evaluation.statistics.examples import comparisons, triplets, truth
from evaluation.statistics.examples.making import JND
from evaluation.statistics.jnd import amount_at, jnd_scale


def _preferences() -> pairs.Preferences:
    table = comparisons()
    return pairs.davidson(
        table["first"],
        table.second,
        table.first_won,
        raters=table.participant,
        artworks=table.artwork,
    )


def strengths() -> alt.LayerChart:
    found = _preferences().strengths
    true = truth().set_index("condition")["strength"].dropna()
    order = sorted(found, key=lambda item: -found[item].value)
    rows = [row(str(item), found[item], true=float(true[item] - true.mean())) for item in order]
    return finished(
        forest(rows, "strength (log odds against the mean of all)", marks=[0]),
        "From “which is closer?” to a scale",
        f"{style.SIMULATED} The black bar is the truth.",
    )


def chances() -> alt.LayerChart:
    found = _preferences()
    order = sorted(found.strengths, key=lambda item: -found.strengths[item].value)
    table = found.chances().loc[order, order]
    rows = table.stack().dropna().reset_index()
    rows.columns = pd.Index(["row", "column", "share"])
    base = alt.Chart(rows).encode(
        x=alt.X("column:N", sort=order, title=None, axis=alt.Axis(orient="top", labelAngle=-30)),
        y=alt.Y("row:N", sort=order, title=None),
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q",
            scale=alt.Scale(domain=[0.1, 0.7], range=["#f1efeb", SERIES[0]], interpolate="rgb"),
            legend=None,
        )
    )
    texts = base.mark_text(fontSize=12).encode(
        text=alt.Text("share:Q", format=".0%"),
        color=alt.condition("datum.share > 0.45", alt.value("white"), alt.value(style.INK)),
    )
    return finished(
        alt.layer(cells, texts).properties(width=400, height=230),
        "How often the row is preferred to the column (the rest are ties)",
    )


def gain() -> alt.LayerChart:
    table = comparisons()
    items = sorted({*table["first"], *table.second})
    columns = table["first"], table.second, table.first_won
    chosen = pairs.next_pairs(
        *columns, items=items, generator=np.random.default_rng(7), count=15, random_share=0.2
    )
    rows = {
        frozenset((pair.first, pair.second)): {
            "pair": f"{pair.first} – {pair.second}",
            "gain": pair.gain,
            "series": pair.chosen,
        }
        for pair in chosen
    }
    chart = (
        alt.Chart(DataFrame(list(rows.values())))
        .mark_bar(height={"band": 0.65})
        .encode(
            y=alt.Y("pair:N", sort="-x", title=None),
            x=alt.X(**number("gain", "expected information (nats)", zero=True)),
            color=style.coloured(["informative", "random"]),
        )
    )
    return finished(
        chart.properties(width=380, height=24 * len(rows)),
        "Which pairs to show next: the gains are small, and some stay random",
    )


def circles() -> alt.LayerChart:
    table = comparisons()
    columns = table["first"], table.second, table.first_won
    found = pairs.intransitivity(*columns, raters=table.participant)
    chart = forest(
        [row("24 raters", found.share)],
        "triads that go in a circle",
        percent=True,
        domain=(0, 0.3),
        marks=[0.25],
        step=44,
    )
    return finished(
        alt.layer(chart, words(0.252, 0, "guessing: 25 %", dy=-12).encode(y=alt.value(12))),
        "Raters go in circles less often than if they guessed",
    )


def noticeable() -> alt.LayerChart:
    table = triplets()
    found = jnd_scale(
        table["first"],
        table.second,
        table.first_more,
        reference="0",
        raters=table.participant,
        artworks=table.artwork,
        boosted=table.boosted,
        generator=np.random.default_rng(1),
    )
    rows = DataFrame(
        [
            {"budget": float(name), "jnd": e.value, "low": e.low, "high": e.high, "true": JND[name]}
            for name, e in found.levels.items()
            if isinstance(name, str)
        ]
    )
    at = amount_at(found, {name: float(str(name)) for name in found.levels})
    ladder = pd.concat([DataFrame([{"budget": 0.0, "jnd": 0.0}]), rows])
    bar = DataFrame({"low": [at.low], "high": [at.high], "at": [1.0]})
    x = alt.X(**number("budget", "budget", domain=[0, 0.17]))
    y = number("jnd", "distortion in JND", domain=[-0.2, 4.6])
    points = alt.Chart(rows).encode(x=x)
    return finished(
        alt.layer(
            alt.Chart(ladder).mark_line(strokeWidth=2, color=SERIES[0]).encode(x=x, y=alt.Y(**y)),
            points.mark_rule(strokeWidth=2, color=SERIES[0]).encode(y="low:Q", y2="high:Q"),
            points.mark_point(filled=True, size=70, color=SERIES[0], opacity=1).encode(y="jnd:Q"),
            points.mark_point(shape="square", size=160, color=style.INK).encode(y="true:Q"),
            style.level(1.0),
            alt.Chart(bar)
            .mark_rule(strokeWidth=3, color=SERIES[2])
            .encode(x="low:Q", x2="high:Q", y="at:Q"),
            words(at.high + 0.003, 0.82, f"1 JND at a budget of {at:.3f}", SERIES[2]),
        ).properties(width=450, height=250),
        "How distorted a budget looks",
        f"{style.SIMULATED} Squares: the truth.",
    )


FIGURES = {
    "jnd": noticeable,
    "pairs-circles": circles,
    "pairs-strengths": strengths,
    "pairs-chances": chances,
    "pairs-gain": gain,
}
