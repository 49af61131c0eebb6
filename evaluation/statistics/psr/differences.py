"""Differences of protection success rates between conditions that share raters and artworks.

What raters and artworks share cancels, so two separate intervals must never be compared. Three
questions, three functions: is there a difference (`difference`), is it smaller than what matters
(`equivalence`: two one-sided tests, Schuirmann 1987), is the second not worse by more than that
(`non_inferiority`). “p > 0.05” is no evidence of equality.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.stats import t as student

from evaluation.statistics import mixed
from evaluation.statistics.answers import Answers, Floats, Labels, flag_column, label_column
from evaluation.statistics.bootstrap import REPLICATES
from evaluation.statistics.by_t import ByT, at_level
from evaluation.statistics.clustered import clustered_difference
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.psr.share import is_success, success_range
from evaluation.statistics.shares import Resampling, crossed_difference

DifferenceInterval = Literal["clustered", "bootstrap", "model"]


@dataclass(frozen=True)
class PsrDifference:
    """PSR of the second condition minus PSR of the first."""

    estimate: Estimate
    p: float
    """two-sided, of no difference; nan where there is no interval"""
    freedom: float
    """degrees of freedom of its t"""
    raters: int
    artworks: int
    shared_raters: int
    """raters who answered about both conditions"""
    shared_artworks: int
    resampled: str
    by_t: ByT | None = None
    """what its interval at another level needs; None where that must be computed anew"""

    def __str__(self) -> str:
        return f"{self.estimate:+.1%}"

    def at(self, level: float) -> Estimate | None:
        """The estimate with an interval of another level; None where it must be computed anew."""
        return at_level(self.estimate, self.by_t, level)

    def one_sided(self, bound: float) -> float:
        """p of “the difference is at most `bound`”, by t."""
        if not self.estimate.has_interval:
            return float("nan")
        return float(student.sf((self.estimate.value - bound) / self.estimate.se, self.freedom))


@dataclass(frozen=True)
class Equivalence:
    """Whether two conditions differ by less than a margin that was fixed beforehand."""

    difference: PsrDifference
    """its interval has level 1 - 2 alpha: equivalence is that it lies within the margin"""
    margin: float
    p: float
    """the larger of the two one-sided p-values"""
    alpha: float

    @property
    def equivalent(self) -> bool:
        return self.p < self.alpha

    def __str__(self) -> str:
        if not np.isfinite(self.p):
            return f"equivalence cannot be tested: {self.difference.estimate.method}"
        verdict = "equivalent" if self.equivalent else "not shown to be equivalent"
        return (
            f"{verdict} within ±{self.margin:.1%} (p = {self.p:.3f}): difference "
            f"{self.difference.estimate:+.1%}, {1 - 2 * self.alpha:.0%} interval"
        )


@dataclass(frozen=True)
class NonInferiority:
    """Whether the second condition's PSR is lower by less than a margin, or not lower at all."""

    difference: PsrDifference
    """its interval has level 1 - 2 alpha; the lower end is the one that counts"""
    margin: float
    p: float
    alpha: float

    @property
    def non_inferior(self) -> bool:
        return self.p < self.alpha

    def __str__(self) -> str:
        if not np.isfinite(self.p):
            return f"non-inferiority cannot be tested: {self.difference.estimate.method}"
        verdict = "not inferior" if self.non_inferior else "not shown to be non-inferior"
        return (
            f"{verdict} by more than {self.margin:.1%} (p = {self.p:.3f}): difference "
            f"{self.difference.estimate:+.1%}, {1 - 2 * self.alpha:.0%} interval"
        )


def difference(
    values: Labels,
    raters: Labels,
    artworks: Labels,
    second: Labels,
    *,
    success: Sequence[float] = (1, 1),
    strata: Labels | None = None,
    interval: DifferenceInterval = "clustered",
    generator: np.random.Generator | None = None,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> PsrDifference:
    """PSR where `second` is true minus PSR elsewhere, on shared raters and artworks.

    values, raters, artworks, second  columns of equal length: answers, labels, and True for answers
            about the second condition. Equal labels of artworks pair their pictures.
    strata  one label an answer (the painter): the difference is taken within each and averaged with
            weights n1 n2 / (n1 + n2) (Mantel and Haenszel), so that conditions with unequal numbers
            of answers about easy and hard painters are not confounded with them. Painters whom one
            condition lacks are left out. In the model they are a further random effect.
    interval  `clustered` (default): two-way clustered, t(min(raters, artworks) - 1); a condition
            whose answers are all alike enters with the width of its Clopper-Pearson limit.
            `bootstrap`: crossed, needs a `generator`. `model`: logistic mixed model with rater,
            artwork, artwork:condition and rater:condition, averaged over all of them.

    Other arguments as for `protection_success_rate`.
    """
    check_level(level)
    inside = success_range(success)
    answers = Answers.of(values, raters, artworks)
    arm = flag_column(second, "second")
    if len(arm) != answers.n or arm.all() or not arm.any():
        raise BadData("A difference needs answers about both conditions, marked one by one.")
    if strata is not None:
        strata = _checked(strata, answers.n)
        if not set(strata[arm]) & set(strata[~arm]):
            return _nothing_in_common(answers, level)
    hits, freedom = is_success(answers.values, inside), answers.scarcer - 1
    by_t: ByT | None = None
    if interval == "clustered":
        found = clustered_difference(
            hits, raters, artworks, arm, strata=strata, bounds=(0.0, 1.0), level=level
        )
        estimate, p, by_t = found.estimate, found.p, found.by_t
        said = "raters and artworks are both samples"
        freedom = min(found.raters, found.items) - 1
    elif interval == "bootstrap":
        if generator is None:
            raise BadData("A bootstrap needs a generator, e.g. numpy.random.default_rng(1).")
        how = Resampling(generator, replicates, level)
        of = np.zeros(answers.n, dtype=int) if strata is None else strata
        estimate, p = crossed_difference(hits, raters, artworks, of, arm, how)
        said = "raters and artworks drawn again, the same draws for both conditions"
    elif interval == "model":
        estimate, p, said, by_t = _by_model(hits, answers, arm, strata, level)
    else:
        raise BadData(f"interval is clustered, bootstrap or model; given: {interval!r}.")
    return PsrDifference(
        estimate=estimate,
        p=p,
        freedom=freedom,
        raters=answers.raters,
        artworks=answers.items,
        shared_raters=_shared(answers.rater, arm),
        shared_artworks=_shared(answers.item, arm),
        resampled=said,
        by_t=by_t,
    )


def equivalence(
    values: Labels,
    raters: Labels,
    artworks: Labels,
    second: Labels,
    *,
    margin: float,
    alpha: float = 0.05,
    **options: Any,
) -> Equivalence:
    """Two one-sided tests that the difference lies within ±`margin` (a share, e.g. 0.05).

    The margin is fixed before the data are seen and says what difference would not matter. Other
    arguments as for `difference`, but `level`, which is 1 - 2 `alpha`.
    """
    _check_margin(margin, alpha)
    found = difference(values, raters, artworks, second, level=1 - 2 * alpha, **options)
    p = max(found.one_sided(-margin), 1 - found.one_sided(margin))
    return Equivalence(found, margin, p, alpha)


def non_inferiority(
    values: Labels,
    raters: Labels,
    artworks: Labels,
    second: Labels,
    *,
    margin: float,
    alpha: float = 0.05,
    **options: Any,
) -> NonInferiority:
    """One-sided test that the second PSR is not lower than the first by `margin` or more.

    Arguments as for `equivalence`.
    """
    _check_margin(margin, alpha)
    found = difference(values, raters, artworks, second, level=1 - 2 * alpha, **options)
    return NonInferiority(found, margin, found.one_sided(-margin), alpha)


def _checked(strata: Labels, n: int) -> NDArray[Any]:
    found = label_column(strata, "stratum")
    if len(found) != n:
        raise BadData(f"There are {n} answers and {len(found)} strata; give one each.")
    return found


def _nothing_in_common(answers: Answers, level: float) -> PsrDifference:
    estimate = Estimate.undefined(level=level, n=0, reason="nothing in common to compare")
    nan = float("nan")
    return PsrDifference(estimate, nan, nan, answers.raters, answers.items, 0, 0, "nothing")


def _by_model(
    hits: Floats, answers: Answers, arm: NDArray[np.bool_], strata: Labels | None, level: float
) -> tuple[Estimate, float, str, ByT | None]:
    if min(np.ptp(hits[arm]), np.ptp(hits[~arm])) == 0:
        reason = "a condition's answers are all alike, so its effect in a model is infinite; take "
        reason += "the clustered interval"
        undefined = Estimate.undefined(level=level, n=answers.n, reason=reason)
        return undefined, float("nan"), "nothing", None
    data = DataFrame(
        {
            "hit": hits,
            "second": arm.astype(np.float64),
            "rater": answers.rater,
            "artwork": answers.item,
            "condition": arm.astype(int),
        }
    )
    groups: list[str | tuple[str, ...]] = ["rater", "artwork"]
    if _shared(answers.item, arm):  # else the artworks themselves are nested in conditions
        groups.append(("artwork", "condition"))
    if _shared(answers.rater, arm):
        groups.append(("rater", "condition"))
    if strata is not None:
        data["stratum"] = np.asarray(strata).astype(str)
        if 1 < _levels(data, "stratum") < answers.items:  # else one, or the artworks themselves
            groups.append("stratum")
    usable = [group for group in groups if _levels(data, group) < answers.n]
    said = "random effects of " + ", ".join(
        group if isinstance(group, str) else ":".join(group) for group in usable
    )
    try:
        fit = mixed.logit(data, "hit", "second", usable, level=level)
    except BadData as error:
        raw = float(hits[arm].mean() - hits[~arm].mean())
        bare = Estimate.without_interval(raw, level=level, n=answers.n, reason=str(error))
        return bare, float("nan"), said, None
    if not fit.converged:
        return next(iter(fit.coefficients.values())), float("nan"), said, None
    ends = [fit.share_and_slope(np.array([[1.0, side]])) for side in (0.0, 1.0)]
    value, slope = ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]
    se = float(np.sqrt(slope @ fit.covariance.to_numpy() @ slope))
    by_t = ByT(min(answers.raters, answers.items) - 1, 1.0)
    method = f"logistic mixed model, {said}, averaged over them, t({by_t.freedom})"
    estimate = by_t.estimate(value, se, level=level, n=answers.n, method=method)
    return estimate, by_t.p(value, se), said, by_t


def _levels(data: DataFrame, group: str | tuple[str, ...]) -> int:
    columns = [group] if isinstance(group, str) else list(group)
    return len(data[columns].drop_duplicates())


def _shared(codes: NDArray[np.intp], arm: NDArray[np.bool_]) -> int:
    return len(np.intersect1d(codes[arm], codes[~arm]))


def _check_margin(margin: float, alpha: float) -> None:
    if not 0 < margin < 1:
        raise BadData(f"A margin is a share between 0 and 1, e.g. 0.05; given: {margin}.")
    if not 0 < alpha < 0.5:
        raise BadData(f"alpha lies between 0 and 0.5; given: {alpha}.")
