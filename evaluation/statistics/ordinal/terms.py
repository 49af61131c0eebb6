"""Random intercepts: one term a grouping (rater, artwork, rater:condition), crossed or nested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.formula import require

Group = str | tuple[str, ...]
"""A column, or several whose combinations are the levels (an interaction)."""


@dataclass(frozen=True)
class Term:
    """A random intercept: each answer's level."""

    name: str
    codes: Codes
    labels: tuple[str, ...]

    @property
    def levels(self) -> int:
        return len(self.labels)


def terms_of(data: pd.DataFrame, groups: Sequence[Group]) -> tuple[Term, ...]:
    """The terms, in the order given; BadData for a column that is not there or has holes."""
    terms = tuple(term_of(data, group) for group in groups)
    names = [term.name for term in terms]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise BadData(f"A random intercept is named twice: {sorted(twice)[0]}.")
    return terms


def term_of(data: pd.DataFrame, group: Group) -> Term:
    """One term; the levels of an interaction are the combinations that occur."""
    columns = (group,) if isinstance(group, str) else tuple(group)
    for column in columns:
        require(data, column)
    if len(columns) == 1:
        codes, present = pd.factorize(data[columns[0]], sort=True)
        return Term(columns[0], codes.astype(np.intp), tuple(str(label) for label in present))
    grouped = data.groupby(list(columns), sort=True, observed=True)
    labels = tuple(":".join(str(part) for part in key) for key in grouped.size().index)
    return Term(":".join(columns), grouped.ngroup().to_numpy().astype(np.intp), labels)


def sums(codes: Codes, numbers: Floats, size: int) -> Floats:
    """[size]: the sum of the numbers of each code."""
    return np.bincount(codes, numbers, size).astype(np.float64, copy=False)


def parent_of(fine: Term, coarse: Term) -> Codes | None:
    """The coarse level of each fine level, where every fine level lies inside one; else None."""
    parent = np.zeros(fine.levels, dtype=np.intp)
    parent[fine.codes] = coarse.codes
    return parent if (parent[fine.codes] == coarse.codes).all() else None
