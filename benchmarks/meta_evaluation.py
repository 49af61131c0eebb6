"""Metrics against raters: permutation tests and tie calibration, beside plain loops.

    python benchmarks/meta_evaluation.py

CPU seconds of one thread. The loops do what nlpstats 0.0.1 (scipy on every image of every
permutation) and mt-metrics-eval (one Python object a pair) do; they are timed on a part and
extrapolated.
"""

import resource
import sys
from itertools import combinations
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.stats import kendalltau, pearsonr

from evaluation.statistics.answers import Floats
from evaluation.statistics.meta import compare_metrics, permutation_test, tie_calibration
from evaluation.statistics.meta.coefficients import Coefficient

CONDITIONS, ITEMS, REPLICATES, TIMED = 20, 500, 1000, 3
ENTRIES, LOOPED = 10_000, 600
LOOPS = {"pearson": pearsonr, "kendall": kendalltau}


def study() -> list[Floats]:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(CONDITIONS, 1)) + rng.normal(size=(CONDITIONS, ITEMS))
    return [truth + rng.normal(size=truth.shape) for _ in range(3)]


def looped(human: Floats, first: Floats, second: Floats, coefficient: Coefficient) -> float:
    """Seconds that scipy, image by image, needs for all replicates."""
    rng, start = np.random.default_rng(2), process_time()
    for _ in range(TIMED):
        rows = rng.random((CONDITIONS, 1)) < 0.5
        for metric in (np.where(rows, second, first), np.where(rows, first, second)):
            for item in range(ITEMS):
                LOOPS[coefficient](human[:, item], metric[:, item])
    return (process_time() - start) * REPLICATES / TIMED


def permutations() -> None:
    human, first, second = study()
    print(f"group-by-item, {CONDITIONS} × {ITEMS}, N = {REPLICATES}")
    coefficients: tuple[Coefficient, ...] = ("pearson", "kendall")
    for coefficient in coefficients:
        start = process_time()
        rng = np.random.default_rng(3)
        permutation_test(
            human,
            first,
            second,
            generator=rng,
            by="group-by-item",
            coefficient=coefficient,
            replicates=REPLICATES,
        )
        ours = process_time() - start
        theirs = looped(human, first, second, coefficient)
        start = process_time()
        compare_metrics(
            human, first, second, generator=rng, by="group-by-item", coefficient=coefficient
        )
        whole = process_time() - start
        print(
            f"  {coefficient:8} permutation {ours:6.2f} s, loop {theirs:7.0f} s:"
            f" {theirs / ours:5.0f} times; permutation, bootstrap and intervals {whole:.2f} s"
        )


def ties() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(size=ENTRIES)
    metric = truth + 0.5 * rng.normal(size=ENTRIES)
    human = np.clip(np.round(truth + 0.5 * rng.normal(size=ENTRIES)), -2, 2)
    start = process_time()
    objects = [
        (abs(metric[a] - metric[b]), human[a] == human[b])
        for a, b in combinations(range(LOOPED), 2)
    ]
    objects.sort()
    theirs = (process_time() - start) / len(objects)
    start = process_time()
    found = tie_calibration(human, metric)
    ours = process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"tie calibration, {found.pairs / 1e6:.0f} M pairs")
    print(f"  sorted differences {ours:6.2f} s, {peak:.2f} GB at most")
    looped_all = theirs * found.pairs
    print(f"  an object a pair   {looped_all:6.0f} s: {looped_all / ours:.0f} times")


if __name__ == "__main__":
    ties()
    permutations()
