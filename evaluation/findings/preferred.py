"""How often one condition is preferred to another, and how strong each is. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from pandas import DataFrame, Series, concat

from evaluation.statistics.clustered import clustered_mean, clustered_share
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.pairs import Preferences, bradley_terry, davidson

CHANCE = 0.5
PRIOR_SD = 2.0
"""Of strengths on the logit scale, where somebody never lost: stated in the method."""


@dataclass(frozen=True)
class Preferred:
    """Two conditions of one question: how often `one` was preferred to `other`."""

    question: str
    one: str
    other: str
    rows: DataFrame
    """participant, cluster, won: 1 where `one` was preferred, 0 where `other` was, 0.5 not sure"""
    decided: Estimate
    """share of `one` among the choices that were made, “not sure” left out"""
    split: Estimate
    """the same with “not sure” counted as half for each"""
    joint: Estimate
    """`decided`, with an interval that holds together with those of all other pairs"""

    @property
    def not_sure(self) -> int:
        """Answers that decided for neither."""
        return int((self.rows["won"] == CHANCE).sum())

    @property
    def verdict(self) -> str:
        """What the joint interval shows."""
        if not self.joint.has_interval:
            return "cannot tell"
        if not self.joint.excludes(CHANCE):
            return "no preference shown"
        return f"{self.one if self.joint.value > CHANCE else self.other} is preferred"


def preferences(table: DataFrame, question: str, level: float) -> Iterator[Preferred]:
    """Every two conditions that were compared, in the order of their names.

    table  as `evaluation.measuring.pair_table.counted_pairs` gives it
    """
    asked = table[table["question"] == question]
    names = sorted({*asked["first"], *asked["second"]})
    pairs = [(one, other, found) for one, other in combinations(names, 2)
             if len(found := _between(asked, one, other))]  # fmt: skip
    together = 1 - (1 - level) / max(1, len(pairs))
    for one, other, rows in pairs:
        made = rows[rows["won"] != CHANCE]
        yield Preferred(
            question, one, other, rows, _share(made, level), _mean(rows, level),
            _share(made, together),
        )  # fmt: skip


def strengths(table: DataFrame, question: str, level: float) -> Preferences:
    """Bradley-Terry strengths (Davidson's where some were not sure), clustered by rater, artwork.

    Where a condition always won or always lost, a normal prior makes strengths finite, and
    `method` says so; where each pair was shown in one order only, no effect of the place is told.
    """
    asked = table[table["question"] == question]
    model = davidson if (asked["first_won"] == CHANCE).any() else bradley_terry
    columns = asked["first"], asked["second"], asked["first_won"]
    by: dict[str, Any] = {
        "raters": asked["participant"],
        "artworks": asked["cluster"],
        "level": level,
    }
    position = _both_orders(asked)
    found = model(*columns, **by, position=position)
    return model(*columns, **by, position=position, prior=PRIOR_SD) if found.problem else found


def _both_orders(asked: DataFrame) -> bool:
    """Whether the place can be told from the conditions."""
    shown = set(zip(asked["first"], asked["second"], strict=True))
    return any((other, one) in shown for one, other in shown)


def turned(share: Estimate) -> Estimate:
    """The share of the other condition."""
    return replace(share, value=1 - share.value, low=1 - share.high, high=1 - share.low)


def first_shown(table: DataFrame) -> Estimate:
    """The share of choices for the condition that stood first: one half where sides are fair."""
    made = table[table["first_won"] != CHANCE]
    return _share(made.assign(won=made["first_won"]), 0.95)


def _between(asked: DataFrame, one: str, other: str) -> DataFrame:
    """The answers about two conditions, turned so that `won` speaks of `one`."""
    forward = asked[(asked["first"] == one) & (asked["second"] == other)]
    backward = asked[(asked["first"] == other) & (asked["second"] == one)]
    return concat(
        [forward.assign(won=forward["first_won"]), backward.assign(won=1 - backward["first_won"])]
    )


def _share(rows: DataFrame, level: float) -> Estimate:
    if rows.empty:
        return Estimate.undefined(level=level, n=0, reason="nobody decided for one of the two")
    return clustered_share(*_columns(rows), level=level).estimate


def _mean(rows: DataFrame, level: float) -> Estimate:
    return clustered_mean(*_columns(rows), bounds=(0.0, 1.0), level=level).estimate


def _columns(rows: DataFrame) -> tuple[Series, Series, Series]:
    return rows["won"], rows["participant"], rows["cluster"]
