"""Who answers about what: a study's size, and its pictures dealt to raters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evaluation.statistics.answers import Codes
from evaluation.statistics.estimate import BadData

Vary = Literal["raters", "artworks"]


@dataclass(frozen=True)
class Design:
    """The size of a study. Every artwork appears under every condition of the `Truth`.

    raters, artworks  how many of each, two at least
    answers_each  pictures that one rater judges; all that there are for them when left out
    filled  the same as a share of all that there are for them; give one of the two
    between  whether each rater sees one condition only (raters in turn); else all of them
    experts  how many of the raters are experts, for `ExpertsAgainstCrowd`

    Pictures are dealt so that all are judged equally often (within one), conditions in turn, and no
    rater judges a picture twice.
    """

    raters: int
    artworks: int
    answers_each: int | None = None
    filled: float = 1.0
    between: bool = False
    experts: int = 0

    def __post_init__(self) -> None:
        for name in ("raters", "artworks"):
            if getattr(self, name) < 2:
                raise BadData(f"Power needs two {name} at least; given: {getattr(self, name)}.")
        if not 0 < self.filled <= 1:
            raise BadData(f"filled is a share above 0 and at most 1; given: {self.filled}.")
        if self.answers_each is not None and self.answers_each < 1:
            raise BadData(f"A rater gives at least one answer; given: {self.answers_each}.")
        if self.answers_each is not None and self.filled < 1:
            raise BadData("Give answers_each or filled, not both.")
        if not 0 <= self.experts <= self.raters:
            raise BadData(f"Of {self.raters} raters, {self.experts} cannot be experts.")

    def each(self, conditions: int) -> int:
        """Answers of one rater, no more than there are pictures for them."""
        there = self.artworks * (1 if self.between else conditions)
        if self.answers_each is not None:
            return min(self.answers_each, there)
        return max(1, round(self.filled * there))

    def resized(self, vary: Vary, size: int) -> "Design":
        """The same with another number of raters (experts in proportion) or of artworks."""
        if vary == "artworks":
            return replace(self, artworks=size)
        return replace(self, raters=size, experts=round(self.experts * size / self.raters))

    def told(self, conditions: int) -> str:
        """The design in words."""
        seen = "each seeing one" if self.between else "seen by all"
        experts = f" ({self.experts} experts)" if self.experts else ""
        each = self.each(conditions)
        return (
            f"{self.raters} raters{experts} × {self.artworks} artworks, {conditions} conditions "
            f"{seen}, {each} answers each ({self.raters * each:,} in all)"
        )


def dealt(
    design: Design, conditions: int, generator: np.random.Generator
) -> tuple[Codes, Codes, Codes]:
    """Rater, condition and artwork of every answer."""
    each, raters, artworks = design.each(conditions), design.raters, design.artworks
    if not design.between:

        def in_turn() -> Codes:
            return _in_turn(conditions, artworks, generator)

        cells = _hands(raters, each, conditions * artworks, in_turn)
        rater = np.repeat(np.arange(raters), each)
        return rater, cells.ravel() // artworks, cells.ravel() % artworks
    parts = []
    for condition in range(conditions):
        mine = np.arange(condition, raters, conditions)

        def shuffled() -> Codes:
            return generator.permutation(artworks)

        seen = _hands(len(mine), each, artworks, shuffled).ravel()
        parts.append(np.stack([np.repeat(mine, each), np.full(len(seen), condition), seen]))
    rater, shown, artwork = np.concatenate(parts, axis=1)
    return rater, shown, artwork


def _in_turn(conditions: int, artworks: int, generator: np.random.Generator) -> Codes:
    """All cells, shuffled, so that each run of as many as there are conditions has each once."""
    order = generator.permuted(np.tile(np.arange(artworks), (conditions, 1)), axis=1)
    cells = order + artworks * np.arange(conditions)[:, None]
    return generator.permuted(cells.T, axis=1).ravel()


def _hands(raters: int, each: int, cells: int, shuffled: Callable[[], Codes]) -> Codes:
    """[raters, each]: no cell is dealt again before all are, and none twice to a rater."""
    if each == cells:
        return np.tile(np.arange(cells), (raters, 1))
    hands, left = np.empty((raters, each), dtype=np.intp), np.empty(0, dtype=np.intp)
    for rater in range(raters):
        if len(left) < each:
            fresh = shuffled()
            held = np.isin(fresh, left)  # what this rater is about to get waits
            left = np.concatenate([left, fresh[~held], fresh[held]])
        hands[rater], left = left[:each], left[each:]
    return hands
