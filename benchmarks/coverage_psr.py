"""How often intervals of PSR and of its differences hold the truth, by simulation.

    python benchmarks/coverage_psr.py        # 150 studies, as docs/statistics/intervals.md has it

Answers are yes or no; raters (sd 0.9), sets of paintings (0.7), and how a set comes out under a
condition (0.3) differ on the logit.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.shares import Resampling, crossed_difference, crossed_share

RATER, SET, CELL = 0.9, 0.7, 0.3
DESIGNS = [
    (20, 2, 4, -3.0, -3.0),
    (20, 2, 4, -3.0, 1.0),
    (40, 4, 4, -3.0, 2.0),
    (40, 8, 2, -1.0, 0.0),
    (40, 2, 3, -6.0, 2.0),
]
"""Raters, painters, sets of each, and the logits of the clean and the protected arm."""


def population(logit: float) -> float:
    """The share over all raters, sets and cells, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    spread = np.sqrt(RATER**2 + SET**2 + CELL**2)
    return float((weights / (1 + np.exp(-logit - spread * nodes))).sum() / weights.sum())


def arms(design: tuple[int, int, int, float, float], rng: np.random.Generator) -> list[np.ndarray]:
    """Answers (1: protected) of both arms, [raters, painters × sets]."""
    raters, painters, sets, *logits = design
    rater = rng.normal(0, RATER, (raters, 1))
    part = rng.normal(0, SET, (1, painters * sets))
    return [
        (
            rng.random((raters, painters * sets))
            < 1 / (1 + np.exp(-logit - rater - part - rng.normal(0, CELL, part.shape)))
        ).astype(float)
        for logit in logits
    ]


def coverage(design: tuple[int, int, int, float, float], studies: int) -> list[str]:
    """The row of the table of docs/statistics.md."""
    raters, painters, sets, *logits = design
    truth = [population(logit) for logit in logits]
    truth.append(truth[1] - truth[0])
    rater, part = (grid.ravel() for grid in np.indices((raters, painters * sets)))
    held, width, significant = np.zeros(3), 0.0, 0
    for number in range(studies):
        how = Resampling(np.random.default_rng(number), 400)
        answers = [arm.ravel() for arm in arms(design, np.random.default_rng([7, number]))]
        found = [crossed_share(values, rater, part, how) for values in answers]
        second = np.repeat([False, True], len(rater))
        both = [np.tile(column, 2) for column in (rater, part, part // sets)]
        difference, p = crossed_difference(np.concatenate(answers), *both, second, how)
        found.append(difference)
        held += [e.low <= value <= e.high for e, value in zip(found, truth, strict=True)]
        width += difference.high - difference.low
        significant += p < 0.05
    cells = [f"{share:.1%}" for share in held / studies]
    return [
        f"{raters}, {painters} × {sets}", f"{truth[0]:.2f} and {truth[1]:.2f}", *cells,
        f"{width / studies:.2f}", f"{significant / studies:.0%}",
    ]  # fmt: skip


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    for design in DESIGNS:
        print("|", " | ".join(coverage(design, count)), "|", flush=True)
