"""Paired comparisons, checked and counted: what every model of pairs starts from."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.answers import Codes, Floats, Labels, label_column, number_column
from evaluation.statistics.estimate import BadData

FIRST, SECOND, TIE = 0, 1, 2
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Comparisons:
    """One entry an answer: which item was shown first, which second, and which was preferred."""

    items: tuple[Hashable, ...]
    first: Codes
    second: Codes
    outcome: Codes
    """FIRST, SECOND or TIE"""
    raters: Codes | None
    artworks: Codes | None

    @classmethod
    def of(
        cls,
        first: Labels,
        second: Labels,
        first_won: Labels,
        raters: Labels | None = None,
        artworks: Labels | None = None,
    ) -> "Comparisons":
        """From columns of a long table: `first_won` is 1, 0, or 0.5 for a tie.

        Raises BadData for columns of unequal length, missing values, an item against itself.
        """
        left, right = (label_column(side, "item", "Comparison") for side in (first, second))
        if (left.dtype.kind == "U") != (right.dtype.kind == "U"):
            left, right = left.astype(str), right.astype(str)
        won = number_column(first_won, "Comparison")
        _check(left, right, won)
        items, codes = np.unique(np.concatenate([left, right]), return_inverse=True)
        codes = codes.ravel().astype(np.intp)
        outcome = np.select([won == 1, won == 0], [FIRST, SECOND], TIE).astype(np.intp)
        n = len(won)
        return cls(
            tuple(items.tolist()),
            codes[:n],
            codes[n:],
            outcome,
            _codes(raters, n, "rater"),
            _codes(artworks, n, "artwork"),
        )

    @property
    def n(self) -> int:
        return len(self.outcome)

    @property
    def size(self) -> int:
        """How many items there are."""
        return len(self.items)

    @cached_property
    def _cells(self) -> tuple[Codes, Codes]:
        pair, cell = np.unique(self.first * self.size + self.second, return_inverse=True)
        return pair, cell.ravel().astype(np.intp)

    @property
    def cell(self) -> Codes:
        """[n]: which ordered pair each answer is about."""
        return self._cells[1]

    @property
    def pairs(self) -> Codes:
        """[C, 2]: the ordered pairs that were shown, first item and second."""
        return np.stack(np.divmod(self._cells[0], self.size), 1)

    @cached_property
    def counts(self) -> Floats:
        """[C, 3]: how often the first won, the second won, neither, for each ordered pair."""
        flat = np.bincount(self.cell * 3 + self.outcome, minlength=3 * len(self._cells[0]))
        return flat.reshape(-1, 3).astype(np.float64)

    @cached_property
    def wins(self) -> Floats:
        """[I, I]: how often the row's item was preferred to the column's, ties a half each."""
        found = np.zeros((self.size, self.size))
        i, j = self.pairs.T
        np.add.at(found, (i, j), self.counts[:, FIRST] + self.counts[:, TIE] / 2)
        np.add.at(found, (j, i), self.counts[:, SECOND] + self.counts[:, TIE] / 2)
        return found

    @property
    def ties(self) -> int:
        return int((self.outcome == TIE).sum())


def quoted(items: Sequence[Hashable], most: int = 6) -> str:
    """“a”, “b” and 3 others"""
    named = ", ".join(f"“{item}”" for item in items[:most])
    return named if len(items) <= most else f"{named} and {len(items) - most} others"


def _check(left: NDArray[Any], right: NDArray[Any], won: Floats) -> None:
    if not len(left) == len(right) == len(won):
        raise BadData(
            "First items, second items and answers are columns of one table and must be equally "
            f"long; given: {len(left)}, {len(right)} and {len(won)}."
        )
    if not len(won):
        raise BadData("There is no comparison to compute anything from.")
    strange = np.flatnonzero(~np.isin(won, (0.0, 0.5, 1.0)))
    if len(strange):
        raise BadData(
            f"Comparison {strange[0] + 1} is {won[strange[0]]}; write 1 where the first item was "
            "preferred, 0 where the second was, 0.5 for a tie, and leave missing answers out."
        )
    alone = np.flatnonzero(left == right)
    if len(alone):
        raise BadData(f"Comparison {alone[0] + 1} holds “{left[alone[0]]}” against itself.")


def _codes(labels: Labels | None, n: int, noun: str) -> Codes | None:
    if labels is None:
        return None
    given = label_column(labels, noun, "Comparison")
    if len(given) != n:
        raise BadData(f"There are {n} comparisons and {len(given)} {noun}s; give one each.")
    return np.unique(given, return_inverse=True)[1].ravel().astype(np.intp)
