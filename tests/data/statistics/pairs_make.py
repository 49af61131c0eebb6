"""Simulated comparisons for pairs.csv: six conditions, 24 raters, 10 artworks, ties, a left lean.

python tests/data/statistics/pairs_make.py > tests/data/statistics/pairs.csv
Rscript tests/data/statistics/pairs_make.R tests/data/statistics
"""

import numpy as np

rng = np.random.default_rng(20261122)
strength = np.array([-0.9, -0.5, 0.0, 0.1, 0.5, 0.8])
taste, lean = rng.normal(0, 0.5, (24, 6)), rng.normal(0.3, 0.4, 24)
picture = rng.normal(0, 0.4, (10, 6))
print("first,second,first_won,rater,artwork")  # noqa: T201
for rater in range(24):
    for _ in range(50):
        i, j = rng.choice(6, 2, replace=False)
        art = rng.integers(10)
        apart = (strength + taste[rater] + picture[art])[[i, j]] @ [1, -1] + lean[rater]
        odds = np.exp([apart / 2, -apart / 2, -0.4])
        won = rng.choice([1, 0, 0.5], p=odds / odds.sum())
        print(f"{'abcdef'[i]},{'abcdef'[j]},{won:g},r{rater:02d},p{art}")  # noqa: T201
