"""Answers of raters to items, checked and coded: what every statistic here starts from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.estimate import BadData

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Mask = NDArray[np.bool_]
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
        given = number_column(values)
        who = (
            np.zeros(len(given), np.intp)
            if raters is None
            else label_column(raters, "rater", "Answer")
        )
        what = label_column(items, "item", "Answer")
        if not len(given) == len(who) == len(what):
            raise BadData(
                "Values, raters and items are columns of one table and must be equally long; "
                f"given: {len(given)}, {len(who)} and {len(what)}."
            )
        if not len(given):
            raise BadData("There is no answer to compute anything from.")
        _refuse_missing(given)
        rater, rater_count = label_codes(who)
        item, item_count = label_codes(what)
        return cls(given, rater, item, rater_count, item_count, raters is not None)

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


def floats(column: Labels, noun: str = "Answer") -> Floats:
    """Numbers of any shape; a value that is none is refused by its name and place."""
    try:
        return np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadData(_not_a_number(column, noun)) from None


def number_column(column: Labels, noun: str = "Answer") -> Floats:
    """One column of numbers, missing ones as nan.

    >>> number_column([1, "good"])
    Traceback (most recent call last):
    evaluation.statistics.estimate.BadData: Answer 2 is not a number ('good').
    """
    return _flat(floats(column, noun), noun)


def label_column(column: Labels, noun: str, row: str = "Row") -> NDArray[Any]:
    """One column of labels, none of them missing; numbers mixed with text are all taken as text.

    >>> label_column(["a", None], "cluster")
    Traceback (most recent call last):
    evaluation.statistics.estimate.BadData: Row 2 names no cluster (None).
    """
    given = _flat(_array(column, noun), f"label of a {noun}")
    missing = np.flatnonzero(pd.isna(given))
    if len(missing):
        raise BadData(f"{row} {missing[0] + 1} names no {noun} ({given[missing[0]]}).")
    return given.astype(str) if given.dtype == object and _has_text(given) else given


def flag_column(column: Labels, name: str) -> Mask:
    """One column of True and False, or 1 and 0; `name` is the argument's.

    >>> flag_column([True, None], "expert")
    Traceback (most recent call last):
    evaluation.statistics.estimate.BadData: Row 2 of `expert` is neither True nor False (None); \
give True and False.
    """
    given = _flat(_array(column, f"`{name}`"), f"flag of `{name}`")
    numeric = given.dtype.kind in "biuf"
    wrong = ~(np.isin(given, (0, 1)) if numeric else np.array([_is_flag(x) for x in given], bool))
    if wrong.any():
        row = int(wrong.argmax())
        said = f"is neither True nor False ({given.tolist()[row]!r}); give True and False."
        raise BadData(f"Row {row + 1} of `{name}` {said}")
    return given.astype(bool)


def named_categories(column: Labels) -> tuple[Labels, list[str] | None]:
    """Answers that are text as numbers from 0, with their names in order; numbers as they are.

    >>> named_categories(["cat", "ant", "cat"])
    (array([1., 0., 1.]), ['ant', 'cat'])
    """
    if not _has_text(_array(column, "answer").ravel()):
        return column, None
    names, found = np.unique(label_column(column, "category", "Answer"), return_inverse=True)
    return found.astype(np.float64), [str(name) for name in names]


def label_codes(given: NDArray[Any]) -> tuple[Codes, int]:
    """Labels counted from 0 in their order, and how many there are."""
    unique, found = np.unique(given, return_inverse=True)
    return found.astype(np.intp).ravel(), len(unique)


def _array(column: Labels, noun: str) -> NDArray[Any]:
    """As it is, but a list with a gap among its texts does not make the gap a text."""
    try:
        found = np.asarray(column)
        text = found.dtype.kind in "US" and not isinstance(column, np.ndarray)
        return np.asarray(column, dtype=object) if text else found
    except ValueError:
        raise BadData(
            f"The column of {noun} has rows of several lengths; give one value a row."
        ) from None


def _flat(given: NDArray[Any], noun: str) -> NDArray[Any]:
    if given.ndim != 1:
        raise BadData(f"Give one column, one {noun.lower()} a row; given: shape {given.shape}.")
    return given


def _is_flag(value: object) -> bool:
    return isinstance(value, (bool, np.bool_, int, float)) and value in (0, 1)


def _has_text(given: NDArray[Any]) -> bool:
    return any(isinstance(label, str) for label in given)


def _not_a_number(column: Labels, noun: str) -> str:
    try:
        given = np.asarray(column, dtype=object)
    except ValueError:
        return f"{noun}s are not one column of numbers; give one number a row."
    flat, shape = given.ravel().tolist(), given.shape
    for k, value in enumerate(flat):
        try:
            float(value)
        except (TypeError, ValueError):
            place = np.unravel_index(k, shape)
            at = ", ".join(str(int(index) + 1) for index in place)
            return f"{noun} {at} is not a number ({value!r})."
    return f"{noun}s are not numbers."


def _refuse_missing(given: Floats) -> None:
    bad = np.flatnonzero(~np.isfinite(given))
    if len(bad):
        raise BadData(
            f"Answer {bad[0] + 1} of {len(given)} is not a finite number ({given[bad[0]]}); "
            "leave missing answers out of the table."
        )


def summed(codes: Codes, values: Floats, size: int = 0) -> Floats:
    """[size or more]: the sum of the values of each code."""
    return np.bincount(codes, values, minlength=size).astype(np.float64)
