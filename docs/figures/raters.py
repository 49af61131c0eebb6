"""Pictures of psr, ordinal, mixed, agreement, opinion and groups."""

import warnings

import altair as alt
import numpy as np
import pandas as pd
import style
from pandas import DataFrame
from style import finished, forest, number, row, words

from evaluation.plots import ANSWERS, SERIES
from evaluation.statistics import agreement, mixed, opinion, ordinal, psr
from evaluation.statistics.examples import metrics, ratings, repeats, truth
from evaluation.statistics.groups import expert_vs_crowd

VEIL = ["clean", "veil-04", "veil-08", "veil-16"]
FOUR = ["participant", "artwork", ("artwork", "condition"), ("participant", "condition")]
KNOWN = "The black bar is the truth."


def psr_conditions() -> alt.LayerChart:
    table, rows = ratings(), []
    true = truth().set_index("condition")["protected"]
    for condition, part in table.groupby("condition"):
        columns = part.value, part.participant, part.artwork
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", psr.IndependenceWarning)
            found = [
                psr.protection_success_rate(*columns, success=(1, 2), interval=how).answers
                for how in ("clustered", "independent")
            ]
        named = ("raters and artworks are samples", "as if answers were independent")
        for estimate, series in zip(found, named, strict=True):
            rows.append(row(str(condition), estimate, series, float(true[condition])))
    return finished(
        forest(rows, "protection success rate (answers)", percent=True, domain=(0, 1)),
        "The narrow interval promises too much",
        f"{style.SIMULATED} {KNOWN}",
    )


def psr_equivalence() -> alt.LayerChart:
    table, rows = ratings(), []
    for first, second in (("clean", "veil-16-jpeg"), ("mesh-16", "veil-16"), ("clean", "veil-16")):
        two = table[table.condition.isin([first, second])]
        columns = two.value, two.participant, two.artwork, two.condition == second
        found = psr.equivalence(*columns, margin=0.1, success=(1, 2))
        rows.append(row(f"{second} − {first}", found.difference.estimate))
    band = (
        alt.Chart(DataFrame({"low": [-0.1], "high": [0.1]}))
        .mark_rect(color=SERIES[2], opacity=0.15)
        .encode(x="low:Q", x2="high:Q")
    )
    chart = forest(
        rows, "difference of success rates, 90 % interval", percent=True, step=34, width=500
    )
    return finished(
        alt.layer(band, style.upright(0), chart),
        "“Not significant” is not “equal”: only an interval inside the band shows equivalence",
    )


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


def opinion_scores() -> alt.HConcatChart:
    table = ratings()
    columns = table.value, table.participant, table.item
    true = metrics().set_index("item")["true_score"]
    plain, found = opinion.mos(*columns).scores, opinion.subject_bias(*columns).scores
    panels = []
    for name, scores in (("mos: plain means", plain), ("subject_bias: P.910", found)):
        points = DataFrame(
            {"true": [true[item] for item in scores], "score": [e.value for e in scores.values()]}
        )
        r = points["true"].corr(points["score"])
        diagonal = DataFrame({"true": [1.5, 4.5], "score": [1.5, 4.5]})
        x = alt.X(**number("true", "true mean of the population", domain=[1, 5]))
        y = alt.Y(**number("score", "score from ten raters", domain=[1, 5]))
        panels.append(
            alt.layer(
                alt.Chart(diagonal).mark_line(color=style.PALE, strokeDash=[5, 4]).encode(x=x, y=y),
                alt.Chart(points).mark_circle(color=SERIES[0], size=45).encode(x=x, y=y),
                words(1.15, 4.8, f"{name}, r = {r:.2f}", style.INK),
            ).properties(width=220, height=220)
        )
    return finished(
        alt.hconcat(*panels), "Scores of 108 pictures: random clickers count less in P.910"
    )


def opinion_raters() -> alt.LayerChart:
    table = ratings()
    found = opinion.subject_bias(table.value, table.participant, table.item)
    kinds = {"a": "artists", "c": "crowd"}
    rows = [
        {
            "rater": rater,
            "bias": found.bias[rater].value,
            "value": inconsistency.value,
            "low": inconsistency.low,
            "high": inconsistency.high,
            "series": "random clickers" if rater in ("c11", "c12") else kinds[str(rater)[0]],
        }
        for rater, inconsistency in found.inconsistency.items()
    ]
    series = ["artists", "crowd", "random clickers"]
    base = alt.Chart(DataFrame(rows)).encode(
        x=alt.X(**number("bias", "bias: added to every answer")),
        color=style.coloured(series, [SERIES[0], SERIES[2], SERIES[1]]),
    )
    title = "inconsistency"
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=1.5).encode(
                y=alt.Y(**number("low", title, domain=[0, 2.2])), y2="high:Q"
            ),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                y=alt.Y(**number("value", title, domain=[0, 2.2])), shape=style.shaped(series)
            ),
        ).properties(width=430, height=240),
        "Who clicks at random stands above the others; nobody is thrown out",
    )


def groups() -> alt.LayerChart:
    table = ratings()
    found = expert_vs_crowd(
        table.value,
        table.participant,
        table.item,
        table.population == "artists",
        clusters=table.artwork,
        generator=np.random.default_rng(6),
    )
    one = {name: group.reliability.value for name, group in found.groups.items()}
    shared = {"experts": 1.0, "crowd": min(found.true_score_correlation.value, 1.0) ** 2}
    rows = [
        {
            "k": k,
            "series": {"experts": "artists", "crowd": "crowd"}[name],
            "value": shared[name] * k * phi / (1 + (k - 1) * phi),
        }
        for name, phi in one.items()
        for k in np.arange(1, 21)
    ]
    chart = (
        alt.Chart(DataFrame(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(**number("k", "raters a picture", domain=[1, 20])),
            y=alt.Y(**number("value", "what their mean tells of artists’ scores", domain=[0, 1])),
            color=style.coloured(["artists", "crowd"]),
        )
    )
    equal = found.crowd_per_expert.value
    return finished(
        alt.layer(
            chart,
            style.level(one["experts"]),
            style.upright(equal),
            words(equal + 0.3, 0.06, f"{equal:.1f} of the crowd = one artist", style.INK),
        ).properties(width=430, height=220),
        "How many of the crowd equal one artist",
    )


def psr_intervals() -> alt.LayerChart:
    table = ratings()
    veil = table[table.condition == "veil-16"]
    columns = veil.value, veil.participant, veil.artwork
    true = float(truth().set_index("condition")["protected"]["veil-16"])
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", psr.IndependenceWarning)
        for how in ("clustered", "bootstrap", "model", "independent"):
            found = psr.protection_success_rate(
                *columns, success=(1, 2), interval=how, generator=np.random.default_rng(1)
            )
            rows.append(row(f"interval={how!r}", found.answers, true=true))
    return finished(
        forest(rows, "protection success rate of veil-16 (answers)", percent=True, domain=(0, 1)),
        "Four intervals of one share: the last takes 120 answers for 120 strangers",
        f"{style.SIMULATED} {KNOWN}",
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


def opinion_screening() -> alt.LayerChart:
    table = ratings()
    found = opinion.bt500_screening(table.value, table.participant, table.item)
    rows = [
        {
            "rater": str(rater),
            "share": screened.extreme_share,
            "series": "clicks at random" if rater in ("c11", "c12") else "answers honestly",
        }
        for rater, screened in found.raters.items()
    ]
    bars = (
        alt.Chart(DataFrame(rows))
        .mark_bar(width={"band": 0.7})
        .encode(
            x=alt.X("rater:N", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(**number("share", "extreme answers", percent=True, zero=True)),
            color=style.coloured(["answers honestly", "clicks at random"]),
        )
    )
    return finished(
        alt.layer(bars, style.level(0.05)).properties(width=560, height=160),
        "BT.500 counts extreme answers: it finds one of two who click at random",
        f"{style.SIMULATED} Dashed: the 5 % above which a rater may be rejected.",
    )


def psr_compare() -> alt.LayerChart:
    table, rows = ratings(), []
    clean = table[table.condition == "clean"]
    for condition in sorted({*table.condition} - {"clean"}):
        two = pd.concat([clean, table[table.condition == condition]])
        second, apart = two.condition == condition, two.condition + " "
        for series, part in (("shared raters and artworks", ""), ("as if they were others", apart)):
            found = psr.difference(
                two.value, part + two.participant, part + two.artwork, second, success=(1, 2)
            )
            rows.append(row(f"{condition} − clean", found.estimate, series))
    return finished(
        forest(rows, "difference of success rates", percent=True, marks=[0]),
        "What raters and artworks share cancels: pairing is worth many answers",
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
    "psr-compare": psr_compare,
    "ordinal-modes": ordinal_modes,
    "psr-intervals": psr_intervals,
    "ordinal-means": ordinal_means,
    "agreement-kappa": agreement_kappa,
    "opinion-screening": opinion_screening,
    "psr-conditions": psr_conditions,
    "psr-equivalence": psr_equivalence,
    "ordinal-effects": ordinal_effects,
    "ordinal-profile": ordinal_profile,
    "ordinal-shares": ordinal_shares,
    "ordinal-odds": ordinal_odds,
    "mixed-terms": mixed_terms,
    "mixed-population": mixed_population,
    "agreement-coefficients": agreement_coefficients,
    "agreement-prevalence": agreement_prevalence,
    "agreement-reliability": agreement_reliability,
    "agreement-ceiling": agreement_ceiling,
    "agreement-retest": agreement_retest,
    "opinion-scores": opinion_scores,
    "opinion-raters": opinion_raters,
    "groups": groups,
}
