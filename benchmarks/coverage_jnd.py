"""How often intervals of the JND scale hold the truth: python benchmarks/coverage_jnd.py [STUDIES]

Simulated raters and artworks differ in how much of a distortion shows (sd 0.2 of its log); five
levels, half of the answers about boosted pictures. Truth: the levels of the typical rater and
artwork.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from pandas import DataFrame

from evaluation.statistics.jnd import amount_at, jnd_scale
from evaluation.statistics.jnd.model import Z

TRUTH = np.array([0.0, 0.4, 1.0, 1.9, 2.9])
AMOUNTS = {"1": 0.02, "2": 0.04, "3": 0.08, "4": 0.16}
GAIN, BAND, KEENNESS, ARTWORKS, ANSWERS = 2.0, 0.4, 0.2, 12, 30


def study(raters: int, seed: int) -> DataFrame:
    """One study of `raters`, 30 answers each."""
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(raters), ANSWERS)
    n = len(rater)
    first = rng.integers(0, 5, n)
    second = (first + rng.integers(1, 5, n)) % 5
    artwork, boosted = rng.integers(0, ARTWORKS, n), rng.integers(0, 2, n)
    easy = rng.normal(0, KEENNESS, raters)[rater] + rng.normal(0, KEENNESS, ARTWORKS)[artwork]
    seen = Z * (TRUTH[first] - TRUTH[second]) * np.exp(easy) * np.where(boosted, GAIN, 1.0)
    seen = seen + rng.normal(size=n)
    more = np.select([seen > BAND, seen < -BAND], [1.0, 0.0], 0.5)
    return DataFrame(
        {
            "first": first.astype(str),
            "second": second.astype(str),
            "more": more,
            "rater": rater,
            "artwork": artwork,
            "boosted": boosted,
        }
    )


def held(raters: int, seed: int, crossed: bool, halves: bool) -> list[bool]:
    """Whether each level's interval holds the truth, and that of the budget at 1 JND."""
    table = study(raters, seed)
    found = jnd_scale(
        table["first"],
        table.second,
        table.more,
        reference="0",
        raters=table.rater,
        artworks=table.artwork if crossed else None,
        boosted=table.boosted,
        halves=halves,
        generator=np.random.default_rng(seed),
        replicates=300,
    )
    levels = [
        found.levels[str(k)].low <= TRUTH[k] <= found.levels[str(k)].high for k in range(1, 5)
    ]
    at = amount_at(found, AMOUNTS)
    return [*levels, at.low <= 0.04 <= at.high]


def main(studies: int) -> None:
    print("| raters | drawn | “not sure” | levels held | budget at 1 JND held |")
    print("| --- | --- | --- | --- | --- |")
    for raters in (10, 20, 40):
        for crossed, halves in ((False, False), (True, False), (True, True)):
            found = np.array([held(raters, seed, crossed, halves) for seed in range(studies)])
            drawn = "raters and artworks" if crossed else "raters"
            said = "halved" if halves else "band"
            shares = f"{found[:, :4].mean():.0%} | {found[:, 4].mean():.0%}"
            print(f"| {raters} | {drawn} | {said} | {shares} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
