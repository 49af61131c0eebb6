"""How often tests of two equally good metrics call one of them better: false alarms at 5 %.

    python benchmarks/metric_tests.py 500        # as docs/statistics/meta.md has it

Each metric has its own error in each condition (CLIP likes one purifier, LPIPS another) and in each
picture; both follow the same truth equally well. A good 5 % test is wrong in 5 of 100 studies.
"""

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.meta import compare_metrics
from evaluation.statistics.meta.compare import Test
from evaluation.statistics.meta.grid import By

DESIGNS = ((6, 50), (12, 50), (20, 100))
QUIRKS = (0.0, 0.5)
TESTS: tuple[Test, ...] = ("permutation", "williams", "bootstrap", "PERM-BOTH", "PERM-INPUTS")
LEVELS: tuple[By, ...] = ("condition", "group-by-item")


def study(rng: np.random.Generator, conditions: int, items: int, quirk: float) -> list[Floats]:
    """People and two metrics [conditions, items]."""
    truth = rng.normal(0, 0.7, (conditions, 1)) + rng.normal(0, 0.5, (conditions, items))
    ease = rng.normal(0, 0.7, (1, items))
    human = truth + ease + rng.normal(0, 0.6, truth.shape)
    metrics = [
        truth + ease + quirk * rng.normal(size=(conditions, 1)) + rng.normal(0, 0.8, truth.shape)
        for _ in range(2)
    ]
    return [human, *metrics]


def alarms(conditions: int, items: int, quirk: float, by: By, studies: int) -> dict[str, float]:
    found = dict.fromkeys(TESTS, 0)
    for seed in range(studies):
        rng = np.random.default_rng([seed, conditions, items, int(10 * quirk)])
        compared = compare_metrics(
            *study(rng, conditions, items, quirk),
            generator=rng,
            by=by,
            tests=TESTS,
            replicates=400,
        )
        for name, test in compared.tests.items():
            found[name] += test.p < 0.05
    return {name: count / studies for name, count in found.items()}


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    start = perf_counter()
    print("| level | conditions × images | own errors by condition | " + " | ".join(TESTS) + " |")
    print("| --- " * (3 + len(TESTS)) + "|")
    for by in LEVELS:
        for conditions, items in DESIGNS:
            for quirk in QUIRKS:
                shares = alarms(conditions, items, quirk, by, studies)
                cells = [
                    "-" if by != "condition" and name == "williams" else f"{share:.0%}"
                    for name, share in shares.items()
                ]
                print(f"| {by} | {conditions} × {items} | {quirk} | " + " | ".join(cells) + " |")
    print(f"{studies} studies a row, {perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
