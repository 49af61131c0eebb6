"""Pictures of multiplicity and sequential."""

import altair as alt
import numpy as np
import style
from pandas import DataFrame
from style import finished, forest, number, row, words

from evaluation.charts.plots import SERIES
from evaluation.statistics import multiplicity, psr, sequential
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.examples import ratings, truth


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


FIGURES = {
    "multiplicity-p": adjusted,
    "sequential-precision": precision,
    "multiplicity": families,
    "sequential-looks": looks,
    "sequential-course": course,
}
