"""Three misuses, each beside the function that is right: the picture in docs/statistics.md.

    python benchmarks/misuses.py                 # a few studies each, half a minute
    python benchmarks/misuses.py 300 --to docs/pictures/statistics/misuses.csv    # as it has them

Wilson        a binomial interval of a share of crossed answers: how often does it hold the truth?
two terms     a cumulative link model with rater and artwork alone, on conditions that do not differ
PERM-BOTH     swapping conditions and pictures between two metrics that are equally good
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from benchmarks.coverage import simulate, truth
from benchmarks.metric_tests import study as metric_study
from benchmarks.rating_studies import ratings
from evaluation.statistics import meta, ordinal, psr

CROSSED = [(10, 20, 1.0, 0.4), (30, 40, 0.3, 0.4), (30, 40, 1.0, 0.4), (60, 100, 1.0, 0.4)]
"""Raters, artworks, share of the table filled, intercept on the logit."""
CONDITIONS = [(10, 20, 1.0), (30, 20, 0.5), (30, 40, 0.5)]
"""Raters, artworks, share filled; two conditions that do not differ."""
METRICS = [(6, 50), (12, 50), (20, 100)]
"""Conditions, pictures; each metric has its own error in each condition, both are equally good."""
Wrong = dict[str, bool]
"""Who was wrong in one study: the misuse, and the safe function."""


def shares(design: tuple[int, int, float, float], seed: int) -> Wrong:
    """Missed the truth: Wilson's interval, and that of `psr.protection_success_rate`."""
    answers = simulate(design, np.random.default_rng([seed, *map(int, design[:2])]))
    true = truth(design[3])
    counted = binomtest(int(answers.values.sum()), answers.n).proportion_ci(method="wilson")
    found = psr.protection_success_rate(answers.values, answers.rater, answers.item).answers
    return {
        "Wilson interval": not counted.low <= true <= counted.high,
        "psr.protection_success_rate": not found.low <= true <= found.high,
    }


def models(design: tuple[int, int, float], seed: int) -> Wrong:
    """Called two equal conditions different at 5 %."""
    raters, artworks, filled = design
    rng = np.random.default_rng([raters, artworks, seed])
    table = ratings(rng, (raters, artworks, 2, filled))
    two = ordinal.clmm(table, "rating", "condition", ["rater", "artwork"])
    four = ordinal.rating_model(table)
    return {
        "rater + artwork only": two.coefficients["conditionc1"].excludes(0),
        "ordinal.rating_model": four.coefficients["conditionc1"].excludes(0),
    }


def tests(design: tuple[int, int], seed: int) -> Wrong:
    """Called one of two equally good metrics better at 5 %."""
    rng = np.random.default_rng([seed, *design])
    found = meta.compare_metrics(
        *metric_study(rng, *design, 0.5),
        generator=rng,
        tests=["PERM-BOTH", "permutation"],
        replicates=400,
    )
    return {
        "PERM-BOTH": found.tests["PERM-BOTH"].p < 0.05,
        "meta.compare_metrics": found.tests["permutation"].p < 0.05,
    }


MISUSES: list[tuple[str, Callable[..., Wrong], list[tuple[float, ...]], str, float]] = [
    ("interval of a share", shares, list(CROSSED), "{} raters × {} artworks, {:.0%} filled", 5),
    ("model of ratings", models, list(CONDITIONS), "{} raters × {} artworks, {:.0%} filled", 1),
    ("comparison of metrics", tests, list(METRICS), "{} conditions × {} pictures", 1),
]
"""What it is about, one study of it, designs, how a design is written, studies more than asked."""


def measured(studies: int) -> pd.DataFrame:
    """One row a misuse, design and procedure: the share of studies in which it was wrong."""
    rows = []
    for about, study, designs, written, more in MISUSES:
        for design in designs:
            run = int(studies * more)
            wrong = pd.DataFrame([study(design, seed) for seed in range(run)])
            for place, (procedure, share) in enumerate(wrong.mean().items()):
                rows.append(
                    {
                        "about": about,
                        "design": written.format(*design),
                        "procedure": procedure,
                        "safe": bool(place),
                        "studies": run,
                        "wrong": round(float(share), 4),
                    }
                )
            print(*(f"{row['procedure']} {row['wrong']:.1%}" for row in rows[-2:]), design)
    return pd.DataFrame(rows)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("studies", type=int, nargs="?", default=20)
    asked.add_argument("--to", type=Path, help="CSV to write")
    given = asked.parse_args()
    found = measured(given.studies)
    if given.to:
        found.to_csv(given.to, index=False)


if __name__ == "__main__":
    main()
