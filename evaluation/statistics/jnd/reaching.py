"""At which amount (of a budget, of a dose) a number of JND is reached."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np
from scipy.optimize import isotonic_regression

from evaluation.statistics.answers import Floats
from evaluation.statistics.bootstrap import expanded_tail, percentile_interval
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.jnd.scale import JndScale

Name = TypeVar("Name", bound=Hashable)


def amount_at(scale: JndScale, amounts: Mapping[Name, float], target: float = 1.0) -> Estimate:
    """Where the ladder `amounts` (level → how much of it) first reaches `target` JND.

    Straight lines between the levels, made monotone first (pool adjacent violators), from the
    reference at 0; drawn as often as the scale was. An amount that is not reached by what was shown
    is undefined, and never drawn out beyond it. Raises BadData for levels that are not on the
    scale, amounts that are not above 0, and two levels of one amount.
    """
    _check(scale, amounts, target)
    ladder = sorted(amounts, key=lambda name: amounts[name])
    x = np.array([0.0, *(amounts[name] for name in ladder)])
    if scale.problem:
        return Estimate.undefined(level=scale.level, n=scale.n, reason=scale.problem)
    value = _crossing(x, np.array([scale.levels[name].value for name in ladder]), target)
    if not np.isfinite(value):
        reason = f"{target:g} JND lies beyond what was shown"
        return Estimate.undefined(level=scale.level, n=scale.n, reason=reason)
    where = [list(scale.levels).index(name) for name in ladder]
    kept = scale.draws[np.isfinite(scale.draws).all(1)][:, where]
    drawn = np.array([_crossing(x, levels, target) for levels in kept])
    return _interval(scale, value, drawn)


def _interval(scale: JndScale, value: float, drawn: Floats) -> Estimate:
    if scale.clusters < 2 or not len(drawn):
        reason = f"one of {scale.drawn} says nothing about others"
        return Estimate.without_interval(value, level=scale.level, n=scale.n, reason=reason)
    tail = expanded_tail(scale.level, scale.clusters)
    beyond = float(np.isinf(drawn).mean())
    if beyond > tail:
        low = np.quantile(drawn, tail, method="lower")
        reason = f"not reached in {beyond:.0%} of the draws; at least {low:.3g}"
        return Estimate.without_interval(value, level=scale.level, n=scale.n, reason=reason)
    return percentile_interval(
        value,
        np.where(np.isinf(drawn), drawn[np.isfinite(drawn)].max(), drawn),
        n=scale.n,
        level=scale.level,
        drawn=scale.drawn,
        clusters=scale.clusters,
    )


def _crossing(x: Floats, levels: Floats, target: float) -> float:
    """The least amount at which the monotone ladder is at `target`; inf where it never is."""
    y = isotonic_regression(np.array([0.0, *levels])).x
    above = int(np.searchsorted(y, target))
    if above == len(y):
        return float("inf")
    share = (target - y[above - 1]) / (y[above] - y[above - 1])
    return float(x[above - 1] + share * (x[above] - x[above - 1]))


def _check(scale: JndScale, amounts: Mapping[Name, float], target: float) -> None:
    if not target > 0:
        raise BadData(f"A number of JND is above 0, e.g. 1; given: {target}.")
    if not amounts:
        raise BadData("A ladder has at least one level besides the reference.")
    for name, amount in amounts.items():
        if name not in scale.levels:
            known = ", ".join(f"“{known}”" for known in scale.levels)
            raise BadData(f"There is no level “{name}”; there are: {known}.")
        if not (amount > 0 and np.isfinite(amount)):
            raise BadData(f"Amounts of levels are above 0; that of “{name}” is {amount}.")
    if len(set(amounts.values())) < len(amounts):
        raise BadData("Two levels of a ladder have the same amount: give each its own.")
