"""How often the interval between artists of a useless composite leaves 0 out: 5 % is right.

    python benchmarks/composite_between.py [STUDIES]

Three metrics and answers that vary between artists, and have nothing to do with each other.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.composite import nested_cv, ridge
from evaluation.statistics.estimate import Estimate

EACH = 6


def useless(artists: int, seed: int) -> Estimate:
    rng = np.random.default_rng(seed)
    artist = np.repeat(np.arange(artists), EACH)
    features = rng.normal(size=(len(artist), 3)) + rng.normal(size=(artists, 3))[artist]
    answers = rng.normal(size=len(artist)) + rng.normal(size=artists)[artist]
    found = nested_cv(features, answers, artist, models={"ridge": ridge(0.1)}, generator=rng)
    return found.composite.between_artist


def main(studies: int) -> None:
    for artists in (8, 16, 32):
        found = [useless(artists, seed) for seed in range(studies)]
        values = [one.value for one in found]
        outside = sum(one.excludes(0.0) for one in found) / studies
        print(
            f"{artists} artists, {studies} studies: r {np.mean(values):.2f} on average,"
            f" sd {np.std(values):.2f} (Fisher: {1 / np.sqrt(artists - 3):.2f}),"
            f" 0 outside {outside:.1%} of intervals"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
