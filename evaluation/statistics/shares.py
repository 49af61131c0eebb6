"""Shares by the crossed bootstrap, for few clusters and for shares near 0 and 1.

Raters and clusters of items (artworks, or sets of paintings) are both drawn again (`bootstrap.py`).
Three things a plain percentile bootstrap gets wrong are put right, and said in `method`:

- few clusters: percentiles are expanded (Hesterberg 2015), as everywhere in this project;
- answers that are all alike: every replicate repeats them, which is no certainty. The interval is
  the one-sided Clopper-Pearson limit at the number of raters; in a difference, such a condition
  contributes draws whose end is that limit, 1 - U^(1/raters) with U made from a normal number;
- differences are paired and stratified: within each stratum (a painter), on the same draws of
  raters and clusters, averaged with Mantel-Haenszel weights n1 n2 / (n1 + n2), so that conditions
  with unequal numbers of answers about easy and hard painters are not confounded with them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from evaluation.statistics.answers import (
    Answers,
    Codes,
    Floats,
    Labels,
    flag_column,
    label_column,
    number_column,
)
from evaluation.statistics.bootstrap import (
    REPLICATES,
    Draws,
    draw,
    expanded_tail,
    percentile_interval,
    two_sided_p,
)
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.medians import Medians

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Resampling:
    """How intervals are drawn: one generator for all of an analysis, replicates, coverage."""

    generator: np.random.Generator
    replicates: int = REPLICATES
    level: float = ESTIMATE_LEVEL

    def __post_init__(self) -> None:
        check_level(self.level)


def crossed_share(
    values: Labels, raters: Labels | None, clusters: Labels, how: Resampling
) -> Estimate:
    """The mean of values in [0, 1] (a share, where they are 0 and 1), in [0, 1].

    `raters` is None where nobody judged (the values are measurements): only clusters are drawn.
    """
    answers = _answers(values, raters, clusters)
    value = float(answers.values.mean())
    if answers.alone:
        return Estimate.without_interval(value, level=how.level, n=answers.n, reason=answers.alone)
    if np.ptp(answers.values) == 0:
        return _all_alike(value, answers.n, answers, how.level)
    draws = _draws(answers, np.arange(answers.items), how)
    totals = ((draws.raters @ answers.sums) * draws.items).sum(1)
    counts = ((draws.raters @ answers.counts) * draws.items).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        replicates = totals / counts
    return _holding(
        percentile_interval(
            value,
            replicates,
            n=answers.n,
            level=how.level,
            drawn=answers.said,
            clusters=answers.scarcer,
        )
    )


def share_of_items(
    values: Labels,
    raters: Labels,
    items: Labels,
    clusters: Labels,
    inside: tuple[float, float],
    how: Resampling,
) -> Estimate:
    """The share of items whose median answer lies within `inside`, both ends included.

    Another estimand than the share of answers: it moves toward 0 or 1. `n` counts items. Few
    answers an item make medians noisy, and drawing raters again makes them noisier: the interval
    is widened to hold the estimate where it would not.
    """
    answers, grouped = Answers.of(values, raters, items), Answers.of(values, raters, clusters)
    medians = Medians.of(answers)
    once = Draws(np.ones((1, answers.raters)), np.ones((1, answers.items)))
    value = float(medians.share_inside(once, inside)[0])
    if grouped.alone:
        reason = grouped.alone
        return Estimate.without_interval(value, level=how.level, n=answers.items, reason=reason)
    draws = _draws(answers, answers.belonging(grouped.item), how)
    found = percentile_interval(
        value,
        medians.share_inside(draws, inside),
        n=answers.items,
        level=how.level,
        drawn=grouped.said,
        clusters=grouped.scarcer,
    )
    if value in {0.0, 1.0}:
        limit = _all_alike(value, answers.items, grouped, how.level)
        if not found.has_interval:
            return limit
        found = replace(
            found,
            low=min(found.low, limit.low),
            high=max(found.high, limit.high),
            method=f"{found.method}; no narrower than the Clopper-Pearson limit",
        )
    return _holding(found)


def crossed_difference(
    values: Labels,
    raters: Labels | None,
    clusters: Labels,
    strata: Labels,
    second: Labels,
    how: Resampling,
) -> tuple[Estimate, float]:
    """Share where `second` is true minus share elsewhere, paired, and its two-sided p.

    Only strata that have answers on both sides are compared; the estimate is undefined where none
    has. Clusters belong to strata: equal labels in two strata are two clusters.
    """
    arm, stratum = flag_column(second, "second"), label_column(strata, "stratum").astype(str)
    kept = np.isin(stratum, list(set(stratum[arm]) & set(stratum[~arm])))
    if not kept.any():
        undefined = Estimate.undefined(level=how.level, n=0, reason="nothing in common to compare")
        return undefined, float("nan")
    who = None if raters is None else label_column(raters, "rater")[kept]
    of = label_column(clusters, "cluster").astype(str)
    nested = [f"{s}|{c}" for s, c in zip(stratum, of, strict=True)]
    answers = _answers(number_column(values)[kept], who, np.asarray(nested)[kept])
    return _difference(answers, stratum[kept], arm[kept], how)


def _difference(
    answers: Answers, stratum: Labels, arm: Mask, how: Resampling
) -> tuple[Estimate, float]:
    sides = [_side(answers, mask) for mask in (~arm, arm)]
    member = _membership(answers, np.asarray(stratum))
    once = Draws(np.ones((1, answers.raters)), np.ones((1, answers.items)))
    value = float(_stratified(sides, member, once)[0])
    if answers.alone:
        reason = answers.alone
        bare = Estimate.without_interval(value, level=how.level, n=answers.n, reason=reason)
        return bare, float("nan")
    draws = _draws(answers, np.arange(answers.items), how)
    replicates = _stratified(sides, member, draws)
    alike = [_deviations(answers, mask, how) for mask in (~arm, arm)]
    replicates = replicates + alike[1] - alike[0]
    found = percentile_interval(
        value,
        replicates,
        n=answers.n,
        level=how.level,
        drawn=f"{answers.said}, paired, by stratum",
        clusters=answers.scarcer,
    )
    p = _p(value, replicates, answers.scarcer) if found.has_interval else float("nan")
    return _holding(found), p


def _p(value: float, replicates: Floats, clusters: int) -> float:
    """Two-sided p by the replicates; where none of them crosses 0, by value / se with t.

    Counting replicates cannot tell 1 in a thousand from 1 in a million, and expanded for eight
    clusters not even from 1 in fifty: many comparisons would bury any effect.
    """
    counted = two_sided_p(replicates, clusters=clusters)
    kept = replicates[np.isfinite(replicates)]
    crossed = bool((kept <= 0).any() and (kept >= 0).any())
    if crossed or not len(kept) or clusters < 2:
        return counted
    se = kept.std(ddof=1) * np.sqrt(clusters / (clusters - 1))
    return min(counted, float(2 * student.sf(abs(value) / se, clusters - 1)))


def _stratified(sides: list[Answers], member: Floats, draws: Draws) -> Floats:
    """[B]: Mantel-Haenszel difference of shares over the strata; `member` is [clusters, strata]."""
    sums, counts = (
        [((draws.raters @ getattr(side, kind)) * draws.items) @ member for side in sides]
        for kind in ("sums", "counts")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.nan_to_num(sums[1] / counts[1] - sums[0] / counts[0])
        weight = np.nan_to_num(counts[0] * counts[1] / (counts[0] + counts[1]))
        return np.asarray((weight * apart).sum(1) / weight.sum(1))


def _deviations(answers: Answers, side: Mask, how: Resampling) -> Floats:
    """[B]: how far a condition whose values are all alike may really lie from them; else 0."""
    values = answers.values[side]
    if np.ptp(values) > 0:
        return np.zeros(how.replicates)
    units = len(np.unique((answers.rater if answers.judged else answers.item)[side]))
    # where the percentiles end, U is 1 - level, and the reach the Clopper-Pearson limit
    ends = norm.isf(expanded_tail(how.level, answers.scarcer))
    normal = how.generator.standard_normal(how.replicates) * norm.isf(1 - how.level) / ends
    reach = 1 - norm.sf(normal) ** (1 / units)
    upward = how.generator.random(how.replicates) < 1 - values[0]
    return np.asarray(reach * np.where(upward, 1 - values[0], -values[0]))


def _answers(values: Labels, raters: Labels | None, clusters: Labels) -> Answers:
    answers = Answers.of(values, raters, clusters)
    wrong = answers.values[(answers.values < 0) | (answers.values > 1)]
    if len(wrong):
        raise BadData(f"A share is made of numbers from 0 to 1; given: {wrong[0]}.")
    return answers


def _side(answers: Answers, mask: Mask) -> Answers:
    """The answers of one condition, with the raters and clusters of both."""
    return replace(
        answers, values=answers.values[mask], rater=answers.rater[mask], item=answers.item[mask]
    )


def _membership(answers: Answers, stratum: Labels) -> Floats:
    """[clusters, strata]: 1 where a cluster is of a stratum."""
    names, codes = np.unique(np.asarray(stratum), return_inverse=True)
    member = np.zeros((answers.items, len(names)))
    member[answers.item, codes] = 1.0
    return member


def _draws(answers: Answers, clusters: Codes, how: Resampling) -> Draws:
    drawn = draw(
        answers.raters, answers.items, how.generator, replicates=how.replicates, clusters=clusters
    )
    return drawn if answers.judged else Draws(np.ones((how.replicates, 1)), drawn.items)


def _all_alike(value: float, n: int, answers: Answers, level: float) -> Estimate:
    units = answers.raters if answers.judged else answers.items
    share = (1 - level) ** (1 / units)
    who = "raters" if answers.judged else "items"
    method = f"all {n} alike: one-sided Clopper-Pearson limit at {units} {who}"
    low, high = share * value, share * value + 1 - share
    return Estimate(value, low, high, float("nan"), level, n, method)


def _holding(estimate: Estimate) -> Estimate:
    """The interval, widened where it does not hold its own estimate."""
    if not estimate.has_interval or estimate.low <= estimate.value <= estimate.high:
        return estimate
    return replace(
        estimate,
        low=min(estimate.low, estimate.value),
        high=max(estimate.high, estimate.value),
        method=f"{estimate.method}; widened to hold the estimate",
    )
