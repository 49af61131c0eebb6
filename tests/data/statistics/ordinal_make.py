"""Writes ordinal_ratings.csv, the simulated ratings that ordinal.R fits: python ordinal_make.py"""

from pathlib import Path

import numpy as np
import pandas as pd

RATERS, ARTWORKS, CONDITIONS, ANSWERS = 16, 6, 4, 300


def main() -> None:
    rng = np.random.default_rng(11)
    pictures = ARTWORKS * CONDITIONS
    cells = rng.choice(RATERS * pictures, ANSWERS, replace=False)
    rater, picture = np.divmod(cells, pictures)
    artwork, condition = np.divmod(picture, CONDITIONS)
    x, group = rng.normal(size=pictures).round(3)[picture], rater % 2
    latent = 0.5 * condition + 0.3 * group + 0.2 * x + rng.logistic(size=ANSWERS)
    latent += rng.normal(0, 0.9, RATERS)[rater] + rng.normal(0, 0.6, ARTWORKS)[artwork]
    latent += rng.normal(0, 0.7, pictures)[picture]
    latent += rng.normal(0, 0.6, (RATERS, CONDITIONS))[rater, condition]
    table = {
        "rater": [f"r{k:02}" for k in rater],
        "artwork": [f"a{k}" for k in artwork],
        "condition": [f"c{k}" for k in condition],
        "stimulus": [f"s{k:02}" for k in picture],
        "group": [f"g{k}" for k in group],
        "x": x,
        "rating": np.searchsorted([-1.0, 0.3, 1.5, 2.8], latent) + 1,
    }
    where = Path(__file__).with_name("ordinal_ratings.csv")
    pd.DataFrame(table).to_csv(where, index=False)


if __name__ == "__main__":
    main()
