"""Every public function of the statistics, called on such a table of answers: CLOSED and DRAWN."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from evaluation.statistics import agreement, meta, mixed, opinion, ordinal, pairs, ppi, psr
from evaluation.statistics.answers import Answers
from evaluation.statistics.association import (
    auc,
    calibration,
    compare_dependent,
    correlation,
    delong,
    dominance,
)
from evaluation.statistics.bootstrap import crossed_mean
from evaluation.statistics.clustered import clustered_difference, clustered_mean, clustered_share
from evaluation.statistics.composite import nested_cv
from evaluation.statistics.groups import expert_vs_crowd
from evaluation.statistics.jnd import amount_at, jnd_scale
from evaluation.statistics.sequential import anytime, confidence_sequence, stop_at_precision
from evaluation.statistics.thresholds import psychometric
from evaluation.statistics.trend import isotonic, jonckheere, page
from tests.evaluation.statistics.degenerate_tables import (
    Call,
    Table,
    columns,
    decided,
    grids,
    paired_comparisons,
    seeded,
)

DRAWS = 100


def fit_of(fit: Any) -> dict[str, object]:
    """What a model says, looked at by hand, for it is computed on demand."""
    found = {
        "converged": fit.converged,
        "coefficients": dict(fit.coefficients),
        "standard deviations": dict(fit.standard_deviations),
    }
    if isinstance(fit, ordinal.Fit):
        found |= {"thresholds": dict(fit.thresholds), "odds": dict(fit.odds_ratios)}
    if not fit.converged:
        assert not any(e.defined for e in fit.coefficients.values())
        assert not any(e.defined for e in fit.standard_deviations.values())
    return found


def model_and_more(t: Table) -> object:
    fit = ordinal.clmm(t, "value", "condition", ["rater", "artwork"])
    return [
        fit_of(fit),
        ordinal.shares(fit, "condition"),
        ordinal.success_rates(fit, "condition", [4, 5]),
        ordinal.marginal_means(fit, "condition"),
        ordinal.contrasts(fit, "condition"),
        ordinal.drop_each(fit),
        ordinal.proportional_odds(fit, "condition"),
    ]


def psr_of(interval: Any, t: Table) -> object:
    return psr.protection_success_rate(
        t["value"],
        t["rater"],
        t["artwork"],
        success=(1, 2),
        interval=interval,
        generator=seeded(),
        replicates=DRAWS,
    )


def psr_difference(function: Callable[..., object], t: Table, **how: Any) -> object:
    second = (t["condition"] == "b").to_numpy()
    return function(t["value"], t["rater"], t["artwork"], second, success=(1, 2), **how)


def answers_and_metrics(t: Table) -> object:
    items = t.drop_duplicates("item").sort_values("item")
    rated = meta.Rated(
        Answers.of(*columns(t)),
        items[["metric", "other"]].to_numpy().T,
        pd.factorize(items["artwork"])[0],
        pd.factorize(items["condition"])[0],
    )
    human, (first, second) = meta.grid_ratings(rated)
    return meta.compare_metrics(
        human,
        first,
        second,
        by="none",
        coefficient="spearman",
        generator=seeded(),
        replicates=DRAWS,
        held=True,
    )


def powered(function: Callable[..., object], t: Table, **more: Any) -> object:
    yes = "yes" if function is ppi.proportion else "value"
    return function(
        t[yes],
        t["metric"],
        np.linspace(-1, 1, 12),
        artists=t["artwork"],
        raters=t["rater"],
        artists_unlabelled=np.arange(12) // 3 + 50,
        **more,
    )


def nested(t: Table) -> object:
    features = t[["metric", "other"]].to_numpy()
    return nested_cv(features, t["value"], t["artwork"], generator=seeded(), outer=2, inner=2)


def on_grid(function: Callable[..., object], *names: str, **how: Any) -> Call:
    def called(t: Table) -> object:
        cells = grids(t)
        return function(*(cells[name] for name in names), **how)

    return called


def drawing(function: Callable[..., object], *names: str, **how: Any) -> Call:
    return lambda t: on_grid(function, *names, generator=seeded(), **how)(t)


def jnd_of(t: Table, **how: Any) -> object:
    first, second, won, raters = paired_comparisons(t)[:4]
    found = jnd_scale(
        first,
        second,
        won,
        reference=min([*first, *second], default=0),
        raters=raters,
        generator=seeded(),
        replicates=DRAWS,
        **how,
    )
    amounts = {name: place + 1.0 for place, name in enumerate(found.levels)}
    return found.levels, found.band, amount_at(found, amounts)


LEVELS: tuple[Any, ...] = ("nominal", "ordinal", "interval", "ratio")
CLOSED: dict[str, Call] = {
    **{
        f"krippendorff_alpha, {level}": lambda t, level=level: agreement.krippendorff_alpha(
            *columns(t), level
        )
        for level in LEVELS
    },
    "gwet_ac": lambda t: agreement.gwet_ac(*columns(t)),
    "gwet_ac, quadratic": lambda t: agreement.gwet_ac(*columns(t), weights="quadratic"),
    "fleiss_kappa": lambda t: agreement.fleiss_kappa(*columns(t)),
    "icc": lambda t: agreement.icc(*columns(t)),
    "kendall_w": lambda t: agreement.kendall_w(*columns(t)),
    "noise_ceiling": lambda t: agreement.noise_ceiling(*columns(t)),
    "weighted_kappa": lambda t: agreement.weighted_kappa(t["value"], t["again"]),
    "test_retest": lambda t: agreement.test_retest(t["value"], t["again"], t["rater"], t["item"]),
    "mos": lambda t: opinion.mos(*columns(t)),
    "subject_bias, projection": lambda t: opinion.subject_bias(*columns(t)),
    "subject_bias, likelihood": lambda t: opinion.subject_bias(*columns(t), method="likelihood"),
    "bt500_screening": lambda t: opinion.bt500_screening(*columns(t)),
    "clustered_mean": lambda t: clustered_mean(*columns(t)),
    "clustered_share": lambda t: clustered_share(t["yes"], t["rater"], t["item"]),
    "clustered_difference": lambda t: clustered_difference(
        t["value"], t["rater"], t["artwork"], t["condition"] == "b"
    ),
    "psr, clustered": partial(psr_of, "clustered"),
    "psr, model": partial(psr_of, "model"),
    "psr.difference, clustered": lambda t: psr_difference(psr.difference, t),
    "psr.difference, model": lambda t: psr_difference(psr.difference, t, interval="model"),
    "psr.equivalence": lambda t: psr_difference(psr.equivalence, t, margin=0.1),
    "psr.non_inferiority": lambda t: psr_difference(psr.non_inferiority, t, margin=0.1),
    "psr.compare": lambda t: psr.compare(
        t["value"], t["rater"], t["artwork"], t["condition"], reference="a", success=(1, 2)
    ),
    "clm": lambda t: fit_of(ordinal.clm(t, "value", "condition")),
    "clmm and what it gives": model_and_more,
    "clmm, quadrature": lambda t: fit_of(ordinal.clmm(t, "value", "condition", ["rater"], nodes=5)),
    "clmm, probit, equidistant": lambda t: fit_of(
        ordinal.clmm(t, "value", "condition", ["rater"], "probit", "equidistant")
    ),
    "rating_model": lambda t: fit_of(ordinal.rating_model(t)),
    "rating_model, interaction": lambda t: fit_of(
        ordinal.rating_model(t, fixed="condition * expert")
    ),
    "mixed.linear": lambda t: fit_of(mixed.linear(t, "value", "condition", ["rater", "artwork"])),
    "mixed.logit": lambda t: fit_of(mixed.logit(t, "yes", "condition", ["rater", "artwork"])),
    "psychometric": lambda t: psychometric(t["item"] % 4, t["yes"]),
    "psychometric, raters": lambda t: psychometric(t["item"] % 4, t["yes"], raters=t["rater"]),
    "psychometric, lapse": lambda t: psychometric(t["item"] % 4, t["yes"], lapse=None),
    "jonckheere": lambda t: jonckheere(t["value"], t["item"] % 4),
    "jonckheere by rater": lambda t: jonckheere(t["value"], t["item"] % 4, clusters=t["rater"]),
    "page": lambda t: page(t["value"], t["rater"], t["item"] % 4),
    "correlation": lambda t: correlation(t["value"], t["metric"]),
    "correlation, partial ranks": lambda t: correlation(
        t["value"], t["metric"], method="spearman", given=t["other"]
    ),
    "correlation, kendall": lambda t: correlation(t["value"], t["metric"], method="kendall"),
    "correlation, disattenuated": lambda t: correlation(
        t["value"], t["metric"], reliability=(0.5, 0.9)
    ),
    "compare_dependent": lambda t: compare_dependent(t["metric"], t["other"], t["value"]),
    "auc": lambda t: auc(t["metric"], t["yes"]),
    "auc by artwork": lambda t: auc(t["metric"], t["yes"], clusters=t["artwork"]),
    "delong": lambda t: delong(t["metric"], t["other"], t["yes"]),
    "delong by artwork": lambda t: delong(t["metric"], t["other"], t["yes"], clusters=t["artwork"]),
    "calibration": lambda t: calibration(t["value"] / 6, t["yes"]),
    "calibration by artwork": lambda t: calibration(
        t["value"] / 6, t["yes"], clusters=t["artwork"]
    ),
    "ppi.mean": partial(powered, ppi.mean),
    "ppi.proportion": partial(powered, ppi.proportion),
    "ppi.difference": lambda t: powered(
        ppi.difference, t, second=t["condition"] == "b", second_unlabelled=np.arange(12) % 2 == 1
    ),
    "bradley_terry": lambda t: pairs.bradley_terry(*decided(t)[:3]),
    "bradley_terry by rater": lambda t: pairs.bradley_terry(
        *decided(t)[:3], raters=decided(t)[3], position=False
    ),
    "bradley_terry, prior": lambda t: pairs.bradley_terry(*decided(t)[:3], prior=2.0),
    "thurstone": lambda t: pairs.thurstone(*decided(t)[:3]),
    "davidson": lambda t: pairs.davidson(*paired_comparisons(t)[:3]),
    "intransitivity": lambda t: pairs.intransitivity(
        *paired_comparisons(t)[:3], raters=paired_comparisons(t)[3]
    ),
    "agreement": on_grid(meta.agreement, "human", "first"),
    "agreement, group-by-item": on_grid(meta.agreement, "human", "first", by="group-by-item"),
    "agreement, none, kendall": on_grid(
        meta.agreement, "human", "first", by="none", coefficient="kendall"
    ),
    "agreement, accuracy": on_grid(
        meta.agreement, "human", "first", by="group-by-item", coefficient="accuracy"
    ),
    "pairwise_accuracy": on_grid(meta.pairwise_accuracy, "human", "first"),
    "tie_calibration": lambda t: meta.tie_calibration(
        t.groupby("item")["value"].mean(), t.groupby("item")["metric"].mean()
    ),
    "confidence_sequence": lambda t: (
        confidence_sequence(t["value"], t["rater"], bounds=(1, 5)).estimate
    ),
    "anytime": lambda t: anytime(
        clustered_mean(*columns(t)).estimate, raters=t["rater"].nunique(), tuned_for=40
    ),
    "stop_at_precision": lambda t: stop_at_precision(
        clustered_mean(*columns(t)).estimate, half_width=0.1, raters=t["rater"].nunique()
    ),
}
DRAWN: dict[str, Call] = {
    "krippendorff_alpha, bootstrap": lambda t: agreement.krippendorff_alpha(
        *columns(t), interval="bootstrap", generator=seeded(), replicates=DRAWS
    ),
    "split_half": lambda t: agreement.split_half(*columns(t), generator=seeded(), splits=20),
    "crossed_mean": lambda t: crossed_mean(*columns(t), generator=seeded(), replicates=DRAWS),
    "psr, bootstrap": partial(psr_of, "bootstrap"),
    "psr.difference, bootstrap": lambda t: psr_difference(
        psr.difference, t, interval="bootstrap", generator=seeded(), replicates=DRAWS
    ),
    "isotonic": lambda t: isotonic(
        t["value"],
        t["item"] % 4,
        raters=t["rater"],
        items=t["artwork"],
        generator=seeded(),
        replicates=DRAWS,
    ),
    "correlation by artwork": lambda t: correlation(
        t["value"], t["metric"], clusters=t["artwork"], generator=seeded(), replicates=DRAWS
    ),
    "dominance": lambda t: dominance(
        t[["metric", "other"]].to_numpy(), t["value"], generator=seeded(), replicates=DRAWS
    ),
    "expert_vs_crowd": lambda t: expert_vs_crowd(
        *columns(t), t["expert"], generator=seeded(), replicates=DRAWS
    ),
    "jnd_scale": jnd_of,
    "jnd_scale, halves": partial(jnd_of, halves=True),
    "jnd_scale, no prior": partial(jnd_of, prior=None),
    "grid_ratings": answers_and_metrics,
    "nested_cv": nested,
    "compare_metrics": drawing(
        meta.compare_metrics, "human", "first", "second", by="group-by-item", replicates=DRAWS
    ),
    "compare_metrics, condition": drawing(
        meta.compare_metrics, "human", "first", "second", replicates=DRAWS
    ),
    "permutation_test of both": drawing(
        meta.permutation_test, "human", "first", "second", swap="both", replicates=DRAWS
    ),
    "rank_clusters": lambda t: meta.rank_clusters(
        grids(t)["human"],
        {"first": grids(t)["first"], "second": grids(t)["second"]},
        generator=seeded(),
        by="group-by-item",
        replicates=DRAWS,
    ),
    "chance_level": drawing(
        meta.chance_level, "human", "first", by="group-by-item", replicates=DRAWS
    ),
    "calibrated_accuracy": drawing(meta.calibrated_accuracy, "human", "first", folds=2),
    "soft_pairwise_accuracy": drawing(
        meta.soft_pairwise_accuracy, "human", "first", replicates=DRAWS
    ),
    "next_pairs": lambda t: pairs.next_pairs(*decided(t)[:3], items=range(3), generator=seeded()),
}
FUNCTIONS = CLOSED | DRAWN
