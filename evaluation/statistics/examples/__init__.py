"""Small tables to try every statistic on: SIMULATED, with known truth.

ratings      answers of 20 raters about 108 pictures, columns as a study's export writes them
repeats      pictures that the same raters judged twice
metrics      what three metrics say of these pictures and of 252 that nobody judged
comparisons  which of two pictures looks more like the artist's own work
ladder       yes and no along seven levels of degradation
triplets     which of two budgets is more distorted, seen in place with the original
truth        what the simulation put in: what every estimate should come near to

One study: an AI imitates twelve artists from pictures that were protected in nine ways, and raters
say on five points how successful the imitation is. `making.py` made the tables; each has a column
`simulated`. Nobody was asked anything. Pure.
"""

from importlib.resources import files

import pandas as pd
from pandas import DataFrame


def ratings() -> DataFrame:
    """1,080 answers: participant, population, simulated, item, artwork, artist, condition,
    protection, budget, purification, question, value, scale.

    20 raters (8 artists, 12 of the crowd, two of whom click at random), 12 artworks by 12 artists
    under 9 conditions; each rater judged six pictures a condition, about ten raters each picture.
    `value` is 1 (not at all successful) to 5.

    >>> f"{ratings().value.mean():.2f}"
    '3.02'
    """
    return _table("ratings")


def repeats() -> DataFrame:
    """120 pairs of answers of one rater to one picture: participant, item, first, again."""
    return _table("repeats")


def metrics() -> DataFrame:
    """360 pictures: item, artwork, artist, condition, simulated, judged, lpips, clip_margin, dino,
    named, true_score.

    `lpips` is a distance (low is good), `clip_margin` and `dino` are similarities, `named` is 1
    where CLIP names the right artist; `true_score` is what the simulated population would answer
    on average. Raters judged the pictures of the first twelve artists (`judged`).
    """
    return _table("metrics")


def comparisons() -> DataFrame:
    """360 answers about pairs: participant, artwork, first, second, first_won.

    `first_won` is 1 where the condition shown first won, 0 where it lost, 0.5 for a tie.
    """
    return _table("comparisons")


def ladder() -> DataFrame:
    """350 answers: participant, artwork, level, yes, right.

    `yes`: still acceptable at this level of degradation; `right`: told it from the untouched one.
    """
    return _table("ladder")


def triplets() -> DataFrame:
    """600 answers: participant, artwork, first, second (budgets), first_more, boosted.

    `first_more` is 1 where the picture shown first was called the more distorted, 0 where the
    second was, 0.5 for “not sure”. True JND are 0, 0.4, 1, 1.9 and 2.9; boosting doubles them.
    """
    table = _table("triplets")
    return table.assign(
        first=table["first"].map("{:g}".format), second=table["second"].map("{:g}".format)
    )


def truth() -> DataFrame:
    """One row a condition: effect (latent), mean answer, protected (share of 1 and 2), strength."""
    return _table("truth")


def _table(name: str) -> DataFrame:
    with files(__package__).joinpath(f"simulated_{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
