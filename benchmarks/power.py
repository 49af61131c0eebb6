"""What planning a study costs, and whether the powers are right.

    python benchmarks/power.py           # seconds of processor time, against closed forms
    python benchmarks/power.py 20        # and how often the intervals of 20 sample sizes are right

Seconds are for 1,000 studies and as many again under the null. The closed form is a t test with the
true variance of the difference, from the variance components of yes and no by quadrature; it is
independent of this library's engines.
"""

import os
import sys
from math import sqrt
from pathlib import Path
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.stats import nct, t

from evaluation.statistics import power

PSR = power.Truth.of_psr({"clean": 0.3, "cloak": 0.4})
FIVE = power.Truth((-2.0, -1.0, 0.0, 1.0), {"clean": 0.0, "cloak": 0.5}, (1, 2))
TWELVE = power.Truth((-2.0, -1.0, 0.0, 1.0), {f"c{k}": 0.0 for k in range(12)}, conditions=1.0)
GROUPS = power.Truth((-2.0, -1.0, 0.0, 1.0), {"one": 0.0}, experts=0.6)
GOOD, FAIR = power.Metric(0.9, 0.5), power.Metric(0.6, 0.5)
TIMED = [
    ("difference of PSR", power.Difference("clean", "cloak"), PSR, power.Design(30, 40), 1000),
    ("... bootstrap of 500", power.Difference("clean", "cloak", "bootstrap"), PSR,
     power.Design(30, 40), 100),
    ("... logistic mixed model", power.Difference("clean", "cloak", "model"), PSR,
     power.Design(30, 40), 20),
    ("equivalence", power.Equivalence("clean", "cloak", margin=0.2), PSR, power.Design(30, 40),
     1000),
    ("precision", power.Precision("cloak", 0.1), PSR, power.Design(30, 40), 1000),
    ("rating model, 1,200 answers", power.Effect("clean", "cloak"), FIVE,
     power.Design(30, 40, filled=0.5), 40),
    ("metric, 12 conditions", power.Correlation(GOOD), TWELVE, power.Design(30, 20, 60), 1000),
    ("two metrics, permutation", power.MetricDifference(GOOD, FAIR), TWELVE,
     power.Design(30, 20, 60), 200),
    ("experts against the crowd", power.ExpertsAgainstCrowd(), GROUPS,
     power.Design(40, 20, experts=15), 200),
]  # fmt: skip
DESIGNS = [(10, 20, 1.0), (30, 20, 1.0), (30, 40, 1.0), (30, 40, 0.25), (100, 20, 0.25),
           (20, 100, 0.25), (60, 60, 0.1)]  # fmt: skip


def timed() -> None:
    for name, question, truth, design, studies in TIMED:
        power.simulate(design, truth, question, seed=2, studies=20, null=False)
        start = process_time()
        found = power.simulate(design, truth, question, seed=1, studies=studies)
        spent = (process_time() - start) * 1000 / studies
        print(
            f"{name:28s}{spent:7.1f} s   power {found.power.value:6.1%}, wrong yes "
            f"{f'{found.error.value:6.1%}' if found.error.defined else '     -'}, {found.design}"
        )


def closed_form(truth: power.Truth, raters: int, artworks: int, filled: float) -> float:
    """Power of a t test that knows the variance of the difference of two shares."""
    rng = np.random.default_rng(0)
    size = 2000
    common = rng.normal(0, truth.rater, size), rng.normal(0, truth.artwork, size)
    means, by_rater, by_artwork, within = [], 0.0, 0.0, 0.0
    for sign, effect in zip((-1, 1), truth.effects.values(), strict=True):
        person = common[0] + rng.normal(0, truth.rater_condition, size)
        picture = common[1] + rng.normal(0, truth.stimulus, size)
        p = 1 / (1 + np.exp(effect + person[:, None] + picture))
        means.append(p.mean())
        by_rater = by_rater + sign * p.mean(1)
        by_artwork = by_artwork + sign * p.mean(0)
        within += float((p * (1 - p)).mean() + (p - p.mean(1, keepdims=True) - p.mean(0)).var())
    variance = float(np.var(by_rater)) / raters + float(np.var(by_artwork)) / artworks
    variance += within / (raters * artworks * filled)
    shift, freedom = (means[1] - means[0]) / sqrt(variance), min(raters, artworks) - 1
    cut = t.ppf(0.975, freedom)
    return float(nct.sf(cut, freedom, shift) + nct.cdf(-cut, freedom, shift))


def compared() -> None:
    print("power of a difference of PSR, 30 % and 40 %: simulated, closed form")
    for raters, artworks, filled in DESIGNS:
        design = power.Design(raters, artworks, filled=filled)
        question = power.Difference("clean", "cloak")
        found = power.simulate(design, PSR, question, seed=3, studies=2000)
        print(
            f"  {raters:3d} x {artworks:3d}, {filled:4.0%} filled: {found.power:.1%}, "
            f"{closed_form(PSR, raters, artworks, filled):.1%}; wrong yes {found.error:.1%}"
        )


def sizes(repeats: int) -> None:
    """How often the interval of a sample size holds the size that 4,000 studies a size find."""
    design, question = power.Design(20, 40, answers_each=30), power.Difference("clean", "cloak")
    truth = power.Truth.of_psr({"clean": 0.3, "cloak": 0.42})
    exact = power.sample_size(design, truth, question, seed=1000, studies=4000)
    print(f"{exact.size:.0f} raters, of 4,000 studies a size")
    held, spent = 0, process_time()
    found = []
    for seed in range(repeats):
        size = power.sample_size(design, truth, question, seed=seed, studies=500).size
        held += size.low <= exact.size.value <= size.high
        found.append(size)
    width = np.mean([size.high - size.low for size in found])
    print(
        f"{held} of {repeats} intervals of 500 studies a size hold it; mean width {width:.1f}; "
        f"sizes {min(s.value for s in found):.0f} to {max(s.value for s in found):.0f}; "
        f"{(process_time() - spent) / repeats:.1f} s each"
    )


if __name__ == "__main__":
    timed()
    compared()
    if len(sys.argv) > 1:
        sizes(int(sys.argv[1]))
