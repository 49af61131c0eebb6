"""Simulated studies of ratings of 1 to 5, whose truth is known: what several benchmarks are run on.

On the logit raters differ (sd 0.9), artworks (0.6), the pictures of an artwork under a condition
(0.6), and how a rater takes a condition (0.5). Conditions are alike but for an effect on one.
"""

import numpy as np
import pandas as pd
from scipy.special import expit

RATER, ARTWORK, PICTURE, WAY = 0.9, 0.6, 0.6, 0.5
CUTS = np.array([-1.5, -0.3, 0.8, 2.0])
Design = tuple[int, int, int, float]
"""Raters, artworks, conditions, share of cells filled."""


def ratings(
    rng: np.random.Generator, design: Design, effect: float = 0.0, on: int = 1
) -> pd.DataFrame:
    """One study; condition `on` is `effect` higher. `latent` is what the ratings were cut from."""
    raters, artworks, conditions, filled = design
    pictures = artworks * conditions
    cells = np.flatnonzero(rng.random(raters * pictures) < filled)
    rater, picture = np.divmod(cells, pictures)
    artwork, condition = np.divmod(picture, conditions)
    latent = rng.logistic(size=len(cells)) + effect * (condition == on)
    latent += rng.normal(0, RATER, raters)[rater] + rng.normal(0, ARTWORK, artworks)[artwork]
    latent += rng.normal(0, PICTURE, pictures)[picture]
    latent += rng.normal(0, WAY, (raters, conditions))[rater, condition]
    columns = {
        "rater": rater,
        "artwork": artwork,
        "stimulus": picture,
        "condition": [f"c{k}" for k in condition],
        "rating": np.searchsorted(CUTS, latent) + 1,
        "latent": latent,
    }
    return pd.DataFrame(columns)


def share(effect: float) -> float:
    """Population share of ratings of 4 and 5 under a condition that is `effect` higher."""
    spread = np.sqrt(RATER**2 + ARTWORK**2 + PICTURE**2 + WAY**2)
    z, weight = np.polynomial.hermite_e.hermegauss(61)
    return float((expit(effect + spread * z - CUTS[2]) * weight).sum() / weight.sum())
