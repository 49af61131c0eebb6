"""How often intervals of the protection success rate hold the truth, and how often tests err.

    python benchmarks/coverage_psr_intervals.py 1000    # studies a design; 200 when left out

One condition: raters (sd 0.9) and artworks (sd 0.7) differ on the logit. Two conditions: each
picture is its own stimulus (artwork:condition sd 0.6) and raters react differently to conditions
(sd 0.5), finding 2 of the statistics facts. Printed for one condition: share of 95 % intervals that
hold the population's share, and mean width; for two equal ones: how often “different” is said at
5 %, and for two at the margin, how often “equivalent”.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics import psr

RATER, ARTWORK, STIMULUS, REACTION = 0.9, 0.7, 0.6, 0.5
DESIGNS = [(10, 20, 1.0, 0.4), (30, 40, 1.0, 0.4), (30, 40, 0.3, 0.4), (100, 40, 0.3, 2.5),
           (10, 20, 0.5, 2.5), (60, 400, 0.1, 0.4)]  # fmt: skip
"""raters, artworks, filled, logit of the share"""
PAIRS = [(12, 20, 1.0), (30, 40, 0.5), (60, 20, 0.5), (20, 60, 0.3)]
INTERVALS = ("clustered", "bootstrap", "model", "independent")
MARGIN = 0.1


def population(logit: float, *spreads: float) -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    total = np.sqrt(np.square(spreads).sum())
    return float((weights / (1 + np.exp(-logit - total * nodes))).sum() / weights.sum())


def answers(
    rng: np.random.Generator, raters: int, artworks: int, filled: float, logits: list[float]
):
    """Hits, raters, artworks and conditions, long."""
    shape = (len(logits), raters, artworks)
    eta = np.array(logits)[:, None, None] + rng.normal(0, RATER, (raters, 1))
    eta = eta + rng.normal(0, ARTWORK, artworks)
    if len(logits) > 1:
        eta = eta + rng.normal(0, STIMULUS, (len(logits), 1, artworks))
        eta = eta + rng.normal(0, REACTION, (len(logits), raters, 1))
    hits = rng.random(shape) < 1 / (1 + np.exp(-eta))
    condition, rater, artwork = np.nonzero(rng.random(shape) < filled)
    return hits[condition, rater, artwork], rater, artwork, condition == 1


def one_condition(studies: int) -> None:
    for raters, artworks, filled, logit in DESIGNS:
        truth = population(logit, RATER, ARTWORK)
        rng = np.random.default_rng(1)
        held = dict.fromkeys(INTERVALS, 0)
        width = dict.fromkeys(INTERVALS, 0.0)
        for _ in range(studies):
            hits, rater, artwork, _ = answers(rng, raters, artworks, filled, [logit])
            for interval in INTERVALS:
                found = psr.protection_success_rate(
                    hits, rater, artwork, interval=interval,
                    generator=np.random.default_rng(2), replicates=500,
                ).answers  # fmt: skip
                held[interval] += found.low <= truth <= found.high
                width[interval] += (found.high - found.low) / studies
        said = ", ".join(f"{k} {held[k] / studies:.1%} ({width[k]:.3f})" for k in INTERVALS)
        print(f"{raters} x {artworks}, {filled:.0%}, PSR {truth:.2f}: {said}")


def two_conditions(studies: int) -> None:
    spreads = RATER, ARTWORK, STIMULUS, REACTION
    for raters, artworks, filled in PAIRS:
        rng = np.random.default_rng(3)
        base = population(0.4, *spreads)
        far = min(
            np.linspace(0.4, 1.6, 241), key=lambda x: abs(population(x, *spreads) - base - MARGIN)
        )
        different = {"clustered": 0, "bootstrap": 0, "model": 0}
        equivalent = 0
        for _ in range(studies):
            same = answers(rng, raters, artworks, filled, [0.4, 0.4])
            for interval in different:
                found = psr.difference(
                    *same, interval=interval, generator=np.random.default_rng(4), replicates=500
                )
                different[interval] += found.p < 0.05
            apart = answers(rng, raters, artworks, filled, [0.4, float(far)])
            equivalent += psr.equivalence(*apart, margin=MARGIN).equivalent
        said = ", ".join(f"{k} {v / studies:.1%}" for k, v in different.items())
        print(f"{raters} x {artworks}, {filled:.0%}: called different {said}; "
              f"equivalent at the margin {equivalent / studies:.1%}")  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore", psr.IndependenceWarning)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    one_condition(count)
    two_conditions(count)
