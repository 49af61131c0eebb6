"""P.910 against plain means: python benchmarks/coverage_opinion.py 50

Some raters click at random. Scores are uniform in [1.5, 4.5], biases' sd is 0.4, honest raters'
inconsistency 0.3 to 0.8. Error is the root mean square of scores around the truth; `held` how often
95 % intervals hold it; then how many of the random clickers, and of the honest raters, BT.500 would
reject, and how many `extreme` names.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.opinion import bt500_screening, mos, subject_bias


def study(rng: np.random.Generator, raters: int, items: int, fill: float, clickers: float):
    scores, bias = rng.uniform(1.5, 4.5, items), rng.normal(0, 0.4, raters)
    wobble, clicks = rng.uniform(0.3, 0.8, raters), rng.random(raters) < clickers
    rater, item = np.nonzero(rng.random((raters, items)) < fill)
    honest = scores[item] + bias[rater] + wobble[rater] * rng.normal(size=len(item))
    return (
        np.where(clicks[rater], rng.uniform(1, 5, len(item)), honest),
        rater,
        item,
        scores,
        clicks,
    )


def share(named, clicks: np.ndarray, kind: bool) -> float:
    of = np.flatnonzero(clicks == kind)
    return float(np.isin(of, list(named)).mean()) if len(of) else 0.0


def main(simulations: int) -> None:
    rng = np.random.default_rng(1)
    print(
        "| raters x items, filled, clickers | plain error | P.910 error | held | BT.500 | extreme |"
    )
    for raters, items, fill, clickers in (
        (12, 20, 1.0, 0.0),
        (24, 60, 1.0, 0.125),
        (60, 60, 0.2, 0.1),
        (100, 100, 0.1, 0.2),
    ):
        rows = []
        for _ in range(simulations):
            values, rater, item, truth, clicks = study(rng, raters, items, fill, clickers)
            fitted = subject_bias(values, rater, item, method="likelihood").groups["all"]
            plain = mos(values, rater, item).scores
            seen = list(fitted.scores)
            error = [
                np.sqrt(np.mean([(found[k].value - truth[k]) ** 2 for k in seen]))
                for found in (plain, fitted.scores)
            ]
            held = np.mean(
                [fitted.scores[k].low <= truth[k] <= fitted.scores[k].high for k in seen]
            )
            screened = bt500_screening(values, rater, item).would_reject
            rates = [
                share(named, clicks, kind)
                for named in (screened, fitted.extreme)
                for kind in (True, False)
            ]
            rows.append([*error, held, *rates])
        plain, ours, held, *rates = np.mean(rows, 0)
        print(
            f"| {raters} x {items}, {fill:.0%}, {clickers:.1%} "
            f"| {plain:.3f} | {ours:.3f} | {held:.1%} "
            f"| {rates[0]:.0%} of clickers, {rates[1]:.1%} of others "
            f"| {rates[2]:.0%}, {rates[3]:.1%} |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
