"""How often nominal 95 % intervals hold the truth, by simulation: prints the table in docs/.

    python benchmarks/coverage.py            # 400 studies a row, about a minute
    python benchmarks/coverage.py 2000       # as docs/statistics/intervals.md has it

Answers are yes or no; raters (sd 0.9) and items (sd 0.7) differ on the logit.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.stats import beta

from evaluation.statistics.answers import Answers, Floats
from evaluation.statistics.bootstrap import multinomial_weights
from evaluation.statistics.clustered import clustered_share

RATER_SD, ITEM_SD = 0.9, 0.7
DESIGNS = [  # raters, items, share filled, intercept on the logit
    (10, 10, 1.0, 0.4),
    (10, 20, 1.0, 0.4),
    (30, 40, 1.0, 0.4),
    (30, 40, 0.3, 0.4),
    (100, 40, 0.3, 0.4),
    (10, 20, 0.5, 2.9),
]
METHODS = ("binomial", "raters only", "items only", "crossed", "two-way")


def simulate(design: tuple[int, int, float, float], rng: np.random.Generator) -> Answers:
    raters, items, filled, intercept = design
    people, pictures = rng.normal(0, RATER_SD, (raters, 1)), rng.normal(0, ITEM_SD, (1, items))
    chance = 1 / (1 + np.exp(-(intercept + people + pictures)))
    hits = (rng.random((raters, items)) < chance).astype(float)
    rater, item = np.nonzero(rng.random((raters, items)) < filled)
    return Answers.of(hits[rater, item], rater, item)


def truth(intercept: float) -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    chances = 1 / (1 + np.exp(-(intercept + np.hypot(RATER_SD, ITEM_SD) * nodes)))
    return float((weights * chances).sum() / weights.sum())


def resampled(answers: Answers, people: Floats, pictures: Floats) -> tuple[float, float]:
    total = ((people @ answers.sums) * pictures).sum(1)
    weight = ((people @ answers.counts) * pictures).sum(1)
    low, high = np.quantile(total / weight, [0.025, 0.975])
    return float(low), float(high)


def intervals(answers: Answers, rng: np.random.Generator) -> list[tuple[float, float]]:
    k, n = answers.values.sum(), answers.n
    binomial = beta.ppf(0.025, k, n - k + 1) if k else 0.0, beta.ppf(0.975, k + 1, n - k)
    people = multinomial_weights(answers.raters, 500, rng)
    pictures = multinomial_weights(answers.items, 500, rng)
    closed = clustered_share(answers.values, answers.rater, answers.item).estimate
    return [
        (float(binomial[0]), float(binomial[1]) if k < n else 1.0),
        resampled(answers, people, np.ones_like(pictures)),
        resampled(answers, np.ones_like(people), pictures),
        resampled(answers, people, pictures),
        (closed.low, closed.high),
    ]


def main(studies: int) -> None:
    rng = np.random.default_rng(1)
    print(f"{studies} simulated studies a row; share of 95 % intervals that hold the truth")
    print(f"{'design':34}" + "".join(f"{name:>13}" for name in METHODS))
    for design in DESIGNS:
        true = truth(design[3])
        found = np.array([intervals(simulate(design, rng), rng) for _ in range(studies)])
        covered = ((found[..., 0] <= true) & (true <= found[..., 1])).mean(0)
        name = f"{design[0]} raters x {design[1]} items, {design[2]:.0%}, {true:.2f}"
        print(f"{name:34}" + "".join(f"{share:13.1%}" for share in covered))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
