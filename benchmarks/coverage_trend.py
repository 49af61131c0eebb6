"""How often intervals along a ladder hold the truth: python benchmarks/coverage_trend.py 200

20 raters and 8 artworks, every rater sees every artwork at two of six levels; raters' sd 0.7 and
artworks' 0.5 on the logit. The truth is the share over new raters and artworks. Also: how often the
tests of trend call 5 % where nothing changes with the level.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.special import expit

from evaluation.statistics.thresholds import psychometric
from evaluation.statistics.trend import isotonic, jonckheere, page

LEVELS, RATERS, ARTWORKS = 6, 20, 8
STEEP = {"falling": 2.0 - 0.9 * np.arange(LEVELS), "falling late": np.array([2, 2, 2, 1, 0, -1.0])}
NODES = np.random.default_rng(0).normal(0, np.hypot(0.7, 0.5), 200_000)


def study(rng: np.random.Generator, curve: np.ndarray) -> tuple[np.ndarray, ...]:
    rater, item = (a.ravel() for a in np.indices((RATERS, ARTWORKS)))
    seen = rng.permuted(np.tile(np.arange(LEVELS), (len(rater), 1)), axis=1)[:, :2]
    rater, item, level = np.repeat(rater, 2), np.repeat(item, 2), seen.ravel()
    lenient, easy = rng.normal(0, 0.7, RATERS), rng.normal(0, 0.5, ARTWORKS)
    p = expit(curve[level] + lenient[rater] + easy[item])
    return (rng.random(len(p)) < p) * 1.0, level, rater, item


def main(simulations: int) -> None:
    rng = np.random.default_rng(1)
    print(
        "| curve | isotonic, by level | rises | psychometric 50 %, raters | raters and artworks |"
    )
    for name, curve in STEEP.items():
        truth = np.array([expit(mean + NODES).mean() for mean in curve])
        middle = np.interp(0.5, truth[::-1], np.arange(LEVELS)[::-1])
        held, called, levels = [], [], []
        for _ in range(simulations):
            values, level, rater, item = study(rng, curve)
            who = {"raters": rater, "items": item}
            found = isotonic(values, level, **who, increasing=False, generator=rng, replicates=400)
            held.append(
                [e.low <= t <= e.high for e, t in zip(found.fitted.values(), truth, strict=True)]
            )
            called.append(found.p < 0.05)
            if name == "falling":
                fits = [
                    psychometric(level, values, raters=rater).thresholds[0.5],
                    psychometric(level, values, raters=rater, artworks=item).thresholds[0.5],
                ]
                levels.append([fit.low <= middle <= fit.high for fit in fits])
        cells = ", ".join(f"{share:.1%}" for share in np.mean(held, 0))
        rest = " | ".join(f"{share:.1%}" for share in np.mean(levels, 0)) if levels else "- | -"
        print(f"| {name} | {cells} | {np.mean(called):.1%} | {rest} |")
    wrong = []
    for _ in range(simulations):
        values, level, rater, item = study(rng, np.zeros(LEVELS))
        tests = [jonckheere(values, level), jonckheere(values, level, clusters=rater)]
        wrong.append([test.p < 0.05 for test in (*tests, page(values, item, level))])
    names = "jonckheere naive, by rater, page by artwork"
    print(f"no trend, called one ({names}): {np.mean(wrong, 0).round(3).tolist()}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
