"""How often the intervals of metric_assisted hold the truth, and what metrics save.

    python benchmarks/metric_assisted.py [STUDIES]

Two conditions, five points, artists, pictures and raters that differ; half of the pictures, or of
the artists, are rated. What metrics foretell is learnt from the same answers, as in the report.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.assisted_studies import World, study, truth
from evaluation.findings.assisted import assisted, foretold
from evaluation.findings.judged import judged

ROWS = [
    World(knows=knows, artists=artists, rated=rated)
    for artists, rated in ((12, "pictures"), (12, "artists"), (24, "pictures"))
    for knows in (0.8, 0.0)
]


def one(world: World, seed: int) -> list[tuple[float, ...]]:
    """Of each condition: whether either interval holds the truth, half widths, saved, λ, and
    whether the interval of what is saved lies above 0."""
    table = judged(study(world, seed), "mimicry_success", [], success=None, of_success=True)
    found = []
    for each in assisted(foretold(table, drawn="artists", level=0.95)):
        alone, both = each.powered.classical, each.powered.estimate
        share = truth(each.condition.partition(" ")[0])
        found.append(
            (
                alone.low <= share <= alone.high,
                both.low <= share <= both.high,
                (alone.high - alone.low) / 2,
                (both.high - both.low) / 2,
                each.powered.saved,
                each.powered.tuning,
                each.saved.low > 0,
            )
        )
    return found


def main(studies: int) -> None:
    print(f"{studies} studies a row, two conditions each; three metrics")
    print("| artists | rated half of | metrics | answers alone | with metrics | half width | with"
          " metrics | saved | λ | “saves” said |")  # fmt: skip
    for world in ROWS:
        rows = np.array([row for seed in range(studies) for row in one(world, seed)], float)
        hold, both, wide, narrow, saved, tuning, said = rows.mean(0)
        kind = "informative" if world.knows else "useless"
        print(
            f"| {world.artists} | {world.rated} | {kind} | {hold:.1%} | {both:.1%} | {wide:.3f} |"
            f" {narrow:.3f} | {saved:.0%} | {tuning:.2f} | {said:.1%} |",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
