"""How often nominal 95 % intervals of pairs hold the truth: python benchmarks/coverage_pairs.py 400

Raters have tastes of their own (sd 0.5 an item) and a lean to the left (sd 0.4); each answers 30
comparisons of six items. The truth is the average over raters of the chance of each pair, which is
close to, not quite, a Bradley-Terry model; strengths are compared with a fit to a million answers.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.pairs import bradley_terry

STRENGTHS = np.array([-0.8, -0.4, 0.0, 0.0, 0.4, 0.8])
PAIRS = np.array([(i, j) for i in range(6) for j in range(6) if i != j])


def study(rng: np.random.Generator, raters: int, each: int) -> tuple[np.ndarray, ...]:
    who = np.repeat(np.arange(raters), each)
    taste, lean = rng.normal(0, 0.5, (raters, 6)), rng.normal(0.3, 0.4, raters)
    i, j = PAIRS[rng.integers(len(PAIRS), size=len(who))].T
    eta = (STRENGTHS + taste[who])[np.arange(len(who)), i]
    eta = eta - (STRENGTHS + taste[who])[np.arange(len(who)), j] + lean[who]
    return i, j, (rng.random(len(who)) < 1 / (1 + np.exp(-eta))) * 1.0, who


def main(simulations: int) -> None:
    rng = np.random.default_rng(1)
    i, j, won, _ = study(rng, 30000, 30)
    truth = bradley_terry(i, j, won).difference(5, 0).value
    print(
        "| raters | naive holds | clustered holds | naive type I | clustered | fit, naive | fit |"
    )
    for raters in (10, 20, 50):
        rows = []
        for _ in range(simulations):
            i, j, won, who = study(rng, raters, 30)
            for found in (bradley_terry(i, j, won), bradley_terry(i, j, won, raters=who)):
                apart = found.difference(5, 0)
                rows.append(
                    (apart.low < truth < apart.high, found.p(2, 3) < 0.05, found.fit.p < 0.05)
                )
        naive, own = np.mean(rows[::2], 0), np.mean(rows[1::2], 0)
        cells = [naive[0], own[0], naive[1], own[1], naive[2], own[2]]
        print(f"| {raters} | " + " | ".join(f"{cell:.1%}" for cell in cells) + " |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
