"""How often contrasts of conditions, and ratios of two, hold the truth.

    python benchmarks/coverage_contrasts.py 1000

Ratings of benchmarks/rating_studies.py under three conditions: clean, protected (`EFFECT` higher on
the logit) and purified (half of that). `ratio`: coverage of what the purification gives back, as a
share of success shares, and of studies in which it has a value. `contrast`: share of studies that
find an interaction between two kinds of artworks where there is none.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd

from benchmarks.rating_studies import Design, ratings, share
from evaluation.statistics.contrasts import contrast, ratio

EFFECT, HALF = 2.5, 1.25
DESIGNS: list[Design] = [(10, 20, 3, 1.0), (20, 16, 3, 0.5), (40, 40, 3, 0.3), (100, 20, 3, 0.2)]
NAMES = {"c0": "clean", "c1": "protected", "c2": "purified"}


def study(rng: np.random.Generator, design: Design) -> pd.DataFrame:
    """Both effects in one table: the latent answers of the third condition are raised by half."""
    table = ratings(rng, design, effect=EFFECT)
    purified = table["condition"] == "c2"
    cut = 0.8  # the third of rating_studies.CUTS: ratings of 4 and 5 are a success
    hit = table["latent"] + HALF * purified > cut
    return table.assign(hit=hit.astype(float), condition=table["condition"].map(NAMES))


def main(studies: int) -> None:
    clean, protected, purified = share(0.0), share(EFFECT), share(HALF)
    truth = (purified - protected) / (clean - protected)
    print(f"truth {truth:.3f} of success shares {clean:.2f}, {protected:.2f}, {purified:.2f}")
    for design in DESIGNS:
        rng = np.random.default_rng(1)
        held, valued, alarms = 0, 0, 0
        for _ in range(studies):
            table = study(rng, design)
            columns = (table["hit"], table["rater"], table["artwork"])
            given = ratio(
                *columns, table["condition"], {"purified": 1, "protected": -1},
                {"clean": 1, "protected": -1}, bounds=(0, 1),
            )  # fmt: skip
            valued += given.has_interval
            held += given.has_interval and given.low <= truth <= given.high
            kind = np.where(table["artwork"] % 2, "smooth", "textured")
            cells = table["condition"] + " " + kind
            weights = {
                f"{name} {sort}": sign * side
                for name, sign in (("purified", 1), ("protected", -1))
                for sort, side in (("smooth", 1), ("textured", -1))
            }
            found = contrast(*columns, cells, weights, groups=kind, bounds=(0, 1))
            alarms += found.p < 0.05
        print(
            f"{design}: ratio holds the truth in {held / max(valued, 1):.1%} of {valued},"
            f" contrast false alarms {alarms / studies:.1%} of {studies}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
