"""Formulas: the fixed part of a model, from columns to a matrix and names of its columns.

`"condition + group + lpips_z"` adds main effects; `a:b` is an interaction, `a*b` short for
`a + b + a:b`; `"1"` is no effect at all. Columns of text, booleans and categories are factors in
treatment coding: a column each but for the first level, in R's order (the first factor of an
interaction varies fastest). There is no intercept in the matrix: whoever needs one adds it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import qr

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData

_NAME = re.compile(r"[^\W\d][\w.]*")
Effect = tuple[str, ...]
"""Columns whose product an effect is; one column is a main effect."""
Naming = Callable[[str, object, bool], str]
"""Column, level, and whether the first level has a column as well → the name of an indicator."""


def as_r(column: str, level: object, full: bool) -> str:  # noqa: ARG001 (R names both alike)
    """`conditionglaze`"""
    return f"{column}{level}"


def as_treatment(column: str, level: object, full: bool) -> str:
    """`condition[T.glaze]`, as statsmodels writes it."""
    return f"{column}[{'' if full else 'T.'}{level}]"


@dataclass(frozen=True)
class Recipe:
    """How rows become rows of the matrix, also rows never seen, as predictions need."""

    effects: tuple[Effect, ...]
    levels: Mapping[str, tuple[Any, ...]]
    """of each factor, the reference first; numeric columns are not in it"""
    naming: Naming
    names: tuple[str, ...] = ()
    kept: tuple[int, ...] = field(default=())
    """columns of `names` that the data determine"""

    def matrix(self, data: pd.DataFrame) -> Floats:
        """[N, kept columns]"""
        return np.asarray(self.everything(data)[:, list(self.kept)])

    def everything(self, data: pd.DataFrame) -> Floats:
        """[N, all columns of `names`], those the data do not determine included."""
        blocks = [self._block(data, effect) for effect in self.effects]
        return np.hstack([np.zeros((len(data), 0)), *blocks])

    def _block(self, data: pd.DataFrame, effect: Effect) -> Floats:
        found = np.ones((len(data), 1))
        for column in effect:
            # R's order: the first factor of an interaction varies fastest
            pieces = self._column(data, column, self._full(effect, column))
            found = (pieces[:, :, None] * found[:, None, :]).reshape(len(data), -1)
        return found

    def _column(self, data: pd.DataFrame, column: str, full: bool) -> Floats:
        if column not in self.levels:
            return data[[column]].to_numpy(np.float64)
        levels = self.levels[column][0 if full else 1 :]
        given = data[column].to_numpy(dtype=object)
        return np.column_stack(
            [np.zeros((len(data), 0)), *((given == level).astype(float) for level in levels)]
        )

    def _full(self, effect: Effect, column: str) -> bool:
        """An effect without its margin codes all levels: `a + a:b` gives b within each a."""
        margin = tuple(other for other in effect if other != column)
        return bool(margin) and not any(set(known) == set(margin) for known in self.effects)

    def labels(self) -> tuple[str, ...]:
        """The name of each column."""
        names: list[str] = []
        for effect in self.effects:
            parts = [self._labels(column, self._full(effect, column)) for column in effect]
            names += [":".join(reversed(some)) for some in product(*reversed(parts))]
        return tuple(names)

    def _labels(self, column: str, full: bool) -> list[str]:
        if column not in self.levels:
            return [column]
        levels = self.levels[column][0 if full else 1 :]
        return [self.naming(column, level, full) for level in levels]


def recipe_of(data: pd.DataFrame, formula: str, naming: Naming = as_r) -> Recipe:
    """Reads the formula and the columns.

    Raises BadData for what it cannot read, columns that are missing, empty in some rows or
    infinite, and factors with one level.
    """
    effects = effects_of(formula)
    columns = dict.fromkeys(column for effect in effects for column in effect)
    for column in columns:
        require(data, column)
    levels = {c: _levels(data[c]) for c in columns if _is_factor(data[c])}
    for column in columns:
        if column not in levels:
            check_finite(data, column)
    raw = Recipe(effects, levels, naming)
    named = replace(raw, names=raw.labels())
    return replace(named, kept=_determined(named.everything(data)))


def require(data: pd.DataFrame, column: str) -> None:
    """Refuses a column that is missing or has holes."""
    if column not in data.columns:
        known = ", ".join(str(name) for name in data.columns)
        raise BadData(f"The table has no column {column!r}; it has {known}.")
    holes = np.flatnonzero(data[column].isna().to_numpy())
    if len(holes):
        raise BadData(
            f"Row {holes[0] + 1} has no {column}: the column is empty in {len(holes)} of "
            f"{len(data)} rows; leave these rows out, or fill them in with a reason."
        )


def check_finite(data: pd.DataFrame, column: str) -> None:
    """Refuses a column of numbers that are infinite somewhere."""
    if not np.isfinite(data[column].to_numpy(np.float64)).all():
        raise BadData(f"Column {column!r} is infinite in some rows; a fit needs numbers.")


def effects_of(formula: str) -> tuple[Effect, ...]:
    """The effects of a formula, main effects before interactions."""
    found: dict[frozenset[str], Effect] = {}
    for part in formula.split("+"):
        for effect in _expanded(part.strip(), formula):
            found.setdefault(frozenset(effect), effect)
    return tuple(sorted(found.values(), key=len))


def _expanded(part: str, formula: str) -> list[Effect]:
    if part == "1":
        return []
    sides = [tuple(name.strip() for name in side.split(":")) for side in part.split("*")]
    wrong = [name for side in sides for name in side if not _NAME.fullmatch(name)]
    if wrong:
        raise BadData(
            f"The formula {formula!r} cannot be read: {wrong[0]!r} is no part of a formula; write "
            "column names joined by +, : and *, e.g. 'condition + group + lpips_z', or '1' for "
            "none."
        )
    found: list[Effect] = []
    for side in sides:
        found += [tuple(dict.fromkeys(known + side)) for known in found] + [side]
    return found


def _is_factor(column: "pd.Series[Any]") -> bool:
    return not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def _levels(column: "pd.Series[Any]") -> tuple[Any, ...]:
    """Those that occur: in their own order for a categorical column, else sorted."""
    present = set(column.unique())
    if isinstance(column.dtype, pd.CategoricalDtype):
        found = [level for level in column.cat.categories if level in present]
    else:
        found = sorted(present, key=lambda level: (str(type(level)), level))
    if len(found) == 1:
        raise BadData(
            f"Column {column.name!r} has the one level {found[0]!r}; leave it out of the formula."
        )
    return tuple(found)


def _determined(matrix: Floats) -> tuple[int, ...]:
    """Columns that are no combination of a constant and the columns before them."""
    whole = np.column_stack([np.ones(len(matrix)), matrix])
    spread = np.linalg.norm(whole, axis=0)
    scaled = whole / np.where(spread > 0, spread, 1)
    kept: list[int] = [0]
    triangle = np.asarray(qr(scaled, mode="r")[0])
    # a column adds to the rank of those before it where its pivot is not lost in rounding
    for column in range(1, scaled.shape[1]):
        trial = triangle[:, [*kept, column]]
        if np.linalg.matrix_rank(trial, tol=1e-7) > len(kept):
            kept.append(column)
    return tuple(column - 1 for column in kept[1:])
