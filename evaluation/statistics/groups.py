"""Artists against the crowd: whether both see the same, and how many of one equal one of the other.

Answers y of raters r to items i in two groups. Products of answers by *different* raters have the
expectations, so that the noise of raters never enters,

    σ²_items(g) = E[y_ri y_si] - E[y_ri y_sj]       both of group g, r ≠ s, i ≠ j
    σ_artists,crowd = E[y_ri y_si] - E[y_ri y_sj]   r an artist, s of the crowd

and r_true = σ_artists,crowd / √(σ²_items(artists) σ²_items(crowd)) is the correlation of true
scores (Spearman 1904), φ(k) = σ²_items / (σ²_items + σ²_rest/k) the dependability of a mean of k
raters (Brennan 2001), in which a rater's leniency counts as error. k crowd raters equal one artist
where

    φ_crowd(k) r_true² = φ_artists(1)

and no k does where r_true² ≤ φ_artists(1): the crowd then agrees on something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Answers, Codes, Floats, Labels, flag_column, label_column
from evaluation.statistics.bootstrap import (
    REPLICATES,
    expanded_tail,
    multinomial_weights,
    percentile_interval,
)
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level


@dataclass(frozen=True)
class Group:
    """What one group's answers are like."""

    raters: int
    mean: Estimate
    reliability: Estimate
    """φ(1): of one rater's answer"""
    item_sd: Estimate
    """standard deviation of true scores"""
    rest_sd: Estimate
    """of a single answer around them: leniency, taste and noise"""


@dataclass(frozen=True)
class ExpertsAndCrowd:
    """Artists beside the crowd, on the items that both judged."""

    true_score_correlation: Estimate
    """may exceed 1 by chance"""
    observed_correlation: Estimate
    """of the two groups' item means: lower, the fewer raters there are"""
    between: Estimate
    """correlation of one expert's answer with one crowd rater's; leniency counts as noise, as it
    does in `reliability`, which is the same between two raters of one group"""
    crowd_per_expert: Estimate
    """crowd raters whose mean tells as much about artists' true scores as one artist; infinite
    where no number does"""
    bias: Estimate
    """mean of artists minus mean of the crowd"""
    groups: Mapping[str, Group]
    """“experts” and “crowd”"""
    items: int
    items_left_out: int
    """items that only one group judged"""

    def __str__(self) -> str:
        return (
            f"true scores correlate by {self.true_score_correlation}; crowd raters per artist:"
            f" {self.crowd_per_expert:.1f}"
        )


def expert_vs_crowd(
    values: Labels,
    raters: Labels,
    items: Labels,
    expert: Labels,
    *,
    generator: np.random.Generator,
    clusters: Labels | None = None,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> ExpertsAndCrowd:
    """Compares answers (a long table) where `expert` [n] is true with the others.

    A rater belongs to one group. Intervals draw raters within their group, and items (or
    `clusters` [n] of items, e.g. artworks) again; pairs of a rater with his own copy are left out.
    Within one condition it compares views of pictures, over several also of treatments.

    Raises BadData where a group has fewer than two raters or no two raters on one item, a rater is
    in both groups or answered an item twice, or fewer than three items were judged by both.
    """
    check_level(level)
    artists, crowd, left_out, cluster = _groups(values, raters, items, expert, clusters)
    once = _Weights(
        np.ones((1, artists.raters)), np.ones((1, crowd.raters)), np.ones((1, artists.items))
    )
    point = _moments(artists, crowd, once)
    drawn = _moments(artists, crowd, _drawn(artists, crowd, cluster, generator, replicates))
    scarcest = min(artists.raters, crowd.raters, int(cluster.max()) + 1)
    noun = "items" if clusters is None else "clusters of items"
    said = f"{artists.raters} experts, {crowd.raters} crowd raters, {int(cluster.max()) + 1} {noun}"
    n = artists.n + crowd.n
    size = max(1.0, *(float(np.abs(side.values).max()) for side in (artists, crowd)))

    def estimated(name: str) -> Estimate:
        found = percentile_interval(
            float(point[name][0]),
            drawn[name],
            n=n,
            level=level,
            drawn=said,
            clusters=scarcest,
            size=size,
        )
        reason = "a group has no true differences between items"
        return found if found.defined else Estimate.undefined(level=level, n=n, reason=reason)

    groups = {
        name: Group(
            side.raters,
            *(estimated(f"{name} {what}") for what in ("mean", "reliability", "items", "rest")),
        )
        for name, side in (("experts", artists), ("crowd", crowd))
    }
    return ExpertsAndCrowd(
        true_score_correlation=estimated("true"),
        observed_correlation=estimated("observed"),
        between=estimated("between"),
        crowd_per_expert=_per_expert(
            float(point["per expert"][0]), drawn["per expert"], n, level, said, scarcest
        ),
        bias=estimated("bias"),
        groups=groups,
        items=artists.items,
        items_left_out=left_out,
    )


@dataclass(frozen=True)
class _Weights:
    """How often each expert, crowd rater and item was drawn: [B, ...] each."""

    experts: Floats
    crowd: Floats
    items: Floats


@dataclass(frozen=True)
class _Sums:
    """Of one group under weights w of raters: [B, I], and per replicate where it says so."""

    centre: float
    total: Floats
    count: Floats
    own: Floats
    """Σ w² y²: pairs of a rater with himself"""
    own_count: Floats
    squares: Floats
    """Σ w y²"""
    own_apart: Floats
    """[B]: Σ w² y_ri y_rj over i ≠ j: one rater's answers to two items"""
    own_apart_count: Floats


def _groups(
    values: Labels, raters: Labels, items: Labels, expert: Labels, clusters: Labels | None
) -> tuple[Answers, Answers, int, Codes]:
    """Both groups' answers to the items that both judged, coded alike; and items' clusters."""
    everything = Answers.of(values, raters, items)
    side = flag_column(expert, "expert")
    label = label_column(items if clusters is None else clusters, "cluster").astype(str)
    if len(side) != everything.n or len(label) != everything.n:
        raise BadData("Mark each answer as an expert's or not, and name a cluster for each.")
    if everything.counts.max() > 1:
        raise BadData("A rater answered the same item twice; leave repeated trials out.")
    mixed = set(everything.rater[side]) & set(everything.rater[~side])
    if mixed:
        name = label_column(raters, "rater")[everything.rater == mixed.pop()][0]
        raise BadData(f"Rater {name} is in both groups; a rater is an expert or is not.")
    both = np.intersect1d(everything.item[side], everything.item[~side])
    kept = np.isin(everything.item, both)
    if len(both) < 3:
        raise BadData(f"{len(both)} items were judged by both groups; at least 3 are needed.")
    code = np.searchsorted(both, everything.item[kept])
    parts = []
    for mine in (side[kept], ~side[kept]):
        who, rater = np.unique(everything.rater[kept][mine], return_inverse=True)
        if len(who) < 2:
            raise BadData("Each group needs at least two raters, or its noise is unknown.")
        numbers = everything.values[kept][mine]
        parts.append(Answers(numbers, rater.ravel(), code[mine], len(who), len(both)))
    of_item = np.empty(len(both), dtype=np.intp)
    of_item[code] = np.unique(label[kept], return_inverse=True)[1].ravel()
    return parts[0], parts[1], everything.items - len(both), of_item


def _drawn(
    artists: Answers,
    crowd: Answers,
    cluster: Codes,
    generator: np.random.Generator,
    replicates: int,
) -> _Weights:
    if replicates < 100:
        raise BadData(f"A bootstrap needs at least 100 replicates; given: {replicates}.")
    return _Weights(
        multinomial_weights(artists.raters, replicates, generator),
        multinomial_weights(crowd.raters, replicates, generator),
        multinomial_weights(int(cluster.max()) + 1, replicates, generator)[:, cluster],
    )


def _sums(answers: Answers, weights: Floats, items: Floats) -> _Sums:
    known = answers.counts
    centre = float(answers.values.mean())
    y = (answers.sums - centre) * known
    squared = weights**2
    return _Sums(
        centre,
        weights @ y,
        weights @ known,
        squared @ y**2,
        squared @ known,
        weights @ y**2,
        (squared * ((items @ y.T) ** 2 - items**2 @ (y**2).T)).sum(1),
        (squared * ((items @ known.T) ** 2 - items**2 @ known.T)).sum(1),
    )


def _moments(artists: Answers, crowd: Answers, drawn: _Weights) -> dict[str, Floats]:
    """Name → [B]."""
    sums = {
        "experts": _sums(artists, drawn.experts, drawn.items),
        "crowd": _sums(crowd, drawn.crowd, drawn.items),
    }
    found: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, s in sums.items():
            found |= {f"{name} {what}": x for what, x in _within(s, drawn.items).items()}
        means = [_item_means(s) for s in sums.values()]
        shared = _covariance(means[0], means[1], drawn.items)
        found["true"] = shared / (found["experts items"] * found["crowd items"])
        spread = [_covariance(each, each, drawn.items) for each in means]
        found["observed"] = shared / np.sqrt(spread[0] * spread[1])
        single = found["experts reliability"] * found["crowd reliability"]
        found["between"] = found["true"] * np.sqrt(single)
        found["bias"] = found["experts mean"] - found["crowd mean"]
        found["per expert"] = _wanted(
            found["true"], found["experts reliability"], found["crowd reliability"]
        )
    return found


def _item_means(s: _Sums) -> Floats:
    """[B, I]; nan where nobody of the group is left."""
    return np.asarray(s.total / np.where(s.count > 0, s.count, np.nan))


def _covariance(a: Floats, b: Floats, items: Floats) -> Floats:
    """[B]: E[y_ri y_si] - E[y_ri y_sj] of item means, unbiased for drawn-again items too."""
    judged = ~(np.isnan(a) | np.isnan(b))
    x, y, weight = np.where(judged, a, 0.0), np.where(judged, b, 0.0), items * judged
    count = weight.sum(1)
    together = (weight * x * y).sum(1)
    others = (weight * x).sum(1) * (weight * y).sum(1) - (weight**2 * x * y).sum(1)
    return np.asarray(together / count - others / (count**2 - (weight**2).sum(1)))


def _within(s: _Sums, items: Floats) -> dict[str, Floats]:
    """Mean, dependability, and the standard deviations of true scores and of the rest."""
    weighted = (items * s.total).sum(1), (items * s.count).sum(1)
    pairs = s.count**2 - s.own_count
    counted = items * (pairs > 0)
    products = (s.total**2 - s.own) / np.where(pairs > 0, pairs, 1.0)
    same = (counted * products).sum(1) / counted.sum(1)
    # other raters' answers to other items: all products, less one item's, less one rater's
    apart = weighted[0] ** 2 - (items**2 * s.total**2).sum(1) - s.own_apart
    apart_count = weighted[1] ** 2 - (items**2 * s.count**2).sum(1) - s.own_apart_count
    true = same - apart / np.where(apart_count > 0, apart_count, np.nan)
    squares = s.squares / np.where(s.count > 0, s.count, 1.0)
    rest = np.maximum((counted * squares).sum(1) / counted.sum(1) - same, 0.0)
    # what rounding leaves of no difference is no difference
    varies = np.where(true > 1e-9 * (same + rest), true, np.nan)
    rest = np.where(rest > 1e-9 * (same + rest), rest, 0.0)
    return {
        "mean": weighted[0] / weighted[1] + s.centre,
        "reliability": np.where(np.isnan(true), np.nan, np.nan_to_num(varies / (varies + rest))),
        "items": np.sqrt(varies),
        "rest": np.sqrt(rest),
    }


def _wanted(r: Floats, one: Floats, crowd: Floats) -> Floats:
    """[B]: k with φ_crowd(k) r² = φ_experts(1); infinite where there is none."""
    room = np.where(r > 0, r**2 - one, -1.0)
    wanted = one / room * (1 - crowd) / crowd
    exact = (crowd == 1) & (np.abs(room) < 1e-9)  # all agree with all: any number is enough
    unknown = np.isnan(r + one + crowd) | exact
    return np.where(unknown, np.nan, np.where(room > 0, wanted, np.inf))


def _per_expert(
    value: float, drawn: Floats, n: int, level: float, said: str, clusters: int
) -> Estimate:
    """A number of raters, whose upper limit may be infinite."""
    kept = drawn[~np.isnan(drawn)]
    if np.isnan(value) or len(kept) < len(drawn) // 2:
        reason = "all raters agree exactly, or a group has no true differences between items"
        return Estimate.undefined(level=level, n=n, reason=reason)
    tail = expanded_tail(level, clusters)
    low, high = (float(np.sort(kept)[int(q * (len(kept) - 1))]) for q in (tail, 1 - tail))
    never = float(np.isinf(kept).mean())
    method = f"percentile of {len(kept)} replicates, drawing {said}"
    if never:
        method += f"; in {never:.0%} of them no number of crowd raters equals one expert"
    if not np.isfinite(value):
        method = f"no number of crowd raters equals one expert: true scores differ; {method}"
    return Estimate(value, low, high, float("nan"), level, n, method)
