"""How often 95 % intervals of cumulative link models hold the truth, by simulation.

    python benchmarks/coverage_clmm.py            # 100 studies a row, some three minutes
    python benchmarks/coverage_clmm.py 400        # as docs/statistics/ordinal.md has it

The studies are those of benchmarks/rating_studies.py; the second condition is 0.5 higher.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd
from scipy.stats import norm

from benchmarks.rating_studies import Design, ratings, share
from evaluation.statistics import ordinal

EFFECT = 0.5
DESIGNS = [  # raters, artworks, conditions, share of cells filled
    (10, 10, 4, 0.5),
    (10, 20, 2, 1.0),
    (30, 20, 2, 0.5),
    (30, 40, 2, 0.5),
    (100, 20, 4, 0.2),
    (100, 100, 4, 0.04),
]
NAMES = ("rater + artwork", "four terms, z", "rating_model", "its PSR", "its PSR difference")


def study(design: Design, seed: int) -> pd.DataFrame:
    return ratings(np.random.default_rng([*design[:2], seed]), design, EFFECT)


def held(table: pd.DataFrame) -> list[bool]:
    """Whether each interval of NAMES holds its truth."""
    two = ordinal.clmm(table, "rating", "condition", ["rater", "artwork"])
    four = ordinal.rating_model(table)
    effect = four.coefficients["conditionc1"]
    # clmm with the same four terms has the same estimate and error, and normal quantiles
    reach = float(norm.ppf(0.975)) * effect.se
    plain = replace(effect, low=effect.value - reach, high=effect.value + reach)
    rates = ordinal.success_rates(four, "condition", [4, 5])
    first, second = share(0), share(EFFECT)
    truths = [(each, EFFECT) for each in (two.coefficients["conditionc1"], plain, effect)]
    truths += [(rates.rates["c0"], first), (rates.differences[0].estimate, second - first)]
    return [estimate.low <= truth <= estimate.high for estimate, truth in truths]


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"share of nominal 95 % intervals that hold the truth, {studies} studies a row")
    print(f"{'raters, artworks, conditions, filled':38}" + "".join(f"{n:>20}" for n in NAMES))
    for design in DESIGNS:
        shares = np.mean([held(study(design, seed)) for seed in range(studies)], axis=0)
        print(f"{design!s:38}" + "".join(f"{share:20.1%}" for share in shares), flush=True)


if __name__ == "__main__":
    main()
