"""The crossed bootstrap of a success rate by matrix products, beside drawing rows with pandas.

12,000 answers of 300 raters to 400 items, B = 2000. The pandas way draws raters and items, gathers
their rows and takes the mean; it is timed on a few replicates and extrapolated. CPU seconds of one
thread.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd

from evaluation.statistics.psr import protection_success_rate

RATERS, ITEMS, ANSWERS, REPLICATES, TIMED = 300, 400, 12_000, 2000, 20


def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    cells = rng.choice(RATERS * ITEMS, ANSWERS, replace=False)
    rater, item = np.divmod(cells, ITEMS)
    logit = 0.4 + rng.normal(0, 0.9, RATERS)[rater] + rng.normal(0, 0.7, ITEMS)[item]
    hits = (rng.random(ANSWERS) < 1 / (1 + np.exp(-logit))).astype(float)
    return pd.DataFrame({"rater": rater, "item": item, "hit": hits})


def row_loop(answers: pd.DataFrame, replicates: int) -> list[float]:
    rng = np.random.default_rng(2)
    of_rater = dict(tuple(answers.groupby("rater")))
    means = []
    for _ in range(replicates):
        drawn = pd.concat([of_rater[r] for r in rng.integers(0, RATERS, RATERS) if r in of_rater])
        times = pd.Series(rng.integers(0, ITEMS, ITEMS)).value_counts()
        weights = drawn["item"].map(times).fillna(0.0)
        means.append(float((drawn["hit"] * weights).sum() / weights.sum()))
    return means


def main() -> None:
    answers = table()
    start = process_time()
    found = protection_success_rate(
        answers["hit"],
        answers["rater"],
        answers["item"],
        interval="bootstrap",
        generator=np.random.default_rng(3),
        replicates=REPLICATES,
    ).answers
    ours = process_time() - start
    start = process_time()
    loop = row_loop(answers, TIMED)
    theirs = (process_time() - start) * REPLICATES / TIMED
    print(f"crossed bootstrap, {ANSWERS} answers, {RATERS} raters, {ITEMS} items, B = {REPLICATES}")
    print(f"  matrix products    {ours:8.2f} s   {found:.3f}, se {found.se:.4f}")
    print(f"  pandas row loop    {theirs:8.2f} s   (timed on {TIMED}), se {np.std(loop):.4f}")
    print(f"  ratio              {theirs / ours:8.0f} times faster")


if __name__ == "__main__":
    main()
