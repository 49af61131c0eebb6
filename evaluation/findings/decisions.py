"""What one would conclude about two conditions, from raters and from a metric. Pure.

Each side tests all pairs of conditions as a family (Holm). Beside the metric stands another panel:
two halves of the raters, each taken for the whole, disagree as well, and no metric can be asked to
agree with raters more than raters do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import nan
from typing import Literal

import numpy as np
from pandas import DataFrame

from evaluation.findings.arms import Arm
from evaluation.findings.comparisons import How, Pair, Points, Tested
from evaluation.statistics.clustered import Difference, clustered_difference
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.multiplicity import holm
from evaluation.words import SIGNIFICANT

Outcome = Literal["agreed", "neither", "missed", "false alarm", "reversed"]
OUTCOMES: Mapping[Outcome, str] = {
    "agreed": "agreed: both tell them apart, the same way round",
    "neither": "neither tells them apart",
    "missed": "missed: raters tell them apart, the metric does not",
    "false alarm": "false alarm: the metric tells them apart, raters do not",
    "reversed": "reversed: both tell them apart, the other way round",
}
Side = Literal[-1, 0, 1]
"""Which condition is said to have more success: the second (1), the first (-1), neither shown."""


@dataclass(frozen=True)
class Concluded:
    """One difference of a family, second condition minus first, and what is concluded from it."""

    estimate: Estimate
    p: float
    adjusted: float
    """Holm's p within the family"""

    @property
    def side(self) -> Side:
        if not self.adjusted < SIGNIFICANT:
            return 0
        return 1 if self.estimate.value > 0 else -1


def outcome(raters: Side, metric: Side) -> Outcome:
    """How the metric's conclusion stands to the raters'."""
    if raters == metric:
        return "agreed" if raters else "neither"
    if metric == 0:
        return "missed"
    return "false alarm" if raters == 0 else "reversed"


def pairs_of(arms: Sequence[Arm]) -> list[tuple[Arm, Arm]]:
    """Every two conditions about painters of one era."""
    return [(a, b) for a, b in combinations(arms, 2) if a.era == b.era]


def by_raters(pairs: Sequence[tuple[Arm, Arm]], inside: Points, how: How) -> list[Concluded]:
    """Differences of success shares, paired within painters."""
    tests = [
        partial(Pair(a.rows, b.rows, inside, "artist").difference, how, how.level) for a, b in pairs
    ]
    return _concluded(tests, how.level)


def by_metric(pairs: Sequence[tuple[Arm, Arm]], metric: str, how: How) -> list[Concluded]:
    """Differences of a metric's means over the same items, which alone are the sample.

    Rows of arms need a column of the metric's name, turned so that more means more success.
    """
    items = {arm.title: arm.rows.drop_duplicates("item") for pair in pairs for arm in pair}
    tests = [
        partial(_of_items, items[a.title], items[b.title], metric, how.level) for a, b in pairs
    ]
    return _concluded(tests, how.level)


def halves(
    pairs: Sequence[tuple[Arm, Arm]], inside: Points, how: How, splits: int
) -> list[dict[Outcome, int]]:
    """How often one half of the raters concludes otherwise than the other half: counts a split.

    Raters are dealt out anew each time, by the seed of `how`.
    """
    draw = np.random.default_rng(how.seed)
    people = sorted({who for pair in pairs for arm in pair for who in arm.rows["participant"]})
    if len(people) < 4:
        return []
    return [
        _one_split(pairs, inside, how, set(draw.permutation(people)[::2])) for _ in range(splits)
    ]


def _one_split(
    pairs: Sequence[tuple[Arm, Arm]], inside: Points, how: How, chosen: set[str]
) -> dict[Outcome, int]:
    panels = [
        by_raters([_of_panel(pair, chosen, kept=kept) for pair in pairs], inside, how)
        for kept in (True, False)
    ]
    found = [outcome(one.side, other.side) for one, other in zip(*panels, strict=True)]
    return counted(found)


def counted(outcomes: Sequence[Outcome]) -> dict[Outcome, int]:
    """How often each outcome came about."""
    return {name: outcomes.count(name) for name in OUTCOMES}


def _of_panel(pair: tuple[Arm, Arm], chosen: set[str], *, kept: bool) -> tuple[Arm, Arm]:
    one, other = (arm.of(arm.rows[arm.rows["participant"].isin(chosen) == kept]) for arm in pair)
    return one, other


def _of_items(first: DataFrame, second: DataFrame, metric: str, level: float) -> Difference:
    values, drawn, painter = (
        [*first[name], *second[name]] for name in (metric, "cluster", "artist")
    )
    side = [False] * len(first) + [True] * len(second)
    return clustered_difference(values, None, drawn, side, strata=painter, level=level)


def _concluded(tests: Sequence[Callable[[], Tested]], level: float) -> list[Concluded]:
    found = [_tested(test, level) for test in tests]
    adjusted = holm([p for _, p in found]).tolist()
    return [Concluded(*each, p) for each, p in zip(found, adjusted, strict=True)]


def _tested(test: Callable[[], Tested], level: float) -> tuple[Estimate, float]:
    try:
        found = test()
    except BadData as error:
        return Estimate.undefined(level=level, n=0, reason=str(error)), nan
    return found.estimate, found.p
