"""Whether the nested score of calibrated_metric is honest: useless metrics, and artists disguised.

    python benchmarks/calibrated_metric.py [STUDIES]

Twelve artists, two conditions, eight answers a picture. “In training” is the correlation that the
kept composite has with the very answers it was learnt from, within artists: what must not be
reported.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.assisted_studies import World, study
from evaluation.findings.calibrating import Learned, learned
from evaluation.findings.judged import judged
from evaluation.findings.verdicts import standing

ROWS = {
    "five useless": World(metrics=5, knows=0.0, rated="all", each=8),
    "five that tell the artist": World(metrics=5, rated="all", each=8, disguised=True),
    "five that know something (r 0.5)": World(metrics=5, knows=0.5, rated="all", each=8),
    "five good (r 0.9)": World(metrics=5, knows=0.9, rated="all", each=8),
}


def one(world: World, seed: int) -> tuple[float, ...]:
    table = judged(study(world, seed), "mimicry_success", [], success=None, of_success=False)
    found = learned(table, seed=seed, repeats=1, level=0.95, by_condition=False)
    within, between = found.apart.composite.within_artist, found.apart.composite.between_artist
    difference, verdict = found.apart.difference, standing(found.reached)
    return (
        within.value if within.defined else 0.0,
        within.low > 0,
        _in_training(found),
        between.value if between.defined else 0.0,
        between.low > 0,
        found.apart.overall_random,
        found.apart.overall_random > found.apart.overall + 0.1,
        difference.low > 0,
        verdict == "stands in",
        verdict == "falls short",
    )


def _in_training(found: Learned) -> float:
    items = found.judged.items
    place = [found.judged.names.index(name) for name in found.used]
    told = found.learnt(found.judged.turned()[:, place])
    artist = items["artist"].factorize()[0]
    return float(
        np.mean([_r(told[artist == k], items["hit"].to_numpy()[artist == k]) for k in set(artist)])
    )


def _r(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


def main(studies: int) -> None:
    print(f"{studies} studies a row, a quarter of them where metrics know something")
    print("| metrics | r within, nested | above 0 | in training | r between | above 0 | random"
          " folds | leak said | better than one | stands in | falls short |")  # fmt: skip
    for name, world in ROWS.items():
        count = studies if world.knows == 0.0 or world.disguised else studies // 4
        rows = np.array([one(world, seed) for seed in range(count)], float)
        r, sure, fitted, b, sure_b, shuffled, leak, better, stands, short = rows.mean(0)
        error = rows[:, 0].std(ddof=1) / np.sqrt(count)
        print(
            f"| {name} | {r:.3f} ± {error:.3f} | {sure:.1%} | {fitted:.2f} | {b:.2f} |"
            f" {sure_b:.1%} | {shuffled:.2f} | {leak:.0%} | {better:.1%} | {stands:.0%} |"
            f" {short:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
