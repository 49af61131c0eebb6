"""What looking costs: python benchmarks/coverage_sequential.py 400

Raters come in one by one; a share of yes with raters' sd 1 on the logit, 8 answers each, true share
0.5. How often each rule ever claims that it is not 0.5 (30 to 120 raters, a look every 10), and how
often the interval at the end of a stop at precision holds the truth.
"""

import sys
from functools import partial
from math import sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.estimate import Estimate
from evaluation.statistics.sequential import (
    anytime,
    confidence_sequence,
    look,
    obrien_fleming,
    stop_at_precision,
)

LOOKS = range(30, 121, 10)


def mean(shares: np.ndarray, level: float) -> Estimate:
    n, se = len(shares), float(shares.std(ddof=1)) / sqrt(len(shares))
    half = se * float(student.ppf((1 + level) / 2, n - 1))
    value = float(shares.mean())
    return Estimate(value, value - half, value + half, se, level, n, "mean over raters")


def main(simulations: int) -> None:
    rng = np.random.default_rng(1)
    planned = obrien_fleming([n / LOOKS[-1] for n in LOOKS])
    claims = {"every look at 95 %": 0, "O'Brien-Fleming": 0, "anytime": 0, "betting": 0}
    held, sizes = 0, []
    for _ in range(simulations):
        p = 1 / (1 + np.exp(-rng.normal(0, 1, 120)))
        shares = rng.binomial(8, p) / 8
        fixed = [mean(shares[:n], 0.95) for n in LOOKS]
        claims["every look at 95 %"] += any(e.excludes(0.5) for e in fixed)
        claims["anytime"] += any(
            anytime(e, raters=n, tuned_for=80).excludes(0.5)
            for e, n in zip(fixed, LOOKS, strict=True)
        )
        claims["O'Brien-Fleming"] += any(
            look(partial(mean, shares[:n]), planned, k, null=0.5).stop
            for k, n in enumerate(LOOKS, 1)
        )
        sequence = confidence_sequence(shares, np.arange(120))
        claims["betting"] += bool(((sequence.low > 0.5) | (sequence.high < 0.5)).any())
        stops = (
            n
            for n, e in ((n, mean(shares[:n], 0.95)) for n in range(20, 121))
            if stop_at_precision(e, half_width=0.07, raters=n).stop
        )
        size = next(stops, 120)
        sizes.append(size)
        end = mean(shares[:size], 0.95)
        held += end.low <= 0.5 <= end.high
    for rule, count in claims.items():
        print(f"{rule}: a false claim in {count / simulations:.1%} of studies")
    print(
        f"stop at ±0.07: held in {held / simulations:.1%}, {np.mean(sizes):.0f} raters "
        f"({np.min(sizes)} to {np.max(sizes)})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
