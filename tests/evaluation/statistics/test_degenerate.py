"""Every public function on data that have no good answer: the right one, or a sentence, or BadData.

Warnings are errors here. A number that is nan has its reason beside it, an interval holds its
estimate, and no estimate comes from a fit that did not converge. Then, for all of them: the order
of rows, names of raters and items, and the number of threads change nothing.
"""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from evaluation.statistics.composite import nested_cv, ridge
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.groups import expert_vs_crowd
from evaluation.statistics.multiplicity import benjamini_hochberg, holm, simultaneous
from evaluation.statistics.sequential import (
    anytime,
    confidence_sequence,
    obrien_fleming,
    stop_at_precision,
)
from evaluation.statistics.thresholds import psychometric
from evaluation.statistics.trend import isotonic, jonckheere, page

REASONS = ("undefined", "no interval", "nothing", "no test", "none: ", "alike")
DRAWS = 100
Table = pd.DataFrame
Call = Callable[[Table], object]


def seeded() -> np.random.Generator:
    return np.random.default_rng(1)


def columns(t: Table) -> tuple[Any, Any, Any]:
    return t["value"].to_numpy(), t["rater"].to_numpy(), t["item"].to_numpy()


def study(raters: int = 6, items: int = 8, seed: int = 3) -> Table:
    """Answers of 1 to 5; four artworks under two conditions, experts are raters 0 to 2."""
    rng = np.random.default_rng(seed)
    rater, item = (grid.ravel() for grid in np.indices((raters, items)))
    latent = 3 + rng.normal(0, 0.6, raters)[rater] + rng.normal(0, 0.9, items)[item]
    value = np.clip(np.round(latent + rng.normal(0, 0.8, len(rater))), 1, 5)
    again = np.clip(np.round(latent + rng.normal(0, 0.8, len(rater))), 1, 5)
    return finished(Table({"rater": rater, "item": item, "value": value, "again": again}))


def finished(t: Table) -> Table:
    """With what follows from the rater and the item."""
    metric = np.sin(1.0 + 2.0 * np.arange(100)) + 0.1 * np.arange(100) % 3
    return t.assign(
        condition=np.where(t["item"] % 2 == 0, "a", "b"),
        artwork=t["item"] // 2,
        expert=t["rater"] < 3,
        yes=(t["value"] > 3) * 1.0,
        metric=metric[t["item"].to_numpy()],
        other=metric[t["item"].to_numpy() + 20],
    )


def with_values(change: Callable[[Table], Any]) -> Table:
    t = study()
    t["value"] = np.asarray(change(t), dtype=float)
    t["again"] = t["value"]
    return finished(t)


def kept(mask: Callable[[Table], Any]) -> Table:
    t = study()
    return t[np.asarray(mask(t))].reset_index(drop=True)


TABLES: dict[str, Callable[[], Table]] = {
    "ordinary": study,
    "perfect agreement": lambda: with_values(lambda t: 1 + t["item"] % 5),
    "no variance": lambda: with_values(lambda t: np.full(len(t), 3)),
    "two answers, all ties but one": lambda: with_values(lambda t: 3 + 1.0 * (t.index == 5)),
    "raters alike over items": lambda: with_values(lambda t: 1 + t["rater"] % 5),
    "separation": lambda: with_values(lambda t: np.where(t["condition"] == "a", 1, 5)),
    "one condition at an end": lambda: with_values(
        lambda t: np.where(t["condition"] == "a", 1, t["value"])
    ),
    "one rater": lambda: kept(lambda t: t["rater"] == 4),
    "two raters": lambda: kept(lambda t: t["rater"].isin([1, 4])),
    "one item": lambda: kept(lambda t: t["item"] == 3),
    "one artwork": lambda: kept(lambda t: t["artwork"] == 1),
    "one answer": lambda: kept(lambda t: t.index == 7),
    "two answers": lambda: kept(lambda t: t.index < 2),
    "no answers": lambda: kept(lambda t: t["rater"] > 99),
    "one condition": lambda: kept(lambda t: t["condition"] == "a"),
    "an empty cell": lambda: kept(lambda t: ~((t["condition"] == "a") & t["expert"])),
    "no item in common": lambda: kept(lambda t: t["item"] % 6 == t["rater"]),
    "an item without answers": lambda: kept(lambda t: t["item"] != 2),
    "an item with one answer": lambda: kept(lambda t: (t["item"] != 2) | (t["rater"] == 1)),
    "a missing answer": lambda: with_values(lambda t: np.where(t.index == 9, np.nan, t["value"])),
    "an infinite answer": lambda: with_values(lambda t: np.where(t.index == 9, np.inf, t["value"])),
}


def grids(t: Table) -> dict[str, Any]:
    """Conditions × artworks, answers [raters, conditions, artworks]; nan where nobody answered."""
    raters, conditions, artworks = (
        pd.factorize(t[name], sort=True)[0] for name in ("rater", "condition", "artwork")
    )
    shape = tuple(int(c.max(initial=-1)) + 1 for c in (raters, conditions, artworks))
    answers = np.full(shape, np.nan)
    answers[raters, conditions, artworks] = t["value"]
    metrics = np.zeros((2, *shape[1:]))
    metrics[:, conditions, artworks] = t["metric"], t["other"]
    return {"human": answers, "first": metrics[0], "second": metrics[1]}


def paired_comparisons(t: Table) -> tuple[Any, Any, Any, Any]:
    """Each rater's answers to neighbouring items are compared: ties where they are equal."""
    left = t.iloc[:-1].reset_index(drop=True)
    right = t.iloc[1:].reset_index(drop=True)
    same = (left["rater"] == right["rater"]).to_numpy()
    left, right = left[same], right[same]
    won = (np.sign(left["value"].to_numpy() - right["value"].to_numpy()) + 1) / 2
    turned = np.arange(len(left)) % 2 == 1
    first = np.where(turned, right["item"], left["item"]) % 3
    second = np.where(turned, left["item"], right["item"]) % 3
    return first, second, np.where(turned, 1 - won, won), left["rater"].to_numpy()


def decided(t: Table) -> tuple[Any, Any, Any, Any]:
    found = paired_comparisons(t)
    open_pair = found[2] != 0.5
    return tuple(column[open_pair] for column in found)  # type: ignore[return-value]


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


def estimates(found: object) -> Iterator[Estimate]:
    if isinstance(found, Estimate):
        yield found
    for part in _parts(found):
        yield from estimates(part)


def _parts(found: object) -> list[object]:
    if isinstance(found, Mapping):
        return list(found.values())
    if isinstance(found, list | tuple):
        return list(found)
    if is_dataclass(found) and not isinstance(found, Estimate):
        return [getattr(found, field.name) for field in fields(found)]
    return []


def said(found: object) -> str:
    """All words in a result."""
    if isinstance(found, str):
        return found
    if isinstance(found, Estimate):
        return found.method
    return " ".join(said(part) for part in _parts(found))


def check(found: object) -> None:
    """Raises AssertionError where a result keeps silent about what it does not know."""
    for estimate in estimates(found):
        if not estimate.defined and not np.isinf(estimate.value):
            assert isnan(estimate.value)
            assert estimate.method.startswith("undefined: "), estimate
            assert isnan(estimate.low), estimate
            assert isnan(estimate.high), estimate
        elif estimate.has_interval:
            slack = 1e-9 * max(1.0, abs(estimate.value))
            assert estimate.low - slack <= estimate.value <= estimate.high + slack, estimate
        elif not (np.isinf(estimate.low) or np.isinf(estimate.high)):
            assert estimate.method.startswith("no interval: "), estimate
    _no_bare_nan(found)


def _no_bare_nan(found: object) -> None:
    parts = _parts(found)
    # plain numbers by name are explained by what stands beside them
    plain = [n for part in parts if isinstance(part, Mapping) for n in part.values()]
    if any(isinstance(number, float) and isnan(number) for number in [*parts, *plain]):
        assert any(reason in said(found) for reason in REASONS), found
    for part in parts:
        if not isinstance(part, Estimate | Mapping) or any(map(is_dataclass, _parts(part))):
            _no_bare_nan(part)


def strictly(call: Call, table: Table) -> object:
    """The result with every warning an error; a BadData's sentence in place of a result."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return call(table)
        except BadData as refusal:
            sentence = str(refusal)
            assert len(sentence) > 20, sentence
            assert " " in sentence
            return sentence


@pytest.mark.parametrize("table", TABLES)
def test_the_right_answer_or_a_sentence(table: str) -> None:
    """All functions on one table, so that one run names every one that fails."""
    wrong = []
    for name, call in FUNCTIONS.items():
        try:
            check(strictly(call, TABLES[table]()))
        except Exception as failure:
            wrong.append(f"{name}: {type(failure).__name__}: {str(failure)[:300]}")
    assert not wrong, "\n".join([f"{len(wrong)} on {table}:", *wrong])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_ordinary_study_gets_numbers(name: str) -> None:
    """So that the test above is not passed by refusing everything."""
    found = strictly(FUNCTIONS[name], study(raters=12))
    assert not isinstance(found, str), found
    numbers = list(estimates(found))
    assert not numbers or any(e.defined for e in numbers), numbers


def numbers(found: object) -> list[list[float]]:
    """All estimates and numbers of a result, those of mappings in the order of their size."""
    if isinstance(found, Estimate):
        return [[found.value, found.low, found.high, found.se]]
    if isinstance(found, float | np.floating):
        return [[float(found)]]
    parts = [number for part in _parts(found) for number in numbers(part)]
    return sorted(parts, key=_rounded) if isinstance(found, Mapping) else parts


def _rounded(part: list[float]) -> list[str]:
    return [f"{round(x, 5) + 0.0}" for x in part]


def assert_same(one: list[list[float]], other: list[list[float]], tolerance: float = 1e-5) -> None:
    assert len(one) == len(other)
    flat = [np.array([x for part in parts for x in part]) for parts in (one, other)]
    np.testing.assert_allclose(*flat, rtol=tolerance, atol=tolerance)


@cache
def usual(name: str) -> list[list[float]]:
    return numbers(FUNCTIONS[name](study(raters=7)))


# what the order of a table means something to: who came first, or what is beside what
ORDERED = (
    "confidence_sequence",
    "bradley_terry",
    "bradley_terry by rater",
    "bradley_terry, prior",
    "thurstone",
    "davidson",
    "intransitivity",
    "next_pairs",
    "rank_clusters",
    "dominance",
)
STEADY = [name for name in FUNCTIONS if name not in ORDERED]


@pytest.mark.parametrize("name", STEADY)
@given(shuffle=st.randoms(use_true_random=False))
@settings(max_examples=2, deadline=None)
def test_the_order_of_rows_changes_nothing(name: str, shuffle: Any) -> None:
    table = study(raters=7)
    order = list(range(len(table)))
    shuffle.shuffle(order)
    turned = table.iloc[order].reset_index(drop=True)
    assert_same(usual(name), numbers(FUNCTIONS[name](turned)))


@pytest.mark.parametrize("name", [name for name in CLOSED if name in STEADY])
@given(shuffle=st.randoms(use_true_random=False))
@settings(max_examples=2, deadline=None)
def test_names_of_raters_change_nothing(name: str, shuffle: Any) -> None:
    table = study(raters=7)
    names = [f"rater {k}" for k in range(7)]
    shuffle.shuffle(names)
    renamed = table.assign(rater=[names[k] for k in table["rater"]])
    assert_same(usual(name), numbers(CLOSED[name](renamed)))


PROGRAM = """
import json, sys
sys.path[:0] = sys.argv[1:]
from test_degenerate import DRAWN, CLOSED, numbers, study
names = ["rating_model", "mixed.logit", "icc", "krippendorff_alpha, ordinal", "agreement"]
calls = DRAWN | {name: CLOSED[name] for name in names}
print(json.dumps({name: numbers(call(study(20, 16))) for name, call in calls.items()}))
"""


def test_threads_change_nothing() -> None:
    here = Path(__file__).resolve()
    found = []
    for threads in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(here.parents[3]), str(here.parent)],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(said.stdout))
    for name, once in found[0].items():
        assert_same(once, found[1][name], tolerance=1e-9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("krippendorff_alpha, ordinal", 1.0),
        ("gwet_ac", 1.0),
        ("fleiss_kappa", 1.0),
        ("weighted_kappa", 1.0),
        ("kendall_w", 1.0),
        ("split_half", 1.0),
    ],
)
def test_perfect_agreement_is_perfect(name: str, value: float) -> None:
    found = next(estimates(FUNCTIONS[name](TABLES["perfect agreement"]())))
    assert found.value == pytest.approx(value)
    assert found.high <= 1 or not found.has_interval


ITEM, RATER = np.tile(np.arange(12), 8), np.repeat(np.arange(8), 12)
SAME = np.array([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2])[ITEM]
METRIC = np.random.default_rng(0).normal(size=12)[ITEM]
ALIKE: dict[str, Callable[[], object]] = {
    "jonckheere": lambda: jonckheere(SAME, ITEM, clusters=RATER),
    "jonckheere, levels alike": lambda: jonckheere(
        np.tile([1, 3, 2, 4], 20), np.tile([1, 2, 3, 4], 20), clusters=np.repeat(np.arange(20), 4)
    ),
    "psychometric": lambda: psychometric(ITEM, SAME > 3, raters=RATER),
    "correlation": lambda: correlation(METRIC, SAME, clusters=RATER, generator=seeded()),
    "kendall": lambda: correlation(
        METRIC, SAME, method="kendall", clusters=RATER, generator=seeded()
    ),
    "dominance": lambda: dominance(
        np.c_[METRIC, ITEM], SAME, clusters=RATER, generator=seeded(), replicates=DRAWS
    ),
    "calibration": lambda: calibration(
        np.tile([0.1, 0.3, 0.4, 0.2], 8), np.tile([0, 1, 0, 1], 8), clusters=np.arange(32) // 4
    ),
    "alpha": lambda: agreement.krippendorff_alpha(SAME, RATER, ITEM),
    "alpha, bootstrap": lambda: agreement.krippendorff_alpha(
        SAME, RATER, ITEM, interval="bootstrap", generator=seeded(), replicates=DRAWS
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_clusters_that_are_all_alike_give_no_interval_and_no_p(name: str) -> None:
    found = ALIKE[name]()
    check(found)
    assert not any(estimate.has_interval for estimate in estimates(found)), found
    assert isnan(getattr(found, "p", np.nan))
    assert "alike" in said(found) or "departs from the others" in said(found)


@pytest.mark.parametrize("step", [1.0, 0.1, 1e6 / 3])
def test_raters_who_all_agree_leave_only_the_items_open(step: float) -> None:
    found = expert_vs_crowd(
        SAME * step, RATER, ITEM, RATER < 4, generator=seeded(), replicates=DRAWS
    )
    crowd = found.groups["crowd"]
    sure = [found.true_score_correlation, found.observed_correlation, found.bias]
    for estimate in [*sure, crowd.reliability, crowd.rest_sd]:
        assert estimate.defined
        assert not estimate.has_interval
    assert crowd.mean.has_interval
    assert "agree exactly" in found.crowd_per_expert.method


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_clusters_that_differ_a_little_keep_their_interval(factor: float) -> None:
    noise = np.random.default_rng(2).normal(0, 1e-3, len(SAME))
    found = correlation(METRIC, factor * (SAME + noise), clusters=RATER, generator=seeded())
    assert found.estimate.has_interval
    assert 0 < found.p < 1


def test_no_variance_is_no_agreement_but_a_sure_share() -> None:
    table = TABLES["no variance"]()
    for name in ("krippendorff_alpha, ordinal", "weighted_kappa", "icc"):
        assert not next(estimates(FUNCTIONS[name](table))).defined
    with pytest.raises(BadData, match="name the categories"):
        agreement.fleiss_kappa(*columns(table))
    share = psr_of("clustered", table)
    assert isinstance(share, psr.ProtectionSuccess)
    assert share.answers.value == 0
    assert 0.2 < share.answers.high < 0.5  # of six raters none


REFUSED: dict[str, Callable[[], object]] = {
    "a p-value above 1": lambda: holm([0.2, 1.2]),
    "a p-value below 0": lambda: benjamini_hochberg([-0.2, 0.2]),
    "no variance in a family": lambda: simultaneous(
        [1.0, 2.0], np.diag([1.0, 0.0]), n=5, generator=seeded()
    ),
    "an unknown fraction of a study": lambda: obrien_fleming([np.nan]),
    "looks that do not rise": lambda: obrien_fleming([0.5, 0.5, 1.0]),
    "a feature without a value": lambda: ppi.cross_predict(
        np.full((10, 1), np.nan), np.arange(10.0), np.ones((3, 1)), fit=ridge(1.0)
    ),
    "one item to compare": lambda: pairs.next_pairs([], [], [], items=["a"], generator=seeded()),
    "no comparison": lambda: pairs.bradley_terry([], [], []),
    "no pair to order": lambda: meta.tie_calibration([1, np.nan], [2, 1]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_nothing_can_be_computed_from_is_refused_in_words(what: str) -> None:
    with pytest.raises(BadData, match=r"\w+ \w+ \w+"):
        REFUSED[what]()


@pytest.mark.parametrize("table", TABLES)
def test_profiles_are_intervals_or_say_why_not(table: str) -> None:
    def profiles(t: Table) -> object:
        fit = ordinal.clmm(t, "value", "condition", ["rater"])
        return [ordinal.profile(fit, name) for name in (*fit.coefficients, "rater")]

    check(strictly(profiles, TABLES[table]()))


ALONE = dict.fromkeys(
    (
        "correlation",
        "compare_dependent",
        "weighted_kappa",
        "auc",
        "delong",
        "calibration",
        "jonckheere",
        "psychometric",
        "bradley_terry",
        "thurstone",
        "davidson",
        "clm",
    ),
    "independent",
)
SHORT = ALONE | {
    "clmm, quadrature": "which is short with 12 levels of rater",
    "mixed.logit": "which is short with 4 levels of artwork",
    "noise_ceiling": "a little short with 8 items",
    "psychometric, raters": "the artworks held",
    "bradley_terry by rater": "the artworks held",
}


@pytest.mark.parametrize("name", SHORT)
def test_what_errs_on_dependent_answers_says_so(name: str) -> None:
    """docs/statistics/coverage.md has how often; the word stands in each estimate's method."""
    found = FUNCTIONS[name](study(raters=12))
    assert SHORT[name] in said(found)


def test_published_ppi_says_that_images_are_taken_for_independent() -> None:
    table = study()
    found = ppi.mean(table["value"], table["metric"], [0.1, 0.5, 0.9])
    assert "images independent" in found.estimate.method
    named = ppi.mean(table["value"], table["metric"], [0.1, 0.5], artists=table["artwork"])
    assert "name raters if they repeat" in named.estimate.method


def test_what_resamples_images_only_says_whom_it_does_not_speak_about() -> None:
    cells = grids(study(raters=12))
    found = meta.compare_metrics(
        cells["human"],
        cells["first"],
        cells["second"],
        generator=seeded(),
        tests=["PERM-BOTH", "PERM-INPUTS"],
        by="group-by-item",
        replicates=DRAWS,
    )
    assert "false alarms" in found.tests["PERM-BOTH"].population
    assert "no other conditions" in found.tests["PERM-INPUTS"].population


def test_independent_success_rates_warn() -> None:
    with pytest.warns(psr.IndependenceWarning):
        psr_of("independent", study())
