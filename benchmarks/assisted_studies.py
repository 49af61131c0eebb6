"""Simulated studies of two conditions with metrics, for the benchmarks of learnt metrics.

Answers on five points: a latent judgement of condition, artist, picture and rater, cut into five.
The metrics are of the picture and the artist, with noise, or of nothing at all.
"""

from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from scipy.stats import norm

from evaluation.evidence import Evidence
from evaluation.ratings import checked

CUTS = (-1.2, -0.4, 0.4, 1.2)
SHIFT = {"clean": 0.6, "cloak": -0.4}
ARTIST, PICTURE, RATER, NOISE = 0.4, 0.6, 0.4, 0.7


@dataclass(frozen=True)
class World:
    """How a study is made; `knows` is the metric's correlation with what is of the picture."""

    artists: int = 12
    pictures: int = 6
    """of each artist under each condition"""
    raters: int = 12
    each: int = 4
    """answers a rated picture"""
    metrics: int = 3
    knows: float = 0.8
    rated: str = "pictures"
    """which half is rated: of the `pictures`, of the `artists`, or `all`"""
    disguised: bool = False
    """metrics tell the artist, and nothing else"""


def truth(condition: str) -> float:
    """Share of answers at the two lowest points, over all artists, pictures and raters."""
    spread = np.sqrt(ARTIST**2 + PICTURE**2 + RATER**2 + NOISE**2)
    return float(norm.cdf((CUTS[1] - SHIFT[condition]) / spread))


def study(world: World, seed: int) -> Evidence:
    """One study."""
    rng = np.random.default_rng(seed)
    items = _items(world, rng)
    rated = items[items["rated"]]
    lenient = rng.normal(0, RATER, world.raters)
    rows = [
        {
            "participant": f"r{rater}",
            "item": item.item,
            "artist": item.artist,
            "artwork": item.item,
            "protection": item.protection,
            "budget": "0" if item.protection == "clean" else "1",
            "question": "mimicry_success",
            "scale": 5,
            "value": 1
            + int(np.searchsorted(CUTS, item.score + lenient[rater] + rng.normal(0, NOISE))),
        }
        for item in rated.itertuples()
        for rater in rng.permutation(world.raters)[: world.each]
    ]
    ratings = checked(DataFrame(rows))
    whole = items.assign(
        artwork=items["item"],
        era="",
        surface="",
        budget=np.where(items["protection"] == "clean", "0", "1"),
        purification="none",
        mimicry="none",
        degradation="none",
        dose="",
    )
    return Evidence(ratings, _measured(world, items, rng), whole.drop(columns=["score", "rated"]))


def _items(world: World, rng: np.random.Generator) -> DataFrame:
    taste = rng.normal(0, ARTIST, world.artists)
    chosen = set(rng.permutation(world.artists)[: world.artists // 2].tolist())
    rows = []
    for artist in range(world.artists):
        for protection, shift in SHIFT.items():
            part = set(rng.permutation(world.pictures)[: world.pictures // 2].tolist())
            for picture in range(world.pictures):
                here = {"all": True, "artists": artist in chosen, "pictures": picture in part}
                rows.append(
                    {
                        "item": f"item-{len(rows):04d}",
                        "artist": f"artist {artist:02d}",
                        "protection": protection,
                        "score": shift + taste[artist] + rng.normal(0, PICTURE),
                        "rated": here[world.rated],
                    }
                )
    return DataFrame(rows)


def _measured(world: World, items: DataFrame, rng: np.random.Generator) -> DataFrame:
    of_artist = items["artist"].factorize()[0]
    score = (items["score"] - items["score"].mean()).to_numpy() / items["score"].std()
    tables = []
    for metric in range(world.metrics):
        noise = rng.normal(size=len(items))
        if world.disguised:
            values = rng.normal(size=world.artists)[of_artist] + 0.15 * noise
        else:
            values = world.knows * score + np.sqrt(1 - world.knows**2) * noise
        tables.append(
            DataFrame(
                {"item": items["item"], "metric": f"m{metric}", "value": values, "version": ""}
            )
        )
    return _together(tables)


def _together(tables: list[DataFrame]) -> DataFrame:
    rows = [row for table in tables for row in table.to_dict("records")]
    return DataFrame(rows)
