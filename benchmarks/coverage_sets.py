"""How often intervals of set metrics hold the true distance, where it is known.

    python benchmarks/coverage_sets.py [--studies 200]

Prints the table of docs/metrics.md. Points of Gaussians in 8 dimensions, shifted by 0.5 in each:
pictures drawn one by one, or by ten artists who differ among themselves (artists are then drawn).
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import numpy as np
from numpy.random import Generator

from evaluation.measuring.picture_sets import Distance, Draws, PictureSet, compared
from evaluation.seeing.set_distances import discrepancy, frechet, gaussian, polynomial

DIMENSIONS, SHIFT, ARTISTS, BETWEEN = 8, 0.5, 10, 0.5
DISTANCES: dict[str, Distance] = {
    "Fréchet": frechet,
    "KID": discrepancy(polynomial, unbiased=True),
    "Gaussian, unbiased": discrepancy(gaussian(10.0), unbiased=True),
}
LARGE = 8000


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--studies", type=int, default=200)
    studies = options.parse_args().studies
    print("| distance | drawn | pictures in each set | truth | mean value | coverage of 95 % |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, distance in DISTANCES.items():
        for artists in (1, ARTISTS):
            for count in (20, 60, 200):
                print(_row(name, distance, artists, count, studies), flush=True)
    return 0


def _row(name: str, distance: Distance, artists: int, count: int, studies: int) -> str:
    truth = _truth(distance, artists)
    values, covered = [], 0
    for seed in range(studies):
        sample, reference = _sets(np.random.default_rng(seed), artists, count)
        found = compared(sample, reference, distance, Draws(200, 0.95, seed)).estimate
        values.append(found.value)
        covered += found.low <= truth <= found.high
    drawn = "pictures" if artists == 1 else f"{artists} artists"
    return (
        f"| {name} | {drawn} | {count} | {truth:.4g} | {np.mean(values):.4g} |"
        f" {covered / studies:.0%} |"
    )


def _truth(distance: Distance, artists: int) -> float:
    """Of the population: of one artist in closed form or very large sets, else of many artists."""
    number = 1 if artists == 1 else LARGE // 4
    sample, reference = _sets(np.random.default_rng(10**6), number, LARGE)
    return distance(sample, reference, np.ones(len(sample)), np.ones(len(reference)))


def _sets(generator: Generator, artists: int, count: int) -> tuple[PictureSet, PictureSet]:
    """Both sets by the same artists, who each have a place of their own."""
    by = np.arange(count) % artists
    spread = 0.0 if artists == 1 else BETWEEN
    places = generator.normal(0, spread, (artists, DIMENSIONS))[by]
    names = tuple("" if artists == 1 else str(number) for number in by)
    points = places + generator.normal(0, 1, (2, count, DIMENSIONS))
    return PictureSet(points[0] + SHIFT, names), PictureSet(points[1], names)


if __name__ == "__main__":
    sys.exit(main())
