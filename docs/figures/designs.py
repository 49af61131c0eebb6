"""Pictures of pairs, multiplicity, sequential, thresholds and trend."""

import altair as alt
import numpy as np
import pandas as pd
import style
from pandas import DataFrame
from style import finished, forest, number, row, words

from evaluation.plots import SERIES
from evaluation.statistics import multiplicity, pairs, psr, sequential, trend
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.examples import comparisons, ladder, ratings, truth
from evaluation.statistics.thresholds import psychometric


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


def families() -> alt.LayerChart:
    table = ratings()
    columns = table.value, table.participant, table.artwork, table.condition
    found = psr.compare(*columns, reference="clean", success=(1, 2))
    shares = (table.value <= 2).groupby([table.participant, table.condition]).mean().unstack()
    apart = shares.drop(columns="clean").sub(shares["clean"], axis=0).to_numpy()
    rng = np.random.default_rng(1)
    drawn = np.stack([apart[rng.integers(0, 20, 20)].mean(0) for _ in range(2000)])
    family = multiplicity.max_t(apart.mean(0), drawn - apart.mean(0), n=len(table))
    rows = []
    for k, name in enumerate(found.differences):
        rows.append(row(name, found.differences[name].estimate, "one at a time"))
        rows.append(row(name, found.simultaneous[name].estimate, "all together (Bonferroni)"))
        rows.append(row(name, family.estimates[k], "all together (max-T, raters drawn)"))
    return finished(
        forest(rows, "protected: share above the clean arm", percent=True, marks=[0]),
        "Eight comparisons: intervals that hold together are wider",
    )


def looks() -> alt.LayerChart:
    fractions = [k / 10 for k in range(1, 11)]
    planned = sequential.obrien_fleming(fractions)
    rows = [
        {"fraction": fraction, "z": z}
        for fraction, z in zip(fractions, planned.critical, strict=True)
        if z < 6
    ]
    base = alt.Chart(DataFrame(rows)).encode(
        x=alt.X(
            **number("fraction", "share of the raters who are in", percent=True, domain=[0, 1])
        ),
        y=alt.Y(**number("z", "standard errors that it takes", domain=[0, 6])),
    )
    return finished(
        alt.layer(
            style.level(1.96),
            words(0.02, 1.68, "1.96: what a single look needs"),
            base.mark_line(strokeWidth=2, color=SERIES[0]),
            base.mark_point(filled=True, size=70, opacity=1, color=SERIES[0]),
        ).properties(width=430, height=220),
        "Who looks early needs strong evidence; the last look costs next to nothing",
        "obrien_fleming: ten looks that together err in 5 % (the first needs more than 6).",
    )


def course() -> alt.LayerChart:
    table = ratings()
    veil = table[table.condition.isin(["mesh-16", "veil-16"])]
    order = np.random.default_rng(3).permutation(veil.participant.unique())
    rank = {rater: k for k, rater in enumerate(order)}
    veil = veil.sort_values("participant", key=lambda column: column.map(rank), kind="stable")
    hits = veil.value <= 2
    always = sequential.confidence_sequence(hits, veil.participant)
    names = ["confidence_sequence", "a plain interval at each look"]
    rows = []
    for k in range(3, 21):
        some = veil.participant.isin(order[:k])
        plain = clustered_share(hits[some], veil.participant[some], veil.artwork[some]).estimate
        rows.append(
            {"k": k, "low": always.low[k - 1], "high": always.high[k - 1], "series": names[0]}
        )
        rows.append({"k": k, "low": plain.low, "high": plain.high, "series": names[1]})
    true = truth().set_index("condition")["protected"][["mesh-16", "veil-16"]].mean()
    chart = (
        alt.Chart(DataFrame(rows))
        .mark_area(opacity=0.35, line={"strokeWidth": 1.5})
        .encode(
            x=alt.X(**number("k", "raters who are in", domain=[3, 20])),
            y=alt.Y(**number("low", "share of protected answers", percent=True, domain=[0, 1])),
            y2="high:Q",
            color=style.coloured(names),
        )
    )
    return finished(
        alt.layer(chart, style.level(float(true))).properties(width=450, height=230),
        "Limits that hold at every number of raters at once are wider",
        f"{style.SIMULATED} Dashed: the truth.",
    )


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


def adjusted() -> alt.LayerChart:
    table = ratings()
    columns = table.value, table.participant, table.artwork, table.condition
    found = psr.compare(*columns, reference="clean", success=(1, 2)).differences
    p = np.array([each.p for each in found.values()])
    named = {
        "plain p": p,
        "benjamini_hochberg": multiplicity.benjamini_hochberg(p),
        "holm": multiplicity.holm(p),
    }
    rows = [
        {"row": name, "series": series, "value": float(max(value, 1e-4))}
        for series, values in named.items()
        for name, value in zip(found, values, strict=True)
    ]
    order = [list(found)[k] for k in np.argsort(p)]
    chart = (
        alt.Chart(DataFrame(rows))
        .mark_point(filled=True, size=75, opacity=1)
        .encode(
            y=alt.Y("row:N", sort=order, title=None, axis=alt.Axis(grid=True)),
            x=alt.X(
                "value:Q",
                title="p of the difference from clean",
                scale=alt.Scale(type="log", domain=[1e-4, 1]),
                axis=alt.Axis(values=[0.0001, 0.001, 0.01, 0.05, 0.2, 1], format="~g"),
            ),
            color=style.coloured(list(named)),
            shape=style.shaped(list(named)),
        )
    )
    return finished(
        alt.layer(style.upright(0.05), chart).properties(width=style.WIDTH, height=220),
        "Eight p-values, alone and as a family (dashed: 5 %)",
    )


def precision() -> alt.LayerChart:
    table = ratings()
    veil = table[table.condition.isin(["mesh-16", "veil-16"])]
    order = np.random.default_rng(3).permutation(veil.participant.unique())
    names, rows = ["plain interval", "anytime"], []
    for k in range(4, 21):
        some = veil[veil.participant.isin(order[:k])]
        fixed = clustered_share(some.value <= 2, some.participant, some.artwork).estimate
        always = sequential.anytime(fixed, raters=k, tuned_for=20, bounds=(0, 1))
        for name, found in zip(names, (fixed, always), strict=True):
            rows.append({"k": k, "half": (found.high - found.low) / 2, "series": name})
    lines = (
        alt.Chart(DataFrame(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(**number("k", "raters who are in", domain=[4, 20])),
            y=alt.Y(**number("half", "half width of the interval", percent=True, domain=[0, 0.5])),
            color=style.coloured(names),
        )
    )
    return finished(
        alt.layer(lines, style.level(0.15)).properties(width=430, height=210),
        "Stop when the interval is short enough; looking at any time costs width",
        f"{style.SIMULATED} Dashed: the precision that was wanted.",
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
    "pairs-circles": circles,
    "multiplicity-p": adjusted,
    "sequential-precision": precision,
    "thresholds-choice": told_apart,
    "trend-jonckheere": rising,
    "pairs-strengths": strengths,
    "pairs-chances": chances,
    "pairs-gain": gain,
    "multiplicity": families,
    "sequential-looks": looks,
    "sequential-course": course,
    "thresholds": curve,
    "trend-page": blocks,
    "trend-isotonic": monotone,
}
