"""How often nominal 95 % intervals of prediction-powered means hold the truth.

    python benchmarks/coverage_ppi.py 1000       # as docs/statistics/ppi.md has it

Artists differ (sd 0.5 of 1), the metric follows people by r = 0.7 within artists and sees half of
what artists differ by. Unlabelled images are by the same artists, or by others.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics import ppi

IMAGES, MORE, RATERS = 6, 30, 12


def study(rng: np.random.Generator, artists: int, same: bool) -> dict[str, np.ndarray]:
    others = 0 if same else artists
    taste = rng.normal(0, 0.5, artists + others)
    mine = np.repeat(np.arange(artists), IMAGES)
    rest = np.repeat(np.arange(artists) + others, MORE)

    def seen(artist: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        look, noise = rng.normal(size=(2, len(artist)))
        true = taste[artist] + look
        return true, 0.5 * taste[artist] + 0.7 * look + np.sqrt(0.51) * noise

    true, predicted = seen(mine)
    rater = rng.integers(0, RATERS, len(mine))
    answers = true + rng.normal(0, 0.4, RATERS)[rater] + rng.normal(0, 0.5, len(mine))
    return {
        "answers": answers,
        "predicted": predicted,
        "unlabelled": seen(rest)[1],
        "artists": mine,
        "artists_unlabelled": rest,
        "raters": rater,
    }


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(
        "| artists | unlabelled images by | as published | by artist | artists and raters | saved |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for artists in (10, 20, 40, 80):
        for same in (True, False):
            hits, saved = np.zeros(3), 0.0
            for seed in range(studies):
                rng = np.random.default_rng([seed, artists, same])
                columns = study(rng, artists, same)
                plain = {name: columns[name] for name in ("answers", "predicted", "unlabelled")}
                named = {name: columns[name] for name in columns if name != "raters"}
                found = [ppi.mean(**plain), ppi.mean(**named), ppi.mean(**columns)]
                hits += [not each.estimate.excludes(0.0) for each in found]
                saved += found[2].saved
            whom = "the same" if same else "others"
            shares = " | ".join(f"{share:.1%}" for share in hits / studies)
            print(f"| {artists} | {whom} | {shares} | {saved / studies:.0%} |")
    print(f"{studies} studies a row")


if __name__ == "__main__":
    main()
