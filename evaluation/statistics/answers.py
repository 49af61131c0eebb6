"""Answers of raters to items, checked and coded: what every statistic here starts from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.estimate import BadData

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Labels = ArrayLike
"""A column: a list, an array, a pandas Series."""


@dataclass(frozen=True)
class Answers:
    """One entry an answer: a value, the code of its rater and the code of its item."""

    values: Floats
    rater: Codes
    item: Codes
    raters: int
    items: int
    judged: bool = True
    """False for measurements, which no rater gave: items alone are a sample then"""

    @classmethod
    def of(cls, values: Labels, raters: Labels | None, items: Labels) -> "Answers":
        """From columns of a long table: numbers, and any labels of raters and items.

        raters  None where the values are measurements, which nobody judged
        Raises BadData where columns differ in length, are empty, or hold a missing value.
        """
        numbers = np.asarray(values, dtype=np.float64)
        who = np.zeros(len(numbers), dtype=np.intp) if raters is None else np.asarray(raters)
        what = np.asarray(items)
        if not len(numbers) == len(who) == len(what):
            raise BadData(
                "Values, raters and items are columns of one table and must be equally long; "
                f"given: {len(numbers)}, {len(who)} and {len(what)}."
            )
        if not len(numbers):
            raise BadData("There is no answer to compute anything from.")
        _refuse_missing(numbers)
        rater, rater_count = _codes(who, "rater")
        item, item_count = _codes(what, "item")
        return cls(numbers, rater, item, rater_count, item_count, raters is not None)

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def scarcer(self) -> int:
        """How many there are of raters or items, whichever are fewer; of items, if not judged."""
        return min(self.raters, self.items) if self.judged else self.items

    @property
    def said(self) -> str:
        """What there is of each, in words."""
        pictures = f"{self.items} items"
        return f"{self.raters} raters and {pictures}" if self.judged else pictures

    @property
    def alone(self) -> str:
        """Why so few say nothing about others; empty where there are enough."""
        if self.judged and self.raters < 2:
            return "one rater says nothing about other raters"
        return "one item says nothing about other items" if self.items < 2 else ""

    def belonging(self, groups: Codes) -> Codes:
        """[items]: the group of each item, given that of each answer [n]."""
        found = np.zeros(self.items, dtype=np.intp)
        found[self.item] = groups
        return found

    @cached_property
    def sums(self) -> Floats:
        """[raters, items]: sum of the values of each cell."""
        return self._matrix(self.values)

    @cached_property
    def counts(self) -> Floats:
        """[raters, items]: number of answers in each cell."""
        return self._matrix(np.ones(self.n))

    def _matrix(self, weights: Floats) -> Floats:
        cells = self.rater * self.items + self.item
        flat = np.bincount(cells, weights, minlength=self.raters * self.items).astype(np.float64)
        return flat.reshape(self.raters, self.items)


def _refuse_missing(numbers: Floats) -> None:
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise BadData(
            f"Answer {bad[0] + 1} of {len(numbers)} is not a finite number ({numbers[bad[0]]}); "
            "leave missing answers out of the table."
        )


def _codes(labels: NDArray[Any], noun: str) -> tuple[Codes, int]:
    missing = [k for k, label in enumerate(labels.tolist()) if label is None or label != label]
    if missing:
        raise BadData(f"Answer {missing[0] + 1} names no {noun} ({labels[missing[0]]}).")
    unique, codes = np.unique(labels, return_inverse=True)
    return codes.astype(np.intp).ravel(), len(unique)


def summed(codes: Codes, values: Floats, size: int = 0) -> Floats:
    """[size or more]: the sum of the values of each code."""
    return np.bincount(codes, values, minlength=size).astype(np.float64)
