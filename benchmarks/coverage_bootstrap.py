"""How often the bootstrap intervals of correlations and alpha hold the truth, by simulation.

    python benchmarks/coverage_bootstrap.py          # 40 studies a design, about half a minute
    python benchmarks/coverage_bootstrap.py 200      # as docs/statistics.md has it

Five-point answers; raters, artworks and pictures differ; a dose lowers the answers and moves two
metrics, each with its own noise. The truth is the mean of the estimate over all simulated studies:
what a study of this size estimates.
"""

import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.agreement import krippendorff_alpha
from evaluation.statistics.answers import Answers
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.meta.associate import associate
from evaluation.statistics.meta.levels import Rated

DESIGNS = [  # raters, artworks, conditions, items each
    (20, 8, 6, 24),
    (60, 24, 10, 16),
    (60, 6, 8, 48),
]
REPLICATES = 400


def simulate(design: tuple[int, int, int, int], rng: np.random.Generator) -> Rated:
    raters, artworks, conditions, each = design
    items = artworks * conditions
    dose = np.tile(np.linspace(0, 1, conditions), artworks)
    picture = np.repeat(rng.normal(0, 0.4, artworks), conditions) + rng.normal(0, 0.4, items)
    latent = 4 + rng.normal(0, 0.8, (raters, 1)) + picture - 2 * dose
    values = np.clip(np.round(latent + rng.normal(0, 0.7, latent.shape)), 1, 5)
    seen = np.argsort(rng.random(latent.shape), axis=1) < each
    rater, item = np.nonzero(seen)
    present, code = np.unique(item, return_inverse=True)
    metrics = np.stack([-dose - rng.normal(0, 0.3, items) + 0.2 * picture for _ in range(2)])
    answers = Answers.of(values[rater, item], rater, code)
    return Rated(answers, metrics[:, present], present // conditions, present % conditions)


def estimates(rated: Rated, rng: np.random.Generator) -> dict[str, Estimate]:
    levels = associate(rated, generator=rng, replicates=REPLICATES)
    found = {f"rho, {level.name}": level.estimate("spearman", 0) for level in levels}
    found |= {
        f"difference, {level.name}": level.difference("spearman", 0, 1)[0] for level in levels
    }
    answers = rated.answers
    for name, strata in (("alpha", None), ("alpha within", rated.condition[answers.item])):
        found[name] = krippendorff_alpha(
            answers.values,
            answers.rater,
            answers.item,
            "ordinal",
            interval="bootstrap",
            generator=rng,
            strata=strata,
            clusters=rated.artwork[answers.item],
            replicates=REPLICATES,
        ).estimate
    return found


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
