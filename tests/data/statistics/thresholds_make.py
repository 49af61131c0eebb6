"""Simulated yes and no along a ladder, for thresholds.csv: 25 raters, 7 levels, lapses of 4 %.

    python tests/data/statistics/thresholds_make.py > tests/data/statistics/thresholds.csv
    Rscript tests/data/statistics/thresholds_make.R tests/data/statistics

`yes` falls with the level; `right` is a choice of two that is right half the time by chance.
"""

import numpy as np

rng = np.random.default_rng(20261123)
print("level,yes,right,rater,artwork")  # noqa: T201
for rater in range(25):
    lenient = rng.normal(0, 1)
    for level in np.repeat(np.arange(7), 5):
        artwork = rng.integers(12)
        accept = 1 / (1 + np.exp(-(3.4 - 1.1 * level + lenient)))
        see = 1 / (1 + np.exp(-(-3.0 + 1.3 * level)))
        yes, right = rng.random() < 0.96 * accept, rng.random() < 0.5 + 0.47 * see
        print(f"{level},{yes:d},{right:d},r{rater:02d},p{artwork:02d}")  # noqa: T201
