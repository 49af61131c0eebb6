"""From a table and a formula to arrays: the fixed effects' matrix and the levels of the groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import CategoricalDtype, DataFrame, Series
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.mixed.crossed import Terms

INTERCEPT = "Intercept"
Group = str | tuple[str, ...]


@dataclass(frozen=True)
class Fixed:
    """The fixed part of a model: which products of columns, and the levels of each factor."""

    terms: tuple[tuple[str, ...], ...]
    """each a product of columns; () is the intercept"""
    levels: Mapping[str, tuple[Any, ...]]
    """of every categorical column; the first is the reference"""
    names: tuple[str, ...]

    @classmethod
    def of(cls, data: DataFrame, formula: str) -> "Fixed":
        """`formula`: columns joined by `+`, `a:b` for a product, `a*b` for `a + b + a:b`.

        Text, booleans and categories become indicators of every level but the first
        (`condition[T.cloak]`); numbers are taken as they are. The intercept is always there.
        """
        terms = _terms(formula)
        used = list(dict.fromkeys(column for term in terms for column in term))
        check_columns(data, used)
        levels = {name: _levels(data[name]) for name in used if _is_factor(data[name])}
        names = [":".join(parts) or INTERCEPT for term in terms for parts in _parts(term, levels)]
        return cls(tuple(terms), levels, tuple(names))

    def matrix(self, data: DataFrame) -> Floats:
        """[n, p]; raises BadData where a column adds nothing to the others."""
        columns = [
            column for term in self.terms for column in _columns(data, term, self.levels, len(data))
        ]
        return np.column_stack(columns)

    def check_rank(self, matrix: Floats) -> None:
        """Refuses a model whose columns say the same thing twice."""
        size = np.sqrt((matrix**2).sum(0))
        empty = [name for name, length in zip(self.names, size, strict=True) if length == 0]
        if empty:
            raise BadData(f"No answer falls under {', '.join(empty)}: leave that product out.")
        kept: list[int] = []
        for k in range(len(self.names)):
            chosen = matrix[:, [*kept, k]] / size[[*kept, k]]
            if np.linalg.matrix_rank(chosen, tol=1e-9 * len(chosen) ** 0.5) > len(kept):
                kept.append(k)
        spare = [name for k, name in enumerate(self.names) if k not in kept]
        if spare:
            raise BadData(
                f"{', '.join(spare)} cannot be told from the other fixed effects; leave it out or "
                "merge levels."
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
    """Refuses names that the table does not have, and missing values."""
    if not len(data):
        raise BadData("The table has no rows.")
    for name in names:
        if name not in data.columns:
            raise BadData(
                f"The table has no column {name!r}; it has {', '.join(map(str, data.columns))}."
            )
        missing = np.flatnonzero(data[name].isna().to_numpy())
        if len(missing):
            raise BadData(
                f"Row {missing[0] + 1} has no {name} ({len(missing)} rows in all); leave such rows "
                "out."
            )
        if is_numeric_dtype(data[name]) and not np.isfinite(data[name].to_numpy(float)).all():
            raise BadData(f"Column {name} holds an infinite value.")


def _terms(formula: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for part in formula.split("+"):
        columns = [column.strip() for column in part.replace("*", ":").split(":")]
        if columns == ["1"]:
            continue
        if not all(column.isidentifier() for column in columns):
            raise BadData(
                f"{part.strip()!r} is no part of a formula; write columns joined by +, : or *, "
                'e.g. "condition + group + lpips_z".'
            )
        wanted = [tuple(columns)]
        if "*" in part:
            wanted = [
                tuple(c for k, c in enumerate(columns) if subset >> k & 1)
                for subset in range(1, 2 ** len(columns))
            ]
        found += [term for term in wanted if term not in found]
    return sorted(found, key=len)


def _is_factor(column: "Series[Any]") -> bool:
    return is_bool_dtype(column) or not is_numeric_dtype(column)


def _levels(column: "Series[Any]") -> tuple[Any, ...]:
    """Those that occur: in their own order for a categorical column, else sorted."""
    present = set(column)
    if isinstance(column.dtype, CategoricalDtype):
        ordered = [level for level in column.dtype.categories if level in present]
    else:
        ordered = sorted(present, key=lambda level: (str(type(level)), level))
    if len(ordered) < 2:
        raise BadData(
            f"Column {column.name} has the one level {ordered[0]!r}; leave it out of the formula."
        )
    return tuple(ordered)


def _parts(term: tuple[str, ...], levels: Mapping[str, tuple[Any, ...]]) -> list[list[str]]:
    """Names of the columns of a term: one each product of levels."""
    found: list[list[str]] = [[]]
    for column in term:
        own = [f"{column}[T.{x}]" for x in levels[column][1:]] if column in levels else [column]
        found = [[*parts, name] for parts in found for name in own]
    return found


def _columns(
    data: DataFrame, term: tuple[str, ...], levels: Mapping[str, tuple[Any, ...]], n: int
) -> list[Floats]:
    found = [np.ones(n)]
    for column in term:
        if column in levels:
            values = data[column].to_numpy(object)
            own = [(values == level).astype(np.float64) for level in levels[column][1:]]
        else:
            own = [data[column].to_numpy(np.float64)]
        found = [product * values for product in found for values in own]
    return found
