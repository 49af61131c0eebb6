"""Which of an artist's pictures train a mimic, which stay held out, and which of them are cloaked.

Everything is ranked by a hash of the seed and the picture's name, so a choice depends neither on
the order in which pictures are given nor on the machine; and choices are nested: a larger training
set, or a larger share of cloaks, holds the smaller one.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from generation.recipe import canonical_json


class TrainingSetError(ValueError):
    """Pictures that do not suffice for what is asked; the message says how many are missing."""


@dataclass(frozen=True)
class TrainingSet:
    """One artist's pictures, divided; names are whatever the caller knows pictures by."""

    training: tuple[str, ...]
    """In the order in which they are given to the mimicry."""
    held_out: tuple[str, ...]
    """All others: never trained on, so that a mimic can be asked for them."""


def divide(
    pictures: Iterable[str], count: int, seed: int, artist: str, held_out: int = 0
) -> TrainingSet:
    """`count` of an artist's `pictures` train, the others are held out: at least `held_out`.

    Raises TrainingSetError, naming the artist, where there are too few.
    """
    ranked = _ranked(pictures, "training", seed)
    if count < 1:
        raise TrainingSetError("A mimic learns from pictures: ask for at least one.")
    if len(ranked) < count + held_out:
        raise TrainingSetError(
            f"{artist} has {len(ranked)} pictures; {count} are to train a mimic and {held_out} to"
            f" stay held out: {count + held_out - len(ranked)} are missing. Ask for fewer, or"
            " import more."
        )
    return TrainingSet(tuple(ranked[:count]), tuple(ranked[count:]))


def cloaked(training: Sequence[str], share: float, seed: int) -> frozenset[str]:
    """Which of the `training` pictures their artist cloaked before somebody took them.

    `share` in [0, 1]; a share that is no whole number of pictures is rounded up, so that at least
    the share is cloaked: of 10 pictures, a share of 0.25 are 3. Raises TrainingSetError for
    another share.
    """
    if not 0 <= share <= 1:
        raise TrainingSetError(f"The share of cloaked pictures is between 0 and 1, not {share}.")
    number = ceil(Fraction(str(share)) * len(training))
    return frozenset(_ranked(training, "cloaked", seed)[:number])


def _ranked(pictures: Iterable[str], purpose: str, seed: int) -> list[str]:
    """Each picture once, in an order that only the seed, the purpose and the names decide."""

    def rank(picture: str) -> str:
        return hashlib.sha256(canonical_json([purpose, seed, picture]).encode()).hexdigest()

    return sorted(set(pictures), key=rank)
