"""Sets of pictures as points in a space of features, and how they are drawn again. Pure.

A replicate gives every picture a weight: how often it was drawn. Where the pictures are by several
artists, artists are drawn, and all pictures of one, in both sets, share its weight; else pictures
are drawn, each set for itself. Weights instead of copies let a kernel distance leave out pairs of a
picture with itself.

By chance: the pictures of both sets are pooled and dealt out anew, within each artist, as often.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from evaluation.statistics.bootstrap import multinomial_weights, percentile_interval
from evaluation.statistics.estimate import BadData, Estimate

Floats = NDArray[np.float64]
Distance = Callable[["PictureSet", "PictureSet", Floats, Floats], float]
"""Of two sets whose pictures have these weights, [n] and [m]."""
FEW_ARTISTS = 5
LEAST = 3
"""Pictures that a set needs."""


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Pictures of one condition, or of the originals that they are held against."""

    vectors: Floats
    """[N, D], a row a picture"""
    artists: tuple[str, ...]
    """of each picture; all alike where nobody is named"""
    content: Floats | None = None
    """[N]: LPIPS of each picture to the one that it was made from; only where that is asked for"""

    def __post_init__(self) -> None:
        if len(self.vectors) < LEAST:
            raise BadData(
                f"A set of pictures needs {LEAST} at least; this one has {len(self.vectors)}."
            )
        if not np.isfinite(self.vectors).all():
            raise BadData("The features of a picture are not finite: check the network.")

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def dimensions(self) -> int:
        """Of the space of features."""
        return int(self.vectors.shape[1])

    def taken(self, places: NDArray[np.intp]) -> "PictureSet":
        """These pictures of it, in this order."""
        content = None if self.content is None else self.content[places]
        artists = tuple(self.artists[place] for place in places)
        return PictureSet(self.vectors[places], artists, content)


@dataclass(frozen=True)
class SetValue:
    """What a set metric says of two sets."""

    estimate: Estimate
    """`n` counts the pictures of the set, without the reference"""
    n_reference: int
    artists: int
    chance_low: float
    chance_high: float
    """Where the value would lie if the two sets were one, dealt out anew at these sizes"""
    p: float
    """How rarely dealing out anew gives as large a value"""
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Draws:
    """How many replicates, from which seed, at which level."""

    replicates: int
    level: float
    seed: int


def compared(
    sample: PictureSet, reference: PictureSet, distance: Distance, draws: Draws
) -> SetValue:
    """The distance, its interval, and what chance would give; warnings about few artists."""
    if sample.dimensions != reference.dimensions:
        raise BadData("The two sets have features of different networks.")
    whole = np.ones(len(sample)), np.ones(len(reference))
    value = distance(sample, reference, *whole)
    generator = np.random.default_rng(draws.seed)
    named = sorted({*sample.artists, *reference.artists})
    drawn = _weights(sample, reference, named, draws.replicates, generator)
    found = np.array([distance(sample, reference, *weights) for weights in drawn])
    by_artist = len(named) > 1
    estimate = percentile_interval(
        value,
        found
        + (value - np.nanmedian(found)),  # drawn copies make a set look less varied than it is
        n=len(sample),
        level=draws.level,
        drawn="artists with their pictures" if by_artist else "pictures",
        clusters=len(named) if by_artist else min(len(sample), len(reference)),
    )
    dealt = np.array(
        [distance(*sets, *whole) for sets in _dealt(sample, reference, draws.replicates, generator)]
    )
    tail = (1 - draws.level) / 2
    low, high = np.quantile(dealt, [tail, 1 - tail])
    return SetValue(
        estimate=estimate,
        n_reference=len(reference),
        artists=len(named),
        chance_low=float(low),
        chance_high=float(high),
        p=float((1 + (dealt >= value).sum()) / (1 + len(dealt))),
        warnings=_of_artists(named),
    )


def _weights(
    sample: PictureSet,
    reference: PictureSet,
    named: list[str],
    replicates: int,
    generator: Generator,
) -> Iterator[tuple[Floats, Floats]]:
    if len(named) < 2:
        mine = multinomial_weights(len(sample), replicates, generator)
        theirs = multinomial_weights(len(reference), replicates, generator)
        yield from zip(mine, theirs, strict=True)
        return
    places = [
        np.array([named.index(artist) for artist in each.artists]) for each in (sample, reference)
    ]
    for weights in multinomial_weights(len(named), replicates, generator):
        both = weights[places[0]], weights[places[1]]
        if min(part.sum() for part in both) >= LEAST:
            yield both


def _dealt(
    sample: PictureSet, reference: PictureSet, times: int, generator: Generator
) -> Iterator[tuple[PictureSet, PictureSet]]:
    """Both sets with the pictures of each artist dealt out anew."""
    vectors = np.concatenate([sample.vectors, reference.vectors])
    artists = np.array([*sample.artists, *reference.artists])
    groups = [np.flatnonzero(artists == artist) for artist in np.unique(artists)]
    for _ in range(times):
        order = np.arange(len(vectors))
        for group in groups:
            order[group] = generator.permutation(group)
        mine, theirs = vectors[order[: len(sample)]], vectors[order[len(sample) :]]
        yield (
            PictureSet(mine, sample.artists, sample.content),
            PictureSet(theirs, reference.artists, reference.content),
        )


def _of_artists(named: list[str]) -> tuple[str, ...]:
    if not 1 < len(named) < FEW_ARTISTS:
        return ()
    return (
        f"Only {len(named)} artists: the interval, which draws artists again, is rough at best.",
    )
