"""Pictures of ordinal and mixed."""

import altair as alt
import numpy as np
import style
from pandas import DataFrame
from style import finished, forest, number, row

from evaluation.charts.plots import ANSWERS, SERIES
from evaluation.statistics import mixed, ordinal
from evaluation.statistics.examples import ratings

VEIL = ["clean", "veil-04", "veil-08", "veil-16"]
FOUR = ["participant", "artwork", ("artwork", "condition"), ("participant", "condition")]


def _two_and_four() -> tuple[ordinal.Fit, ordinal.Fit]:
    table = ratings()
    four = table[table.condition.isin(VEIL)]
    two = ordinal.clmm(four, "value", "condition", ["participant", "artwork"])
    return two, ordinal.rating_model(four)


def ordinal_effects() -> alt.LayerChart:
    two, four = _two_and_four()
    rows = []
    for name in four.coefficients:
        label = f"{name.removeprefix('condition')} − clean"
        rows.append(row(label, two.coefficients[name], "rater and artwork alone"))
        rows.append(row(label, four.coefficients[name], "rating_model: four terms"))
    return finished(
        forest(rows, "effect on the latent scale (log odds)", marks=[0], colours=SERIES[1::-1]),
        "Two random terms are too sure of themselves",
    )


def ordinal_profile() -> alt.LayerChart:
    _, fit = _two_and_four()
    rows = []
    for name, wald in fit.standard_deviations.items():
        if wald.has_interval:
            rows.append(row(name, wald, "Wald"))
        rows.append(row(name, ordinal.profile(fit, name), "profile of the likelihood"))
    return finished(
        forest(rows, "standard deviation on the latent scale", domain=(0, 3), marks=[0]),
        "Small standard deviations: Wald’s intervals stay away from zero",
    )


def ordinal_shares() -> alt.LayerChart:
    _, fit = _two_and_four()
    found = ordinal.shares(fit, "condition")
    rows = [
        {"condition": condition, "series": answer, "share": share.value, "point": int(answer)}
        for condition, of in found.items()
        for answer, share in of.items()
    ]
    rates = ordinal.success_rates(fit, "condition", success=[1, 2]).rates
    limits = DataFrame(
        [{"condition": name, "low": rate.low, "high": rate.high} for name, rate in rates.items()]
    )
    y = alt.Y("condition:N", title=None)
    bars = (
        alt.Chart(DataFrame(rows))
        .mark_bar(height={"band": 0.7})
        .encode(
            y=y,
            x=alt.X("share:Q", title="share of answers", axis=alt.Axis(format="%"), stack="zero"),
            color=alt.Color(
                "series:N",
                scale=alt.Scale(domain=list("12345"), range=list(ANSWERS[::-1])),
                legend=alt.Legend(columns=5),
            ),
            order="point:Q",
        )
    )
    ends = (
        alt.Chart(limits)
        .mark_rule(strokeWidth=2.5, color=style.INK)
        .encode(y=y, x="low:Q", x2="high:Q")
    )
    return finished(
        alt.layer(bars, ends).properties(width=style.WIDTH, height=150),
        "Protection moves answers towards “not at all successful”",
        f"{style.SIMULATED} Black: 95 % interval of the share of 1 and 2.",
    )


def ordinal_odds() -> alt.LayerChart:
    _, fit = _two_and_four()
    own = ordinal.proportional_odds(fit, "condition").thresholds
    rows = [
        {"condition": condition, "series": name, "at": found.value}
        for condition, of in own.items()
        for name, found in of.items()
    ]
    base = alt.Chart(DataFrame(rows)).encode(
        y=alt.Y("condition:N", title=None), color=style.coloured([*own["clean"]])
    )
    x = alt.X(**number("at", "where the latent scale is cut, each condition with cuts of its own"))
    return finished(
        alt.layer(
            base.mark_line(strokeWidth=1.5, opacity=0.6).encode(x=x, order="condition:N"),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                x=x, shape=style.shaped([*own["clean"]])
            ),
        ).properties(width=style.WIDTH, height=140),
        "Parallel lines: one number is enough for what a condition does",
    )


def mixed_terms() -> alt.LayerChart:
    table = ratings()
    two = table[table.condition.isin(["clean", "veil-16"])]
    rows = []
    for said, groups in (("rater, artwork", FOUR[:2]), ("all four", FOUR)):
        effects = mixed.linear(two, "value", "condition", groups).coefficients
        rows.append(row(said, list(effects.values())[-1]))
    return finished(
        forest(rows, "veil-16 − clean, points of the scale", marks=[0], width=420, step=34),
        "The same answers, with two random terms and with four",
    )


def mixed_population() -> alt.LayerChart:
    table = ratings()
    two = table[table.condition.isin(["clean", "veil-16"])].copy()
    two["held"] = two.value <= 2
    fit = mixed.logit(two, "held", "condition", FOUR)
    shares = fit.population("condition")
    latent = np.cumsum([found.value for found in fit.coefficients.values()])
    rows = [row(name, share, "in the population") for name, share in shares.items()]
    typical = 1 / (1 + np.exp(-latent))
    for name, value in zip(shares, typical, strict=True):
        rows.append({"row": name, "series": "typical rater and picture", "value": float(value)})
    return finished(
        forest(rows, "share of protections that held", percent=True, domain=(0, 1), marks=[0.5]),
        "A typical rater and picture is further from one half than a population",
    )


def ordinal_means() -> alt.VConcatChart:
    _, fit = _two_and_four()
    means = [row(name, mean) for name, mean in ordinal.marginal_means(fit, "condition").items()]
    apart = [
        row(f"{found.second} − {found.first}", found.estimate)
        for found in ordinal.contrasts(fit, "condition")
    ]
    return finished(
        alt.vconcat(
            forest(means, "marginal mean on the latent scale", domain=(-3, 2.2), marks=[0]),
            forest(apart, "difference of two conditions", domain=(-3, 2.2), marks=[0]),
        ),
        "Overlapping intervals of means do not say that conditions are equal",
    )


def ordinal_modes() -> alt.LayerChart:
    _, fit = _two_and_four()
    modes = fit.modes("participant").sort_values("mode").reset_index(names="rater")
    modes = modes.assign(low=modes["mode"] - 1.96 * modes.se, high=modes["mode"] + 1.96 * modes.se)
    base = alt.Chart(modes).encode(
        x=alt.X("rater:N", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    )
    title = "above the average rater (log odds)"
    return finished(
        alt.layer(
            style.level(0),
            base.mark_rule(strokeWidth=2, color=SERIES[0]).encode(
                y=alt.Y(**number("low", title)), y2="high:Q"
            ),
            base.mark_point(filled=True, size=60, color=SERIES[0], opacity=1).encode(
                y=alt.Y(**number("mode", title))
            ),
        ).properties(width=560, height=190),
        "How harsh each rater is, as the model sees it (mode ± 1.96 errors)",
    )


FIGURES = {
    "ordinal-modes": ordinal_modes,
    "ordinal-means": ordinal_means,
    "ordinal-effects": ordinal_effects,
    "ordinal-profile": ordinal_profile,
    "ordinal-shares": ordinal_shares,
    "ordinal-odds": ordinal_odds,
    "mixed-terms": mixed_terms,
    "mixed-population": mixed_population,
}
