"""What a metric sees of two attributes of pictures that people rate, such as style and quality.

The means of few answers are noisy, and noise makes whatever goes with them look weaker: a metric
would be called blind for the raters' sake. So the attributes are freed of that noise by moments
(Fuller 1987, “Measurement Error Models”, section 2.2). Of items' scores, each the mean answer less
the rater's leniency (additive model of raters and items), centred within strata,

    Σ = S - mean of Ω / k_i                                            (S: their covariance)

with Ω the covariance of one rater's residuals about an item, from questions that the same rater
answered about the same item, and k_i the raters of item i. Then

    β = Σ_xx⁻¹ Σ_xy, standardised         partial r from Σ⁻¹          shares of R²: LMG, two orders

The interval is the two-way jackknife's: raters and clusters of items (artworks, painters) are left
out one by one, v = (R-1)/R Σ(θ_(r) - θ̄)² + (C-1)/C Σ(θ_(c) - θ̄)², t with min(R, C) - 1 degrees of
freedom. What single answers add is in both terms, so v is too large rather than too small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Codes, Floats, Labels, floats, label_codes
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

TOST = 0.90
"""Level of the interval that two one-sided tests of 5 % each are read from."""
LEAST = 0.1
"""Share of the variance of items' scores that must not be noise for anything to be corrected."""
TIED = 0.95
"""Two attributes that correlate more are one: what each does beside the other cannot be told."""


@dataclass(frozen=True)
class Seen:
    """How one target, a metric or a further question, goes with attributes a and b."""

    slope: tuple[Estimate, Estimate]
    """of a given b, and of b given a: standard deviations of the target for one of the attribute,
    freed of the raters' noise"""
    equivalence: tuple[Estimate, Estimate]
    """the same with the interval of two one-sided tests at 5 % (level 0.90)"""
    raw: tuple[Estimate, Estimate]
    """the same slopes, not freed of noise: nearer to 0"""
    partial: tuple[Estimate, Estimate]
    """correlation with a given b, and with b given a, freed of noise, so that it may exceed 1"""
    share: tuple[Estimate, Estimate]
    """of the target's variance: what a and b explain, averaged over both orders (LMG)"""
    partial_success: Estimate | None
    """correlation with the further question given b; None without one, and for itself"""


@dataclass(frozen=True)
class Attributes:
    """Targets by name, and what the attributes are worth as measured."""

    targets: Mapping[str, Seen]
    reliability: tuple[Estimate, Estimate]
    """of items' scores on a and b: the share of their variance that is not noise"""
    between: Estimate
    """correlation of a and b, freed of noise"""
    raters: int
    items: int
    clusters: int
    problem: str
    """why nothing could be freed of noise; empty where it could"""


@dataclass(frozen=True)
class _Table:
    """Answers as matrices: everything is a function of which raters and items are kept."""

    sums: Floats
    """[R, I, H]"""
    counts: Floats
    """[R, I]"""
    metrics: Floats
    """[I, K]"""
    stratum: Codes
    """[I]"""
    cluster: Codes
    """[I]"""

    def less(self, *, rater: int | None = None, cluster: int | None = None) -> "_Table":
        people = np.arange(len(self.counts)) != (-1 if rater is None else rater)
        kept = np.ones(len(self.cluster), bool) if cluster is None else self.cluster != cluster
        counts = self.counts[people][:, kept]
        seen = counts.sum(0) > 0
        return _Table(
            self.sums[people][:, kept][:, seen],
            counts[:, seen],
            self.metrics[kept][seen],
            self.stratum[kept][seen],
            self.cluster[kept][seen],
        )


def attributes(
    answers: Mapping[str, Labels],
    raters: Labels,
    items: Labels,
    metrics: Mapping[str, Labels],
    *,
    clusters: Labels,
    strata: Labels | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Attributes:
    """How each metric goes with the first two questions; columns [n], one row a rater and item.

    answers   two questions, a and b, or three: the third (success) is a target as well
    metrics   name → the metric of the row's item
    clusters  what is drawn with an item: its artwork, or its painter
    strata    within which everything is compared (the painter); all together when left out

    Raises BadData where columns differ in length, a value is missing, a rater answered about one
    item twice, an item has two values of a metric, or there are fewer than three clusters.
    """
    check_level(level)
    names = [*answers, *metrics]
    if len(answers) not in (2, 3):
        raise BadData(f"Two attributes are compared, with or without success; given: {names}.")
    table = _table(answers, raters, items, metrics, clusters, strata)
    people, groups = len(table.counts), int(table.cluster.max()) + 1
    if min(people, groups) < 3:
        raise BadData(
            f"{people} raters and {groups} artworks (or painters) say too little about others:"
            " three of each are the fewest."
        )
    targets = [*list(answers)[2:], *metrics]
    whole = _statistics(table, len(answers))
    parts = (
        np.stack([_statistics(table.less(rater=r), len(answers)) for r in range(people)]),
        np.stack([_statistics(table.less(cluster=c), len(answers)) for c in range(groups)]),
    )
    error = np.sqrt(sum(_spread(part) for part in parts))
    make = _Maker(whole, error, min(people, groups) - 1, level, table.counts.shape[1], parts)
    return Attributes(
        {name: _seen(make, k, len(answers) == 3) for k, name in enumerate(targets)},
        (make.at(0), make.at(1)),
        make.at(2, (-1.0, 1.0)),
        people,
        table.counts.shape[1],
        groups,
        _problem(whole),
    )


HEAD, EACH = 3, 9
"""Numbers that all targets share, and numbers a target."""


@dataclass(frozen=True)
class _Maker:
    """Estimates from numbers and their errors."""

    values: Floats
    errors: Floats
    freedom: int
    level: float
    n: int
    parts: tuple[Floats, Floats]

    def at(
        self, k: int, bounds: tuple[float, float] = (-np.inf, np.inf), level: float | None = None
    ) -> Estimate:
        level = self.level if level is None else level
        value, error = float(self.values[k]), float(self.errors[k])
        if not np.isfinite(value):
            reason = _problem(self.values) or "the target does not vary"
            return Estimate.undefined(level=level, n=self.n, reason=reason)
        if not np.isfinite(error) or error == 0:
            reason = "without one rater or artwork there is nothing left to compute it from"
            return Estimate.without_interval(value, level=level, n=self.n, reason=reason)
        half = error * float(student.ppf((1 + level) / 2, self.freedom))
        low, high = max(value - half, bounds[0]), min(value + half, bounds[1])
        people, groups = (len(part) for part in self.parts)
        method = f"two-way jackknife ({people} raters and {groups} clusters), t({self.freedom})"
        return Estimate(value, min(low, value), max(high, value), error, level, self.n, method)


def _seen(make: _Maker, target: int, success: bool) -> Seen:
    at = HEAD + EACH * target
    itself = success and target == 0
    return Seen(
        slope=(make.at(at), make.at(at + 1)),
        equivalence=(make.at(at, level=TOST), make.at(at + 1, level=TOST)),
        raw=(make.at(at + 2), make.at(at + 3)),
        partial=(make.at(at + 4), make.at(at + 5)),
        share=(make.at(at + 6, (0.0, 1.0)), make.at(at + 7, (0.0, 1.0))),
        partial_success=make.at(at + 8) if success and not itself else None,
    )


def _table(
    answers: Mapping[str, Labels],
    raters: Labels,
    items: Labels,
    metrics: Mapping[str, Labels],
    clusters: Labels,
    strata: Labels | None,
) -> _Table:
    coded = [Answers.of(values, raters, items) for values in answers.values()]
    first = coded[0]
    counts = np.zeros((first.raters, first.items))
    np.add.at(counts, (first.rater, first.item), 1.0)
    if counts.max() > 1:
        raise BadData("A rater answered about one item twice: keep the first answer.")
    sums = np.zeros((first.raters, first.items, len(coded)))
    for h, each in enumerate(coded):
        sums[first.rater, first.item, h] = each.values
    columns = [_of_items(values, first, name) for name, values in metrics.items()]
    measured = np.stack(columns, 1) if columns else np.zeros((first.items, 0))
    groups = [_codes_of_items(labels, first) for labels in (clusters, strata)]
    return _Table(sums, counts, measured, groups[1], groups[0])


def _of_items(values: Labels, answers: Answers, name: str) -> Floats:
    rows = floats(values, f"{name}: row")
    if len(rows) != answers.n or not np.isfinite(rows).all():
        raise BadData(f"{name} has no finite value for some answers: leave those items out.")
    found = np.zeros(answers.items)
    found[answers.item] = rows
    if not np.allclose(found[answers.item], rows):
        raise BadData(f"{name} has two values for one item.")
    return found


def _codes_of_items(labels: Labels | None, answers: Answers) -> Codes:
    found = np.zeros(answers.items, np.intp)
    if labels is not None:
        found[answers.item] = label_codes(np.asarray(labels))[0]
    return found


def _statistics(table: _Table, asked: int) -> Floats:
    """All numbers of one table: reliabilities, correlation of a and b, then `EACH` a target."""
    scores, noise = _scores(table)
    k = table.counts.sum(0)
    values = np.concatenate([scores, table.metrics], 1)
    centred, per_item = _centred(values, table.stratum)
    freedom = max(per_item.sum(), 1e-9)
    observed = centred.T @ centred / freedom
    error = np.zeros_like(observed)
    error[:asked, :asked] = noise * float((per_item / k).sum() / freedom)
    true = observed - error
    variance = np.diag(observed)
    with np.errstate(invalid="ignore", divide="ignore"):
        reliable = np.diag(true)[:2] / variance[:2]
        between = true[0, 1] / np.sqrt(true[0, 0] * true[1, 1])
    usable = bool((reliable > LEAST).all()) and abs(between) < TIED
    head = np.array([*reliable, between])
    targets = range(2, len(observed))
    rows = [_of_target(observed, true, target, asked, usable) for target in targets]
    found = np.concatenate([head, *rows])
    return np.asarray(np.where(np.isfinite(found), found, np.nan))


def _of_target(observed: Floats, true: Floats, target: int, asked: int, usable: bool) -> Floats:
    chosen = [0, 1, target]
    r, raw = _correlations(true[np.ix_(chosen, chosen)]), observed[np.ix_(chosen, chosen)]
    found = np.full(EACH, np.nan)
    scaled = _correlations(raw)
    if np.isfinite(scaled).all() and abs(scaled[0, 1]) < 1 - 1e-9:
        found[2:4] = _slopes(scaled)
    if not usable or not np.isfinite(r).all():
        return found
    found[0:2] = _slopes(r)
    ra, rb, ab = r[0, 2], r[1, 2], r[0, 1]
    rest = np.sqrt(np.maximum(np.array([1 - rb**2, 1 - ra**2]) * (1 - ab**2), 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found[4:6] = np.array([ra - rb * ab, rb - ra * ab]) / rest
    both = float(found[0:2] @ r[:2, 2])
    found[6:8] = ((ra**2 + both - rb**2) / 2, (rb**2 + both - ra**2) / 2)
    if asked == 3 and target != 2:
        found[8] = _given(_correlations(true[np.ix_([1, 2, target], [1, 2, target])]))
    return found


def _slopes(r: Floats) -> Floats:
    return np.asarray(np.linalg.solve(r[:2, :2], r[:2, 2]))


def _given(r: Floats) -> float:
    """Correlation of the second and third given the first; nan where the first says it all."""
    spread = (1 - r[0, 1] ** 2) * (1 - r[0, 2] ** 2)
    return float((r[1, 2] - r[0, 1] * r[0, 2]) / np.sqrt(spread)) if spread > 1e-6 else float("nan")


def _correlations(covariance: Floats) -> Floats:
    spread = np.diag(covariance)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.where(spread > 0, np.sqrt(np.maximum(spread, 0)), np.nan)
        return np.asarray(covariance / deviation / deviation[:, None])


def _scores(table: _Table) -> tuple[Floats, Floats]:
    """[I, H] items' scores less leniency, and [H, H] covariance of one rater's residuals."""
    counts, sums = table.counts, table.sums
    per_item, per_rater = counts.sum(0), counts.sum(1)
    shared = counts / per_item
    mean = sums.sum(0) / per_item[:, None]
    left = np.diag(per_rater) - shared @ counts.T
    right = sums.sum(1) - counts @ mean
    leniency = np.linalg.lstsq(left, right, rcond=None)[0]
    leniency -= (per_rater @ leniency) / per_rater.sum()
    scores = mean - shared.T @ leniency
    residual = sums - counts[:, :, None] * (scores[None] + leniency[:, None])
    freedom = counts.sum() - len(per_item) - max(int(np.linalg.matrix_rank(left)), 0)
    flat = residual.reshape(-1, residual.shape[2])
    noise = flat.T @ flat / freedom if freedom > 0 else np.full((flat.shape[1],) * 2, np.nan)
    return scores, np.asarray(noise)


def _centred(values: Floats, stratum: Codes) -> tuple[Floats, Floats]:
    """Values less the mean of their stratum, and [I] the share of an item's variance that stays."""
    size = np.bincount(stratum).astype(np.float64)
    means = np.stack([np.bincount(stratum, column) for column in values.T], 1)
    kept = 1 - 1 / size[stratum]
    return values - (means / np.maximum(size, 1)[:, None])[stratum], np.asarray(kept)


def _spread(parts: Floats) -> Floats:
    n = len(parts)
    return np.asarray((n - 1) / n * ((parts - parts.mean(0)) ** 2).sum(0))


def _problem(values: Sequence[float] | Floats) -> str:
    reliable, between = values[:2], values[2]
    if not np.isfinite(reliable).all():
        return "no item has enough answers to tell raters' noise from differences of items"
    if min(reliable) <= LEAST:
        return "the raters' answers are nearly all noise: items hardly differ beyond it"
    if not abs(between) < TIED:
        return "both attributes were rated so alike that what each does cannot be told apart"
    return ""
