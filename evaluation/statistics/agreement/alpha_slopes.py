"""How alpha moves with the weight of each answer: what its closed-form interval is made of.

Alpha is 1 - N/D with N = Σ δ² over pairs within items and D = Σ n_c n_k δ²_ck/(n - 1). One answer's
weight changes the pairs of its item, hence the margins n_c, and by them the distances of ordinal
data. All of it is linear in the change of the margins, so a few passes over the answers suffice.
"""

import numpy as np

from evaluation.statistics.agreement.coincidences import Coded, Counted, Level
from evaluation.statistics.answers import Floats


def alpha_slopes(coded: Coded, measurement: Level) -> Floats:
    """[n, 1 + S]: slope of alpha (all strata together, then each) by each answer's weight."""
    counted = Counted.of(coded, np.ones((1, coded.raters)), np.ones((1, coded.items)))
    margins = counted.margins[0]
    observed, expected = (
        _observed(coded, counted, measurement),
        _expected(coded, counted, measurement),
    )
    apart = (counted.scale * counted.apart(measurement)) @ coded.member
    chance = counted.expected(measurement) / (margins.sum(1) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = -observed / chance + expected * apart / chance**2
        n, d = apart.sum(), chance.sum()
        together = -observed.sum(1) / d + expected.sum(1) * n / d**2
        return np.asarray(np.column_stack([together, each])[coded.spot])


def _observed(coded: Coded, counted: Counted, measurement: Level) -> Floats:
    """[P, S]: slope of the disagreement within items."""
    size, item = counted.size[0], coded.item_of
    m = size[item]
    distance = _to_item(coded, counted, measurement)
    within = np.add.reduceat(counted.counts[0] * distance, coded.starts)
    local = 2 * distance / (m - 1) - within[item] / (m * (m - 1))
    slopes = local[:, None] * coded.member[item]
    places = coded.places(counted.margins, measurement)
    if measurement != "ordinal" or places is None:
        return np.asarray(slopes)
    # the distances move too: Σ o_ck 2 (x_c - x_k)(dx_c - dx_k) = 4 Σ_c dx_c Σ_k o_ck (x_c - x_k)
    x = places[0][coded.value_of]
    count = counted.counts[0]
    mean = np.add.reduceat(count * x, coded.starts) / size
    pull = coded.by_value((count * m * (x - mean[item]) / (m - 1))[None])[0]
    return np.asarray(slopes + _margin_slopes(coded, counted, _by_rank(4 * pull)))


def _expected(coded: Coded, counted: Counted, measurement: Level) -> Floats:
    """[P, S]: slope of Σ n_c n_k δ²_ck/(n - 1)."""
    margins = counted.margins[0]
    total = margins.sum(1, keepdims=True)
    distance = _to_all(coded, counted, measurement)
    direct = _margin_slopes(coded, counted, 2 * distance / (total - 1))
    direct -= counted.expected(measurement)[0] / (total[:, 0] - 1) ** 2
    slopes = direct * coded.member[coded.item_of]
    places = coded.places(counted.margins, measurement)
    if measurement != "ordinal" or places is None:
        return np.asarray(slopes)
    x = places[0]
    pull = margins * (total * x - (margins * x).sum(1, keepdims=True)) / (total - 1)
    return np.asarray(slopes + _margin_slopes(coded, counted, _by_rank(4 * pull)))


def _margin_slopes(coded: Coded, counted: Counted, weights: Floats) -> Floats:
    """[P, S]: Σ_c weights_sc dn_c, the margins' slopes by an answer's weight.

    dn_c = [c is its value] (m - 2)/(m - 1) + count_c / (m (m - 1)) for the m answers to its item.
    """
    m = counted.size[0][coded.item_of][:, None]
    own = weights[:, coded.value_of].T
    of_item = np.add.reduceat(counted.counts[0][:, None] * own, coded.starts, axis=0)
    return np.asarray(own * (m - 2) / (m - 1) + of_item[coded.item_of] / (m * (m - 1)))


def _by_rank(pull: Floats) -> Floats:
    """[S, V]: Σ_c pull_c dx_c as weights of dn_k; x_c = Σ_{k ≤ c} n_k - n_c/2, less a constant."""
    reverse = np.cumsum(pull[:, ::-1], 1)[:, ::-1]
    return np.asarray(reverse - pull / 2)


def _to_item(coded: Coded, counted: Counted, measurement: Level) -> Floats:
    """[P]: Σ δ² from a spot to all answers to its item."""
    count, size, item = counted.counts[0], counted.size[0], coded.item_of
    if measurement == "nominal":
        return np.asarray(size[item] - count)
    places = coded.places(counted.margins, measurement)
    if places is None:
        return np.asarray(coded.spot_ratios @ count)
    x = places[0][coded.value_of]
    mean = np.add.reduceat(count * x, coded.starts) / size
    spread = np.add.reduceat(count * (x - mean[item]) ** 2, coded.starts)
    return np.asarray(size[item] * (x - mean[item]) ** 2 + spread[item])


def _to_all(coded: Coded, counted: Counted, measurement: Level) -> Floats:
    """[S, V]: Σ_k n_k δ²_ck within each stratum."""
    margins = counted.margins[0]
    total = margins.sum(1, keepdims=True)
    if measurement == "nominal":
        return np.asarray(total - margins)
    places = coded.places(counted.margins, measurement)
    if places is None:
        return np.asarray(margins @ coded.ratios)
    x = places[0]
    mean = (margins * x).sum(1, keepdims=True) / total
    spread = (margins * (x - mean) ** 2).sum(1, keepdims=True)
    return np.asarray(total * (x - mean) ** 2 + spread)
