"""Bootstraps of Krippendorff's alpha and crossed mixed models, beside what one would take instead.

    python benchmarks/agreement.py

Alpha: 1,000 replicates that draw items again, 300 raters by 400 items, complete and 10 % filled,
beside the `krippendorff` package in a loop where it is installed (GPL-3, no dependency; timed on a
few replicates and extrapolated). Mixed models: 12,000 answers, five fixed effects; what lme4 and
glmmTMB need is in docs/statistics/mixed.md. CPU seconds.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from pandas import DataFrame

from evaluation.statistics import agreement, mixed

RATERS, ITEMS, REPLICATES, TIMED = 300, 400, 1000, 20


def answers(filled: float) -> np.ndarray:
    rng = np.random.default_rng(1)
    latent = rng.normal(0, 0.5, (RATERS, 1)) + rng.normal(0, 1, (1, ITEMS))
    values = np.clip(np.round(3 + latent + rng.normal(0, 0.8, (RATERS, ITEMS))), 1, 5)
    values[rng.random(values.shape) >= filled] = np.nan
    return values


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = process_time()
    found = work()
    return process_time() - start, found


def alpha(filled: float) -> None:
    table = answers(filled)
    raters, items = np.nonzero(~np.isnan(table))
    columns = table[raters, items], raters, items
    print(f"alpha, ordinal, {RATERS} x {ITEMS}, {filled:.0%} filled")
    ours, found = timed(
        lambda: agreement.krippendorff_alpha(
            *columns,
            interval="bootstrap",
            draw_raters=False,
            replicates=REPLICATES,
            generator=np.random.default_rng(2),
        )
    )
    print(f"  {REPLICATES} item replicates       {ours:7.3f} s   {found}")
    both, found = timed(
        lambda: agreement.krippendorff_alpha(
            *columns,
            interval="bootstrap",
            replicates=REPLICATES,
            generator=np.random.default_rng(2),
        )
    )
    print(f"  raters drawn too           {both:7.3f} s   {found}")
    closed, found = timed(lambda: agreement.krippendorff_alpha(*columns))
    print(f"  closed form (the default)  {closed:7.3f} s   {found}")
    theirs = peer(table)
    if theirs:
        print(f"  krippendorff in a loop     {theirs:7.1f} s   {theirs / ours:.0f} times slower")


def peer(table: np.ndarray) -> float | None:
    try:
        import krippendorff
    except ImportError:
        return None
    rng = np.random.default_rng(3)
    start = process_time()
    for _ in range(TIMED):
        drawn = table[:, rng.integers(0, ITEMS, ITEMS)]
        krippendorff.alpha(reliability_data=drawn, level_of_measurement="ordinal")
    return (process_time() - start) * REPLICATES / TIMED


def models() -> None:
    rng = np.random.default_rng(4)
    rater, item = np.divmod(rng.choice(RATERS * ITEMS, 12_000, replace=False), ITEMS)
    condition, x = item % 5, rng.normal(size=12_000)
    reaction = rng.normal(0, 0.5, (RATERS, 5))[rater, condition]
    eta = np.array([0, 0.5, 0.2, -0.3, 0.1])[condition] + 0.2 * x + reaction
    eta += rng.normal(0, 0.9, RATERS)[rater] + rng.normal(0, 0.7, ITEMS)[item]
    data = DataFrame({"rater": rater, "item": item, "artwork": item // 5, "x": x})
    data["condition"] = condition.astype(str)
    data["score"] = eta + rng.normal(0, 0.9, len(eta))
    data["yes"] = rng.random(len(eta)) < 1 / (1 + np.exp(-eta))
    crossings = [("artwork", "condition"), ("rater", "condition")]
    for name, groups in (
        ("two terms", ["rater", "item"]),
        ("four terms", ["rater", "artwork", *crossings]),
    ):
        for kind, response in ((mixed.linear, "score"), (mixed.logit, "yes")):
            seconds, fit = timed(
                lambda k=kind, r=response, g=groups: k(data, r, "condition + x", g)
            )
            said = f"mixed.{kind.__name__}, {name}"
            print(f"{said:28s} {seconds:7.2f} s   log-likelihood {fit.log_likelihood:.3f}")


if __name__ == "__main__":
    alpha(1.0)
    alpha(0.1)
    models()
