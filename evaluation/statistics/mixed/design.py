"""From a table and a formula to arrays: the fixed effects' matrix and the levels of the groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame
from pandas.api.types import is_numeric_dtype

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.formula import Recipe, as_treatment, check_finite, recipe_of, require
from evaluation.statistics.mixed.crossed import Terms

INTERCEPT = "Intercept"
Group = str | tuple[str, ...]


@dataclass(frozen=True)
class Fixed:
    """The fixed part of a model: an intercept, and what the formula says."""

    recipe: Recipe

    @classmethod
    def of(cls, data: DataFrame, formula: str) -> "Fixed":
        """`formula` as in `formula.py`; indicators are called `condition[T.cloak]`.

        Raises BadData for a formula or columns that cannot be read, and for a model whose columns
        say the same thing twice.
        """
        if not len(data):
            raise BadData("The table has no rows.")
        recipe = recipe_of(data, formula, as_treatment)
        spare = [k for k in range(len(recipe.names)) if k not in recipe.kept]
        if spare:
            raise _spare(recipe, recipe.everything(data)[:, spare], spare)
        return cls(recipe)

    @property
    def levels(self) -> Mapping[str, tuple[Any, ...]]:
        """Of every factor; the first is the reference."""
        return self.recipe.levels

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns of `matrix`."""
        return (INTERCEPT, *self.recipe.names)

    def matrix(self, data: DataFrame) -> Floats:
        """[n, p], the intercept first."""
        return np.column_stack([np.ones(len(data)), self.recipe.everything(data)])


def _spare(recipe: Recipe, columns: Floats, spare: Sequence[int]) -> BadData:
    empty = [
        recipe.names[k] for k, column in zip(spare, columns.T, strict=True) if not column.any()
    ]
    if empty:
        return BadData(f"No answer falls under {', '.join(empty)}: leave that product out.")
    return BadData(
        f"{', '.join(recipe.names[k] for k in spare)} cannot be told from the other fixed effects; "
        "leave it out or merge levels."
    )


def grouping(data: DataFrame, groups: Sequence[Group]) -> tuple[tuple[str, ...], Terms]:
    """Names of the random terms and the level codes of every answer.

    Raises BadData for a term of one level, one with as many levels as answers, and two terms that
    group the answers alike.
    """
    if isinstance(groups, str) or not groups:
        raise BadData('Groups are a list of columns, e.g. ["rater", "artwork"], at least one.')
    wanted = [(group,) if isinstance(group, str) else tuple(group) for group in groups]
    check_columns(data, list(dict.fromkeys(column for group in wanted for column in group)))
    names = tuple(":".join(group) for group in wanted)
    codes = [
        data.groupby(list(group), sort=True, observed=True).ngroup().to_numpy().astype(np.intp)
        for group in wanted
    ]
    sizes = [int(column.max()) + 1 for column in codes]
    for name, size in zip(names, sizes, strict=True):
        _check_size(name, size, len(data))
    _check_distinct(names, codes, sizes)
    return names, Terms(codes, sizes)


def _check_size(name: str, size: int, n: int) -> None:
    if size < 2:
        raise BadData(f"There is one {name} only; leave that random term out.")
    if size == n:
        raise BadData(
            f"Every answer has a {name} of its own, so it cannot be told from noise; leave that "
            "random term out."
        )


def _check_distinct(names: Sequence[str], codes: Sequence[Codes], sizes: Sequence[int]) -> None:
    for one in range(len(names)):
        for two in range(one):
            pairs = len(np.unique(codes[one] * sizes[two] + codes[two]))
            if pairs == sizes[one] == sizes[two]:
                raise BadData(
                    f"{names[two]} and {names[one]} group the answers alike; leave one of them out."
                )


def check_columns(data: DataFrame, names: Sequence[str]) -> None:
    """Refuses names that the table does not have, missing values, and infinite ones."""
    if not len(data):
        raise BadData("The table has no rows.")
    for name in names:
        require(data, name)
        if is_numeric_dtype(data[name]):
            check_finite(data, name)
