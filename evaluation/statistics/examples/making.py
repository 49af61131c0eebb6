"""How the example tables came about: python -m evaluation.statistics.examples.making DIR

A seeded simulation; everything that it put in is named here. Latent judgements are logistic:
condition + rater + artwork + picture + rater:condition + noise, cut into five answers.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.special import expit
from scipy.stats import norm

from evaluation.statistics.answers import Codes, Floats

SEED = 20261113
"""Of fourteen that were tried, one in which every random term shows. The metrics' stream is one of
twenty: in it PERM-BOTH and the safe tests disagree."""
EFFECTS = {
    "clean": 0.0,
    "mesh-04": -1.0,
    "mesh-08": -2.1,
    "mesh-16": -3.5,
    "mesh-16-jpeg": -1.7,
    "veil-04": -0.4,
    "veil-08": -1.3,
    "veil-16": -2.7,
    "veil-16-jpeg": -0.5,
}
"""Two invented protections, mesh and veil, at three budgets; the largest also compressed again."""
CUTS = np.array([-4.2, -2.3, -0.4, 1.8])
RATER_SD, ARTWORK_SD, PICTURE_SD, RATER_CONDITION_SD = 1.2, 1.3, 1.0, 0.8
ARTISTS, CROWD, CLICKERS = 8, 12, 2
"""Raters; the last two of the crowd answer at random."""
CROWD_SIGNAL = 0.8
"""How much of what artists see the crowd sees."""
JUDGED, POOL = 12, 40
"""Artworks, one an artist: those that raters judged, and all that metrics measured."""
STRENGTHS = {
    "clean": 0.9,
    "mesh-08": -0.3,
    "mesh-16": -0.9,
    "veil-08": 0.0,
    "veil-16": -0.5,
    "veil-16-jpeg": 0.6,
}
TIES, LEAN = -0.4, 0.3
LEVELS, MIDDLE, SLOPE, LADDER_SD, LAPSE = 7, 3.2, 1.4, 1.2, 0.03
JND = {"0": 0.0, "0.02": 0.4, "0.04": 1.0, "0.08": 1.9, "0.16": 2.9}
"""Budget → distortion in JND of plain pictures."""
BOOST, UNSURE, KEENNESS = 2.0, 0.4, 0.2
"""The gain of boosted pictures; half the band of “not sure”; sd of the log of raters' eyesight."""


def tables() -> dict[str, DataFrame]:
    """Every table by name; the same each time."""
    rng = np.random.default_rng(SEED)
    pictures = _pictures(rng)
    ratings, repeats = _ratings(rng, pictures)
    return {
        "ratings": ratings,
        "repeats": repeats,
        "metrics": _metrics(np.random.default_rng([SEED, 16]), pictures),
        "comparisons": _comparisons(np.random.default_rng([SEED, 1])),
        "ladder": _ladder(np.random.default_rng([SEED, 2])),
        "triplets": _triplets(np.random.default_rng([SEED, 3])),
        "truth": _truth(),
    }


def _pictures(rng: np.random.Generator) -> DataFrame:
    """One row a picture, with its latent success."""
    artwork, condition = (grid.ravel() for grid in np.indices((POOL, len(EFFECTS))))
    effects = np.array(list(EFFECTS.values()))
    latent = effects[condition] + rng.normal(0, ARTWORK_SD, POOL)[artwork]
    latent += rng.normal(0, PICTURE_SD, len(latent))
    names = np.array(list(EFFECTS))[condition]
    columns = {
        "item": [f"item-{k:04d}" for k in range(len(latent))],
        "artwork": [f"work-{k + 1:02d}" for k in artwork],
        "artist": [f"artist-{k + 1:02d}" for k in artwork],
        "condition": names,
        "latent": latent,
    }
    return DataFrame(columns)


def _ratings(rng: np.random.Generator, pictures: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Answers of every rater to six pictures a condition, and a second answer to six of them."""
    raters, conditions = ARTISTS + CROWD, len(EFFECTS)
    rater, artwork, condition = _drawn(rng, raters, conditions)
    picture = artwork * conditions + condition
    crowd = rater >= ARTISTS
    seen = pictures["latent"].to_numpy()[picture] * np.where(crowd, CROWD_SIGNAL, 1.0)
    seen += rng.normal(0, RATER_SD, raters)[rater]
    seen += rng.normal(0, RATER_CONDITION_SD, (raters, conditions))[rater, condition]
    random = rater >= raters - CLICKERS
    value = _answered(rng, seen, random)
    judged = pictures.iloc[picture].reset_index(drop=True)
    names = np.array(
        [f"a{k + 1:02d}" for k in range(ARTISTS)] + [f"c{k + 1:02d}" for k in range(CROWD)]
    )[rater]
    protection, budget, purification = _factors(judged["condition"])
    ratings = DataFrame(
        {
            "participant": names,
            "population": np.where(crowd, "crowd", "artists"),
            "simulated": True,
            "item": judged["item"],
            "artwork": judged["artwork"],
            "artist": judged["artist"],
            "condition": judged["condition"],
            "protection": protection,
            "budget": budget,
            "purification": purification,
            "question": "mimicry_success",
            "value": value,
            "scale": 5,
        }
    )
    again = np.sort(
        np.concatenate([rng.choice(np.flatnonzero(rater == k), 6, False) for k in range(raters)])
    )
    # a second look shares what the rater saw the first time, less half of the noise
    second = _answered(rng, seen[again], random[again], first=value[again])
    repeats = DataFrame(
        {
            "participant": names[again],
            "simulated": True,
            "item": judged["item"].to_numpy()[again],
            "first": value[again],
            "again": second,
        }
    )
    return ratings, repeats


def _drawn(rng: np.random.Generator, raters: int, conditions: int) -> tuple[Codes, Codes, Codes]:
    """Rater, artwork and condition of each answer: half of the artworks a condition.

    Which half is drawn anew each time, so that no set of raters sees pictures of its own.
    """
    seen = np.array(
        [
            [np.sort(rng.permutation(JUDGED)[: JUDGED // 2]) for _ in range(conditions)]
            for _ in range(raters)
        ]
    )
    rater, condition, turn = (grid.ravel() for grid in np.indices(seen.shape))
    return rater, seen[rater, condition, turn], condition


def _answered(
    rng: np.random.Generator, seen: Floats, random: NDArray[np.bool_], first: Codes | None = None
) -> Codes:
    """1 to 5; raters who answer at `random` see nothing. A second answer is often the first."""
    value = np.searchsorted(CUTS, seen + rng.logistic(size=len(seen))) + 1
    value = np.where(random, rng.integers(1, 6, len(seen)), value)
    if first is None:
        return value
    remembered = (rng.random(len(seen)) < 0.5) & ~random
    return np.where(remembered, first, value)


def _factors(condition: pd.Series) -> tuple[list[str], list[str], list[str]]:
    parts = [[*name.split("-"), "none", "none"][:3] for name in condition]
    clean = [part[0] == "clean" for part in parts]
    return (
        [part[0] for part in parts],
        ["0" if plain else part[1].lstrip("0") for part, plain in zip(parts, clean, strict=True)],
        [part[2] if not plain else "none" for part, plain in zip(parts, clean, strict=True)],
    )


def _metrics(rng: np.random.Generator, pictures: DataFrame) -> DataFrame:
    """Three metrics that follow the latent success, each with its own taste in conditions."""
    latent = pictures["latent"].to_numpy()
    codes = pictures["condition"].factorize()[0]

    def seen(weight: float, taste: float, noise: float) -> Floats:
        own = rng.normal(0, taste, len(EFFECTS))[codes]
        found: Floats = weight * latent + own + rng.normal(0, noise, len(latent))
        return found

    lpips = 0.30 - 0.04 * seen(1.0, 1.0, 1.1)
    clip, dino = seen(0.8, 1.8, 1.2), seen(1.0, 0.4, 0.9)
    artwork = pictures["artwork"].factorize()[0]
    measured = DataFrame(
        {
            "simulated": True,
            "judged": artwork < JUDGED,
            "lpips": np.round(np.clip(lpips, 0.01, None), 3),
            "clip_margin": np.round(clip, 3),
            "dino": np.round(0.6 + 0.05 * dino, 3),
            "named": (clip > -1.0).astype(int),
            "true_score": np.round(_answers_of_everybody(latent) @ np.arange(1, 6), 3),
        }
    )
    return pd.concat([pictures.drop(columns="latent"), measured], axis=1)


def _answers_of_everybody(latent: Floats) -> Floats:
    """[n, 5]: share of each answer, by a population of as many artists and clickers as here."""
    raters = ARTISTS + CROWD
    nodes, weights = _normal(np.hypot(RATER_SD, RATER_CONDITION_SD))
    groups = [(ARTISTS, 1.0), (CROWD - CLICKERS, CROWD_SIGNAL)]
    shares = np.full((len(latent), 5), CLICKERS / raters / 5)
    for count, signal in groups:
        chances = expit(CUTS[:, None] - (signal * latent[:, None, None] + nodes))
        shares += count / raters * np.diff(chances @ weights, axis=1, prepend=0, append=1)
    return shares


def _normal(sd: float) -> tuple[Floats, Floats]:
    """Nodes and weights of a mean over a normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    return sd * nodes, weights / weights.sum()


def _truth() -> DataFrame:
    """One row a condition, over the population of raters and pictures."""
    nodes, weights = _normal(np.hypot(ARTWORK_SD, PICTURE_SD))
    rows = []
    for name, effect in EFFECTS.items():
        shares = weights @ _answers_of_everybody(effect + nodes)
        rows.append(
            {
                "condition": name,
                "simulated": True,
                "effect": effect,
                "mean": round(float(shares @ np.arange(1, 6)), 3),
                "protected": round(float(shares[:2].sum()), 3),
                "strength": STRENGTHS.get(name),
            }
        )
    return DataFrame(rows)


def _comparisons(rng: np.random.Generator) -> DataFrame:
    """Fifteen comparisons a rater, every pair of the six conditions once."""
    raters, items = 24, list(STRENGTHS)
    strength = np.array(list(STRENGTHS.values()))
    taste, lean = rng.normal(0, 0.4, (raters, 6)), rng.normal(LEAN, 0.3, raters)
    picture = rng.normal(0, 0.3, (JUDGED, 6))
    rows = []
    pairs = [(i, j) for i in range(6) for j in range(i)]
    for rater in range(raters):
        for i, j in rng.permutation(pairs):
            first, second = rng.permutation([i, j])
            work = rng.integers(JUDGED)
            worth = strength + taste[rater] + picture[work]
            apart = worth[first] - worth[second] + lean[rater]
            odds = np.exp([apart / 2, -apart / 2, TIES])
            rows.append(
                {
                    "participant": f"r{rater + 1:02d}",
                    "simulated": True,
                    "artwork": f"work-{work + 1:02d}",
                    "first": items[first],
                    "second": items[second],
                    "first_won": rng.choice([1, 0, 0.5], p=odds / odds.sum()),
                }
            )
    return DataFrame(rows)


def _ladder(rng: np.random.Generator) -> DataFrame:
    """25 raters, seven levels, two artworks a level."""
    raters = 25
    rater, level, _ = (grid.ravel() for grid in np.indices((raters, LEVELS, 2)))
    artwork = rng.integers(0, JUDGED, len(rater))
    lenient = rng.normal(0, LADDER_SD, raters)[rater] + rng.normal(0, 0.4, JUDGED)[artwork]
    accepts = (1 - LAPSE) * expit(SLOPE * (MIDDLE - level) + lenient)
    tells = 0.5 + (0.5 - LAPSE / 2) * expit(1.3 * (level - 2.3))
    return DataFrame(
        {
            "participant": [f"r{k + 1:02d}" for k in rater],
            "simulated": True,
            "artwork": [f"work-{k + 1:02d}" for k in artwork],
            "level": level,
            "yes": (rng.random(len(rater)) < accepts).astype(int),
            "right": (rng.random(len(rater)) < tells).astype(int),
        }
    )


def _triplets(rng: np.random.Generator) -> DataFrame:
    """30 raters, every pair of five budgets once plain and once boosted, of some artwork."""
    levels, truth = np.array(list(JND)), np.array(list(JND.values()))
    pairs = np.array([(i, j) for i in range(len(JND)) for j in range(i)])
    rater, pair, boosted = (grid.ravel() for grid in np.indices((30, len(pairs), 2)))
    turned = rng.random(len(rater)) < 0.5
    first = np.where(turned, pairs[pair, 1], pairs[pair, 0])
    second = np.where(turned, pairs[pair, 0], pairs[pair, 1])
    artwork = rng.integers(0, JUDGED, len(rater))
    easy = np.exp(rng.normal(0, KEENNESS, 30)[rater] + rng.normal(0, KEENNESS, JUDGED)[artwork])
    seen = norm.ppf(0.75) * (truth[first] - truth[second]) * easy * np.where(boosted, BOOST, 1.0)
    seen += rng.normal(size=len(seen))
    return DataFrame(
        {
            "participant": [f"r{k + 1:02d}" for k in rater],
            "simulated": True,
            "artwork": [f"work-{k + 1:02d}" for k in artwork],
            "first": levels[first],
            "second": levels[second],
            "first_more": np.select([seen > UNSURE, seen < -UNSURE], [1.0, 0.0], 0.5),
            "boosted": boosted,
        }
    )


def main(folder: Path) -> None:
    """Writes every table to `folder`."""
    for name, table in tables().items():
        table.to_csv(folder / f"simulated_{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
