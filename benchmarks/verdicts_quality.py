"""How often quality_blindness says what is true: error rates over simulated studies.

    python benchmarks/verdicts_quality.py [--studies 200] [--seed 1]

Studies are made by `benchmarks/simulated_ladder.py`: raters with leniency, halo and noise on five
points, pictures under two conditions and along a ladder. Metrics are mixtures of the true style,
the true quality and noise with known weights, so that their sensitivity to quality, given style, is
known: none, exactly the bound (where either verdict is an error), much. Prints the rows of
docs/verdicts.md.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import numpy as np
from scipy.stats import beta

from benchmarks.simulated_ladder import Size, simulated
from evaluation.findings.ladder_findings import climbed
from evaluation.findings.quality_sight import Asked, sights
from evaluation.findings.verdicts import BLIND, BOUND, SEES, SIGHTS
from evaluation.statistics.estimate import BadData

ASKED = Asked("style", "quality", "mimicry_success")


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    metric: tuple[float, float, float]
    """Weights of style, of quality, and of the metric's own noise."""
    size: Size
    matters: float = 0.6
    right: tuple[str, ...] = ()
    """Verdicts that are no error; none where the truth lies on the bound."""


LARGE = Size()
SMALL = Size(painters=2, artworks=2, raters=8, per_item=3)


def on_the_bound() -> tuple[float, float, float]:
    """Weights of a metric whose sensitivity is the bound: found once, on a very large study."""
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        if true_slope((0.8, middle, 0.5)) < BOUND:
            low = middle
        else:
            high = middle
    return (0.8, round((low + high) / 2, 3), 0.5)


def true_slope(weights: tuple[float, float, float]) -> float:
    """Sensitivity to quality, given style, of a metric, from a study too large to err much."""
    rng = np.random.default_rng(99)
    evidence = simulated(
        rng, Size(painters=40, artworks=10, raters=60, per_item=30), {"metric": weights}
    )
    found = sights(
        evidence, ASKED, ["metric"], bound=BOUND, within="artists", drawn="artists", level=0.95
    )
    return found.found.targets["metric"].slope[1].value


def cases() -> list[Case]:
    """The rows."""
    bound = on_the_bound()
    return [
        Case("blind to quality (sensitivity 0)", (0.8, 0.0, 0.5), LARGE, right=(BLIND, CANNOT)),
        Case("on the bound (0.2)", bound, LARGE, right=(CANNOT,)),
        Case("sees quality as much as style", (0.6, 0.6, 0.5), LARGE, right=(SEES, CANNOT)),
        Case("sees quality alone", (0.0, 0.8, 0.5), LARGE, right=(SEES, CANNOT)),
        Case("blind, but quality does not matter", (0.8, 0.0, 0.5), LARGE, 0.0, right=(CANNOT,)),
        Case("noise alone", (0.0, 0.0, 1.0), LARGE, right=(BLIND, CANNOT)),
        Case("blind, too small a study", (0.8, 0.0, 0.5), SMALL, right=(BLIND, CANNOT)),
        Case("on the bound, too small a study", bound, SMALL, right=(CANNOT,)),
        Case("sees, too small a study", (0.6, 0.6, 0.5), SMALL, right=(SEES, CANNOT)),
    ]


CANNOT = SIGHTS[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print("| truth | painters × works, raters | blind | sees | cannot tell | wrong (95 %) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case in cases():
        said = Counter(verdict(case, chosen.seed + k) for k in range(chosen.studies))
        size = case.size
        shares = " | ".join(f"{said[word] / chosen.studies:.0%}" for word in SIGHTS)
        wrong = chosen.studies - sum(said[word] for word in case.right)
        print(
            f"| {case.name} | {size.painters} × {size.artworks}, {size.raters} | {shares} |"
            f" {told(wrong, chosen.studies)} |",
            flush=True,
        )
    ladder(chosen.studies, chosen.seed)


def verdict(case: Case, seed: int) -> str:
    """What one study says."""
    evidence = simulated(
        np.random.default_rng(seed), case.size, {"metric": case.metric}, matters=case.matters
    )
    try:
        found = sights(
            evidence, ASKED, ["metric"],
            bound=BOUND, within="artists", drawn="artworks", level=0.95,
        )  # fmt: skip
    except BadData:  # so small a study that nothing can be said
        return CANNOT
    return found.verdicts["metric"]


def ladder(studies: int, seed: int) -> None:
    """How often a metric is said to notice the lowest, or any, dose of a ladder."""
    print("\n| truth | notices some dose | shown to stay within the bound | not shown |")
    print("| --- | --- | --- | --- |")
    for name, weights in (
        ("blind: no dose changes it", (0.8, 0.0, 0.5)),
        ("sees: every dose does", (0.6, 0.6, 0.5)),
    ):
        said: Counter[str] = Counter()
        for k in range(studies):
            evidence = simulated(np.random.default_rng(seed + k), LARGE, {"metric": weights})
            (climb,) = climbed(
                evidence, {}, ["metric"],
                success_from=None, bound=BOUND, drawn="artworks", level=0.95, seed=1,
            ).climbs  # fmt: skip
            (response,) = climb.metrics
            said[
                "notices" if response.first
                else "stays" if response.unmoved(BOUND)
                else "not shown"
            ] += 1  # fmt: skip
        shares = " | ".join(
            f"{said[word] / studies:.0%}" for word in ("notices", "stays", "not shown")
        )
        print(f"| {name} | {shares} |", flush=True)


def told(wrong: int, studies: int) -> str:
    """“2.5% [0.8%, 5.7%]”, by Clopper and Pearson."""
    low, high = _ends(wrong, studies)
    return f"{wrong / studies:.1%} [{low:.1%}, {high:.1%}]"


def _ends(wrong: int, studies: int) -> Sequence[float]:
    low = float(beta.ppf(0.025, wrong, studies - wrong + 1)) if wrong else 0.0
    high = float(beta.ppf(0.975, wrong + 1, studies - wrong)) if wrong < studies else 1.0
    return low, high


if __name__ == "__main__":
    main()
