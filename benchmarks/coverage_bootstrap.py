"""How often intervals of alpha hold the truth, bootstrap beside closed form, by simulation.

    python benchmarks/coverage_bootstrap.py          # 40 studies a design

Five-point answers; raters, artworks and pictures differ; a dose lowers the answers. The truth is
the mean of the estimate over all simulated studies: what a study of this size estimates.
(Correlations with metrics: benchmarks/coverage_meta.py.)
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.agreement import krippendorff_alpha
from evaluation.statistics.estimate import Estimate

DESIGNS = [  # raters, artworks, conditions, items each
    (20, 8, 6, 24),
    (60, 24, 10, 16),
    (60, 6, 8, 48),
]
REPLICATES = 400


@dataclass(frozen=True)
class Study:
    """One entry an answer."""

    values: np.ndarray
    rater: np.ndarray
    item: np.ndarray
    artwork: np.ndarray
    condition: np.ndarray


def simulate(design: tuple[int, int, int, int], rng: np.random.Generator) -> Study:
    raters, artworks, conditions, each = design
    items = artworks * conditions
    dose = np.tile(np.linspace(0, 1, conditions), artworks)
    picture = np.repeat(rng.normal(0, 0.4, artworks), conditions) + rng.normal(0, 0.4, items)
    latent = 4 + rng.normal(0, 0.8, (raters, 1)) + picture - 2 * dose
    values = np.clip(np.round(latent + rng.normal(0, 0.7, latent.shape)), 1, 5)
    seen = np.argsort(rng.random(latent.shape), axis=1) < each
    rater, item = np.nonzero(seen)
    return Study(values[rater, item], rater, item, item // conditions, item % conditions)


def estimates(study: Study, rng: np.random.Generator) -> dict[str, Estimate]:
    return {
        f"{name}, {interval}": krippendorff_alpha(
            study.values,
            study.rater,
            study.item,
            "ordinal",
            interval=interval,
            generator=rng,
            strata=strata,
            clusters=study.artwork,
            replicates=REPLICATES,
        ).estimate
        for name, strata in (("alpha", None), ("alpha within", study.condition))
        for interval in ("clustered", "bootstrap")
    }


def main(studies: int) -> None:
    rng = np.random.default_rng(11)
    print(f"{studies} simulated studies a design; width is against 3.92 true standard errors")
    for design in DESIGNS:
        print("{} raters, {} artworks x {} conditions, {} items each".format(*design))
        gathered: dict[str, list[Estimate]] = defaultdict(list)
        for _ in range(studies):
            for name, estimate in estimates(simulate(design, rng), rng).items():
                gathered[name].append(estimate)
        for name, found in gathered.items():
            values = np.array([estimate.value for estimate in found])
            ends = np.array([(estimate.low, estimate.high) for estimate in found])
            covered = ((ends[:, 0] <= values.mean()) & (values.mean() <= ends[:, 1])).mean()
            width = np.diff(ends, axis=1).mean() / (3.92 * values.std())
            print(f"  {name:28} {values.mean():6.2f}   covered {covered:6.1%}   width x{width:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
