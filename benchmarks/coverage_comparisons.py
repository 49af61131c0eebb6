"""How often tests at 5 % see a difference where there is none: comparisons that no other has.

    python benchmarks/coverage_comparisons.py 400               # studies a row, as docs/ has it
    python benchmarks/coverage_comparisons.py 400 psr ordinal   # some parts only

A row a test and design: share of studies in which it is wrong, its Monte Carlo error (one standard
error) and the number of studies. Ratings are those of benchmarks/rating_studies.py.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from benchmarks.metric_tests import study
from benchmarks.rating_studies import Design, ratings, share
from evaluation.statistics import mixed, ordinal, ppi, psr
from evaluation.statistics.association import compare_dependent, correlation, delong
from evaluation.statistics.groups import expert_vs_crowd
from evaluation.statistics.meta import calibrated_accuracy, compare_metrics, permutation_test

CROSSED = [  # raters, artworks, conditions, filled
    (10, 20, 2, 1.0),
    (30, 40, 2, 0.5),
    (100, 20, 3, 0.2),
    (20, 100, 2, 0.2),
    (60, 200, 2, 0.05),
]
MARGIN = 0.1
Alarms = dict[str, bool]


@cache
def worse() -> float:
    """The effect that makes the share lower by the margin."""
    return float(brentq(lambda effect: share(effect) - share(0) + MARGIN, -2, 0))


def of_psr(rng: np.random.Generator, design: Design) -> Alarms:
    table = ratings(rng, design)
    columns = table["rating"], table["rater"], table["artwork"], table["condition"]
    found = psr.compare(*columns, reference="c0", success=(4, 5))
    lower = ratings(rng, (*design[:2], 2, design[3]), effect=worse())
    apart = lower["rating"], lower["rater"], lower["artwork"], lower["condition"] == "c1"
    return {
        "psr.difference": found.differences["c1"].p < 0.05,
        "psr.compare, Holm, any condition": min(found.adjusted.values()) < 0.05,
        "psr.compare, simultaneous intervals, any": any(
            d.estimate.excludes(0) for d in found.simultaneous.values()
        ),
        "psr.non_inferiority at the margin": psr.non_inferiority(
            *apart, margin=MARGIN, success=(4, 5)
        ).non_inferior,
        "psr.equivalence at the margin": psr.equivalence(
            *apart, margin=MARGIN, success=(4, 5)
        ).equivalent,
    }


def of_ordinal(rng: np.random.Generator, design: Design) -> Alarms:
    table = ratings(rng, design)
    fit = ordinal.rating_model(table)
    contrasts = ordinal.contrasts(fit, "condition")
    first = contrasts[0].estimate
    ratio = ordinal.likelihood_ratio(fit, ordinal.rating_model(table, fixed="1"))
    rates = ordinal.success_rates(fit, "condition", [4, 5])
    # clmm with the same four terms has the same estimates, and normal tails
    return {
        "rating_model, contrast": contrasts[0].p < 0.05,
        "rating_model, contrasts, Holm, any": min(c.adjusted for c in contrasts) < 0.05,
        "rating_model, success_rates": rates.differences[0].p < 0.05,
        "rating_model, likelihood_ratio": ratio.p < 0.05,
        "clmm, four terms, contrast": 2 * norm.sf(abs(first.value) / first.se) < 0.05,
        "clmm, four terms, likelihood_ratio": chi2.sf(ratio.statistic, ratio.degrees) < 0.05,
    }


def of_odds(rng: np.random.Generator, design: Design) -> Alarms:
    """A variance that is 0 (of artworks, where each has one picture a condition), and odds."""
    fit = ordinal.rating_model(ratings(rng, design))
    table = ratings(rng, design)
    table["nobody"] = rng.integers(0, 12, len(table))
    larger = ordinal.clmm(table, "rating", "condition", ["rater", "artwork", "nobody"])
    smaller = ordinal.clmm(table, "rating", "condition", ["rater", "artwork"])
    return {
        "proportional_odds": ordinal.proportional_odds(fit, "condition").comparison.p < 0.05,
        "likelihood_ratio of a variance": ordinal.likelihood_ratio(larger, smaller).p < 0.05,
    }


def of_mixed(rng: np.random.Generator, design: Design) -> Alarms:
    table = ratings(rng, design)
    table["high"] = table["rating"] >= 4
    four = ["rater", "artwork", ("artwork", "condition"), ("rater", "condition")]
    name = "condition[T.c1]"
    return {
        "mixed.linear": mixed.linear(table, "latent", "condition", four).p_values[name] < 0.05,
        "mixed.logit": mixed.logit(table, "high", "condition", four).p_values[name] < 0.05,
    }


def of_columns(rng: np.random.Generator, rows: int) -> Alarms:
    """Independent rows: two metrics with equal correlations."""
    target, one, other = rng.normal(size=(3, rows))
    first, second = target + one, target + other
    found = compare_dependent(first, second, target)
    ranks = compare_dependent(first, second, target, method="spearman")
    return {
        "compare_dependent, Williams": found.williams_p < 0.05,
        "compare_dependent, Steiger": found.steiger_p < 0.05,
        "compare_dependent, Zou": found.difference.excludes(0),
        "compare_dependent, ranks, Williams": ranks.williams_p < 0.05,
        "compare_dependent, ranks, Zou": ranks.difference.excludes(0),
        **{
            f"correlation, {method}, independent": correlation(one, other, method=method).p < 0.05
            for method in ("pearson", "spearman", "kendall")
        },
    }


def of_artists(rng: np.random.Generator, artists: int, images: int) -> Alarms:
    """Images of artists: two metrics equally good, and one that knows nothing."""
    artist = np.repeat(np.arange(artists), images)
    n = len(artist)
    human = rng.normal(0, 0.7, artists)[artist] + rng.normal(size=n)
    own = rng.normal(0, 0.7, (3, artists))
    first, second, nothing = (
        weight * human + own[k][artist] + rng.normal(size=n) for k, weight in enumerate((1, 1, 0))
    )
    yes = human > 0.3
    found = {
        "delong by artist": delong(first, second, yes, clusters=artist).p < 0.05,
        "delong, artists forgotten": delong(first, second, yes).p < 0.05,
    }
    for method in ("pearson", "spearman"):
        drawn = correlation(
            nothing, human, method=method, clusters=artist, generator=rng, replicates=400
        )
        found[f"correlation, {method}, by artist"] = drawn.p < 0.05
        found[f"correlation, {method}, artists forgotten"] = (
            correlation(nothing, human, method=method).p < 0.05
        )
    return found


def of_groups(rng: np.random.Generator, experts: int, crowd: int, items: int) -> Alarms:
    """Both groups see the same and are equally noisy and lenient."""
    true, parts = rng.normal(size=items), []
    for group, raters in enumerate((experts, crowd)):
        y = true + rng.normal(0, 0.4, (raters, 1)) + rng.normal(0, 0.8, (raters, items))
        who, what = np.nonzero(rng.random(y.shape) < 0.6)
        parts.append((y[who, what], who + 1000 * group, what, np.full(len(who), group == 0)))
    table = [np.concatenate(column) for column in zip(*parts, strict=True)]
    found = expert_vs_crowd(*table, generator=rng, replicates=400)
    return {
        "expert_vs_crowd, bias": found.bias.excludes(0),
        "expert_vs_crowd, true scores differ": found.true_score_correlation.high < 1,
    }


def of_ppi(rng: np.random.Generator, artists: int, raters: int) -> Alarms:
    """Two conditions alike; artists and raters shared; metric r = 0.7 within artists."""
    columns: dict[str, list[np.ndarray]] = defaultdict(list)
    taste = rng.normal(0, 0.5, 2 * artists)
    of_rater, own = rng.normal(0, 0.4, raters), rng.normal(0, 0.3, (2, 2 * artists))
    for arm in (0, 1):
        for labelled, images in ((True, 6), (False, 30)):
            artist = np.repeat(np.arange(artists) + (0 if labelled else artists), images)
            look, noise = rng.normal(size=(2, len(artist)))
            base = taste[artist] + own[arm, artist]
            predicted = 0.5 * base + 0.7 * look + np.sqrt(0.51) * noise
            which = "" if labelled else "_unlabelled"
            columns[f"artists{which}"].append(artist)
            columns[f"second{which}"].append(np.full(len(artist), arm == 1))
            columns["predicted" if labelled else "unlabelled"].append(predicted)
            if labelled:
                rater = rng.integers(0, raters, len(artist))
                columns["raters"].append(rater)
                noise = rng.normal(0, 0.5, len(artist))
                columns["answers"].append(base + look + of_rater[rater] + noise)
    table = {name: np.concatenate(parts) for name, parts in columns.items()}
    plain = {k: v for k, v in table.items() if not k.startswith(("artists", "raters"))}
    above = {**table, "answers": table["answers"] > 0}
    return {
        "ppi.difference": ppi.difference(**table).estimate.excludes(0),
        "ppi.difference, artists and raters forgotten": ppi.difference(**plain).estimate.excludes(
            0
        ),
        "ppi.difference of shares": ppi.difference(**above).estimate.excludes(0),
    }


def of_metrics(rng: np.random.Generator, shape: tuple[int, int], quirk: float) -> Alarms:
    """Two equally good metrics with errors of their own in each condition."""
    truth = rng.normal(0, 0.7, (shape[0], 1)) + rng.normal(0, 0.5, shape)
    ease = rng.normal(0, 0.7, (1, shape[1]))
    human = truth + ease + rng.normal(0, 0.6, shape)
    own = quirk * rng.normal(size=(2, shape[0], 1))
    first, second = truth + ease + own + rng.normal(0, 0.8, (2, *shape))
    found = {}
    for by in ("condition", "group-by-item"):
        for coefficient in ("pearson", "kendall"):
            made = compare_metrics(
                human, first, second,
                generator=rng, by=by, coefficient=coefficient, replicates=400,
            )  # fmt: skip
            for name, test in made.tests.items():
                found[f"compare_metrics, {by}, {coefficient}, {name}"] = test.p < 0.05
            found[f"compare_metrics, {by}, {coefficient}, interval"] = made.difference.excludes(0)
    chance = calibrated_accuracy(human, rng.normal(size=shape), generator=rng)
    found["calibrated_accuracy of noise, above a half"] = chance.estimate.low > 0.5
    return found


def of_swaps(rng: np.random.Generator, shape: tuple[int, int], quirk: float) -> Alarms:
    """The permutation test of `benchmarks/metric_tests.py`, alone, for many studies."""
    human, first, second = study(rng, *shape, quirk)
    means = [scores.mean(1) for scores in (first, second, human)]
    return {
        **{
            f"permutation_test, {by}, {coefficient}": permutation_test(
                human,
                first,
                second,
                generator=rng,
                by=by,
                coefficient=coefficient,
                replicates=400,
            ).p
            < 0.05
            for by in ("condition", "group-by-item")
            for coefficient in ("pearson", "kendall")
        },
        "compare_metrics, Williams": compare_dependent(*means).williams_p < 0.05,
    }


Study = Callable[[np.random.Generator], Alarms]


def parts() -> dict[str, list[tuple[str, Study]]]:
    """Name → designs in words with the study that each stands for."""

    def crossed(study: Callable[..., Alarms], designs: Iterable) -> list[tuple[str, Study]]:
        words = "{} raters, {} artworks, {} conditions, {:.0%}"
        return [(words.format(*d), lambda rng, d=d: study(rng, d)) for d in designs]

    return {
        "psr": crossed(of_psr, CROSSED),
        "ordinal": crossed(of_ordinal, CROSSED),
        "odds": crossed(of_odds, [CROSSED[0], CROSSED[1]]),
        "mixed": crossed(of_mixed, CROSSED[:4]),
        "columns": [(f"{n} rows", lambda rng, n=n: of_columns(rng, n)) for n in (12, 20, 100)],
        "artists": [
            (f"{a} artists × {i} images", lambda rng, a=a, i=i: of_artists(rng, a, i))
            for a, i in ((10, 10), (20, 10), (50, 8))
        ],
        "groups": [
            ("{} experts, {} others, {} items".format(*d), lambda rng, d=d: of_groups(rng, *d))
            for d in ((10, 40, 30), (20, 80, 60))
        ],
        "ppi": [
            (f"{a} artists, {r} raters", lambda rng, a=a, r=r: of_ppi(rng, a, r))
            for a, r in ((10, 12), (20, 40), (80, 12))
        ],
        "swaps": [
            (f"{s} × {i}, own errors {q}", lambda rng, s=s, i=i, q=q: of_swaps(rng, (s, i), q))
            for s, i, q in ((6, 50, 0.5), (12, 50, 0.0), (12, 50, 0.5), (20, 100, 0.5))
        ],
        "metrics": [
            (f"{s} × {i}, own errors {q}", lambda rng, s=s, i=i, q=q: of_metrics(rng, (s, i), q))
            for s, i, q in ((6, 40, 0.5), (12, 40, 0.0), (12, 40, 0.5), (20, 60, 0.5))
        ],
    }


def main(studies: int, wanted: list[str]) -> None:
    for part, designs in parts().items():
        if wanted and part not in wanted:
            continue
        for number, (words, simulated) in enumerate(designs):
            start, wrong = process_time(), defaultdict(int)
            for seed in range(studies):
                for name, alarm in simulated(np.random.default_rng([seed, number])).items():
                    wrong[name] += bool(alarm)
            for name, count in wrong.items():
                rate = count / studies
                error = np.sqrt(max(rate, 1 / studies) * (1 - rate) / studies)
                print(f"| {name} | {words} | {rate:.1%} ± {error:.1%} | {studies} |")
            print(f"{part}, {words}: {process_time() - start:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, sys.argv[2:])
