"""Pictures of agreement."""

import altair as alt
import numpy as np
import style
from pandas import DataFrame
from style import finished, forest, number, row

from evaluation.charts.plots import SERIES
from evaluation.statistics import agreement
from evaluation.statistics.examples import metrics, ratings, repeats


def agreement_coefficients() -> alt.LayerChart:
    table, seen = ratings(), repeats()
    columns = table.value, table.participant, table.item
    means = table.groupby(["participant", "condition"]).value.mean().reset_index()
    complete = means.value, means.participant, means.condition
    icc = agreement.icc(*columns)
    again = seen["first"], seen.again, seen.participant, seen.item
    found = {
        "krippendorff_alpha": agreement.krippendorff_alpha(*columns).estimate,
        "… within conditions": agreement.krippendorff_alpha(
            *columns, strata=table.condition, clusters=table.artwork
        ).estimate,
        "fleiss_kappa": agreement.fleiss_kappa(*columns).estimate,
        "gwet_ac, quadratic": agreement.gwet_ac(*columns, weights="quadratic").estimate,
        "icc: one answer, ICC(A,1)": icc["ICC(A,1)"],
        "icc: means, ICC(A,k)": icc["ICC(A,k)"],
        "kendall_w, of conditions": agreement.kendall_w(*complete).w,
        "split_half, of conditions": agreement.split_half(
            *complete, generator=np.random.default_rng(1)
        ).reliability,
        "noise_ceiling, of means": agreement.noise_ceiling(*columns).of_means,
        "test_retest: kappa": agreement.test_retest(*again).kappa,
    }
    rows = [row(name, estimate) for name, estimate in found.items()]
    return finished(
        forest(rows, "0: chance, 1: perfect", domain=(0, 1), step=24),
        "“Agreement” has many numbers: one study, ten of them",
    )


def agreement_prevalence() -> alt.LayerChart:
    table = ratings()
    rows = []
    for condition in ("mesh-16", "clean"):
        only = table[table.condition == condition]
        part = (only.value <= 2).astype(float), only.participant, only.item
        found = agreement.gwet_ac(*part), agreement.fleiss_kappa(*part)
        named = ("raw agreement", "gwet_ac (AC1)", "fleiss_kappa")
        for name, estimate in zip(
            named, (found[0].observed, found[0].estimate, found[1].estimate), strict=True
        ):
            rows.append(row(f"{condition}: {part[0].mean():.0%} protected", estimate, name))
    return finished(
        forest(rows, "agreement on “the protection held”", domain=(-0.3, 1), marks=[0]),
        "Where most answers are alike, kappa falls though raters agree",
    )


def agreement_reliability() -> alt.LayerChart:
    table = ratings()
    columns = table.value, table.participant, table.item
    whole = agreement.icc(*columns)
    within = agreement.icc(*columns, strata=table.condition)
    rows = [
        {"k": k, "series": series, "value": found.of_means(k)}
        for series, found in (("all pictures", whole), ("within conditions", within))
        for k in range(1, 41)
    ]
    chart = (
        alt.Chart(DataFrame(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(**number("k", "raters a picture", domain=[0, 40])),
            y=alt.Y(**number("value", "reliability of their mean", domain=[0, 1])),
            color=style.coloured(["all pictures", "within conditions"]),
        )
    )
    return finished(
        alt.layer(chart, style.level(0.8)).properties(width=430, height=210),
        "How many raters a mean needs depends on what it should tell apart",
    )


def agreement_ceiling() -> alt.LayerChart:
    table = ratings()
    found = agreement.noise_ceiling(table.value, table.participant, table.item)
    means = table.groupby("item").value.mean().rename("human")
    both = metrics().merge(means, on="item")
    rows = [
        row("ceiling: means of ten raters", found.of_means, "ceiling"),
        row("ceiling: one rater, with all", found.upper, "ceiling"),
        row("ceiling: one rater, with the others", found.lower, "ceiling"),
    ]
    for name, column in (("LPIPS", -both.lpips), ("CLIP", both.clip_margin), ("DINO", both.dino)):
        rows.append(
            {"row": f"{name} with means", "series": "metric", "value": column.corr(both.human)}
        )
    return finished(
        forest(
            rows, "correlation", domain=(0, 1), colours=[SERIES[5], SERIES[0]], step=24, dodge=False
        ),
        "Hold a metric against what a perfect one could reach",
    )


def agreement_retest() -> alt.LayerChart:
    seen = repeats()
    found = agreement.test_retest(seen["first"], seen.again, seen.participant, seen.item)
    points = DataFrame(
        {"mean": (seen["first"] + seen.again) / 2, "apart": seen.again - seen["first"]}
    )
    counts = points.value_counts().reset_index(name="pairs")
    dots = (
        alt.Chart(counts)
        .mark_circle(color=SERIES[0], opacity=0.75)
        .encode(
            x=alt.X(**number("mean", "mean of both answers", domain=[0.8, 5.2])),
            y=alt.Y(**number("apart", "second less first", domain=[-4.5, 4.5])),
            size=alt.Size("pairs:Q", scale=alt.Scale(range=[20, 500]), legend=None),
        )
    )
    lines = [style.level(found.limits[k].value) for k in (0, 1)] + [style.level(0, (1, 0))]
    return finished(
        alt.layer(*lines, dots).properties(width=430, height=230),
        "The same rater, the same picture, twice: dashed, the limits of agreement",
        f"{style.SIMULATED} Larger dots: more pairs.",
    )


def agreement_kappa() -> alt.LayerChart:
    seen = repeats()
    rows = [
        row(
            f"weights={weights!r}",
            agreement.weighted_kappa(
                seen["first"],
                seen.again,
                weights=weights,
                raters=seen.participant,
                items=seen.item,
            ),
        )
        for weights in ("identity", "linear", "quadratic")
    ]
    return finished(
        forest(rows, "kappa of first and second answer", domain=(0, 1)),
        "“Kappa” is three numbers: say which weights",
    )


FIGURES = {
    "agreement-kappa": agreement_kappa,
    "agreement-coefficients": agreement_coefficients,
    "agreement-prevalence": agreement_prevalence,
    "agreement-reliability": agreement_reliability,
    "agreement-ceiling": agreement_ceiling,
    "agreement-retest": agreement_retest,
}
