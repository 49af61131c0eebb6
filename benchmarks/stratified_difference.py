"""Differences of PSR within painters: closed form against the crossed bootstrap, by simulation.

    python benchmarks/stratified_difference.py          # 300 studies a row

Answers are yes or no; raters (sd 0.9), painters (1.0), sets of paintings (0.5), pictures (0.4) and
how a rater takes a condition (0.4) differ on the logit. Each rater answers about some pictures
only; in “uneven” designs hard painters have few answers under the second condition, as when items
are left out or raters leave. Truth is the mean difference over painters, raters and pictures.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics import psr
from evaluation.statistics.estimate import Estimate

DESIGNS = [  # raters, painters, sets, share answered, logit of the effect, uneven
    (20, 4, 4, 1.0, 0.0, False),
    (40, 8, 2, 0.5, 0.0, False),
    (40, 8, 2, 0.5, 1.5, False),
    (40, 8, 2, 0.5, 0.0, True),
    (40, 8, 2, 0.5, 1.5, True),
]
Study = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def simulate(design: tuple[int, int, int, float, float, bool], rng: np.random.Generator) -> Study:
    """Hits, raters, sets, painters, and which answers are about the second condition."""
    raters, painters, sets, filled, effect, uneven = design
    works = painters * sets
    painter = np.repeat(np.arange(painters), sets)
    ease = np.sort(rng.normal(0, 1.0, painters))
    latent = -0.5 + ease[painter] + rng.normal(0, 0.5, works)
    latent = latent + rng.normal(0, 0.9, (raters, 1)) + np.array([0.0, effect])[:, None, None]
    latent = latent + rng.normal(0, 0.4, (2, 1, works)) + rng.normal(0, 0.4, (2, raters, 1))
    share = np.full((2, 1, works), filled)
    if uneven:
        share[1] *= np.where(painter < painters / 2, 0.3, 1.0)
    kept = rng.random(latent.shape) < share
    condition, rater, work = np.nonzero(kept)
    hits = rng.random(len(work)) < 1 / (1 + np.exp(-latent[kept]))
    return hits.astype(float), rater, work, painter[work], condition == 1


def truth(effect: float) -> float:
    """The mean difference over everybody and every picture, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    spread = np.sqrt(0.9**2 + 1.0 + 0.5**2 + 0.4**2 + 0.4**2)
    shares = [
        float((weights / (1 + np.exp(0.5 - move - spread * nodes))).sum() / weights.sum())
        for move in (0.0, effect)
    ]
    return shares[1] - shares[0]


def found(study: Study, number: int) -> dict[str, tuple[Estimate, float]]:
    hits, rater, work, painter, second = study
    ways = {
        "within painters": {"strata": painter},
        "bootstrap": {
            "strata": painter, "interval": "bootstrap", "replicates": 400,
            "generator": np.random.default_rng(number),
        },
        "painters mixed": {},
    }  # fmt: skip
    results = {
        name: psr.difference(hits, rater, work, second, success=(1, 1), **how)
        for name, how in ways.items()
    }
    return {name: (result.estimate, result.p) for name, result in results.items()}


def main(studies: int) -> None:
    print("| design | way | held | width | error of the estimate | p < 0.05 |")
    for design in DESIGNS:
        gathered: dict[str, list[tuple[Estimate, float]]] = {}
        for number in range(studies):
            study = simulate(design, np.random.default_rng([3, number]))
            for name, result in found(study, number).items():
                gathered.setdefault(name, []).append(result)
        right = truth(design[4])
        for name, results in gathered.items():
            ends = np.array([(e.low, e.high) for e, _ in results])
            held = ((ends[:, 0] <= right) & (right <= ends[:, 1])).mean()
            off = np.mean([e.value for e, _ in results]) - right
            rejected = np.mean([p < 0.05 for _, p in results])
            width = np.diff(ends, axis=1).mean()
            print(
                f"| {design} | {name} | {held:.1%} | {width:.3f} | {off:+.3f} | {rejected:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
