"""Protection success rates of several conditions, each against one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.answers import Answers, Labels, label_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData
from evaluation.statistics.multiplicity import bonferroni_level, holm
from evaluation.statistics.psr.differences import PsrDifference, difference
from evaluation.statistics.psr.share import ProtectionSuccess, protection_success_rate


@dataclass(frozen=True)
class PsrComparison:
    """Every condition's PSR, and its difference from the reference."""

    shares: Mapping[str, ProtectionSuccess]
    reference: str
    differences: Mapping[str, PsrDifference]
    """condition minus reference, each with an interval of its own level"""
    simultaneous: Mapping[str, PsrDifference]
    """the same with intervals that hold all together (Bonferroni)"""
    adjusted: Mapping[str, float]
    """Holm's p over all differences"""


def compare(
    values: Labels,
    raters: Labels,
    artworks: Labels,
    conditions: Labels,
    *,
    reference: str,
    success: Sequence[float] = (1, 1),
    level: float = ESTIMATE_LEVEL,
) -> PsrComparison:
    """PSR of every condition and, two-way clustered, its difference from `reference`.

    conditions  one label an answer; `reference` is one of them, the clean arm as a rule: without
            it a mimic that cannot imitate anybody looks like a protection that works.

    Other arguments as for `protection_success_rate`.
    """
    answers = Answers.of(values, raters, artworks)
    given, who = answers.values, label_column(raters, "rater")
    what, which = label_column(artworks, "item"), label_column(conditions, "condition").astype(str)
    if len(which) != answers.n:
        raise BadData(f"There are {answers.n} answers and {len(which)} conditions; give one each.")
    names = [str(name) for name in np.unique(which)]
    if reference not in names or len(names) < 2:
        raise BadData(
            f"The reference {reference!r} and at least one other condition need answers; there are "
            f"{', '.join(names)}."
        )
    others = [name for name in names if name != reference]
    shares, found, wide = {}, {}, {}
    for name in names:
        mine = which == name
        shares[name] = protection_success_rate(
            given[mine], who[mine], what[mine], success=success, level=level
        )
    joint = bonferroni_level(len(others), level=level)
    for name in others:
        both = (which == name) | (which == reference)
        columns = given[both], who[both], what[both], which[both] == name
        found[name] = difference(*columns, success=success, level=level)
        again = found[name].at(joint)
        wide[name] = (
            difference(*columns, success=success, level=joint)
            if again is None
            else replace(found[name], estimate=again)
        )
    adjusted = holm([found[name].p for name in others])
    return PsrComparison(
        shares, reference, found, wide, dict(zip(others, adjusted.tolist(), strict=True))
    )
