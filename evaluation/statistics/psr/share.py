"""The protection success rate: how often raters judge a mimicry unsuccessful.

    PSR = k / n, the share of answers at the points that count as success of the protection
    PSR by artworks = the share of artworks whose median answer lies at those points

(Shan et al. 2023, arXiv:2302.04222: the share of answers at the two lowest of five points.) They
are two estimands: the second lies nearer to 0 or 1. Raters and artworks are both samples: 1,200
answers of 30 raters to 40 artworks may be worth 100 independent ones; the design effect tells.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pandas import DataFrame
from scipy.stats import beta

from evaluation.statistics import mixed
from evaluation.statistics.answers import Answers, Floats, Labels
from evaluation.statistics.bootstrap import REPLICATES
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.psr.artworks import share_of_artworks
from evaluation.statistics.shares import Resampling, crossed_share, share_of_items

Interval = Literal["clustered", "bootstrap", "model", "independent"]
RESAMPLED = {
    "clustered": "raters and artworks are both samples (closed form); answers are not",
    "bootstrap": "raters and artworks drawn again, answers never",
    "model": "raters and artworks are random effects, averaged over",
    "independent": "nothing: every answer is taken for an independent one",
}


class IndependenceWarning(UserWarning):
    """An interval takes crossed answers for independent ones and is far too narrow."""


@dataclass(frozen=True)
class ProtectionSuccess:
    """A protection success rate in both units, and what it rests on."""

    answers: Estimate
    """share of answers"""
    artworks: Estimate
    """share of artworks, by the median of as many answers as they have here: medians of few answers
    are noisy, so this lies nearer to one half than the medians of many raters would"""
    k: int
    """answers that count as success"""
    n: int
    """answers"""
    raters: int
    artwork_count: int
    success: tuple[float, float]
    """first and last point that counts"""
    design_effect: float
    """variance over that of n independent answers; nan where all answers are alike"""
    resampled: str
    """what the interval takes for a sample"""

    @property
    def effective_n(self) -> float:
        """How many independent answers would tell as much."""
        return self.n / self.design_effect if self.design_effect > 0 else float("nan")

    def __str__(self) -> str:
        return f"{self.answers:.1%} of answers, {self.artworks:.1%} of artworks"


def protection_success_rate(
    values: Labels,
    raters: Labels,
    artworks: Labels,
    *,
    success: Sequence[float] = (1, 1),
    clusters: Labels | None = None,
    interval: Interval = "clustered",
    generator: np.random.Generator | None = None,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> ProtectionSuccess:
    """PSR of one condition, by answers and by artworks.

    values, raters, artworks  columns of equal length: answers (points of a scale, or yes and no),
            and any labels. One condition only; give the clean arm beside it (`psr.compare`).
    success  first and last point of the scale that count as success of the protection, fixed
            beforehand: (1, 2) of “how successful is the mimicry?”; (1, 1) suits yes and no.
    clusters  one label an answer, the same for all about an artwork (its painter, say): what is a
            sample beside raters, where artworks are not drawn one by one.
    interval  `clustered` (default): two-way clustered on the logit, t(min(raters, artworks) - 1);
            `bootstrap`: crossed, conservative in sparse tables, needs a `generator`;
            `model`: logistic mixed model, averaged over raters and artworks;
            `independent`: Clopper-Pearson, WRONG for crossed answers, with a warning.

    All answers alike (k = 0 or k = n): the one-sided Clopper-Pearson limit at the number of raters
    (of artworks, for the share of artworks). One rater or one artwork: no interval. Raises BadData
    for missing values or a `success` that is no range.

    >>> values, raters, artworks = [1, 2, 5, 1, 4, 2], list("aabbcc"), [1, 2] * 3
    >>> found = protection_success_rate(values, raters, artworks, success=(1, 2))
    >>> f"{found.k} of {found.n}, {found.answers.value:.2f}"
    '4 of 6, 0.67'
    """
    check_level(level)
    inside = success_range(success)
    answers = Answers.of(values, raters, artworks)
    hits = is_success(answers.values, inside)
    drawn = artworks if clusters is None else clusters
    grouped = Answers.of(hits, raters, drawn)
    clustered = clustered_share(hits, raters, drawn, level=level)
    how = _resampling(interval, generator, replicates, level)
    if np.ptp(hits) == 0 or grouped.alone:
        of_answers = clustered.estimate  # the limit, or the sentence that says why there is none
    elif interval == "bootstrap":
        assert how is not None
        of_answers = crossed_share(hits, raters, drawn, how)
    elif interval == "model":
        of_answers = _by_model(grouped, level)
    elif interval == "independent":
        of_answers = _independent(hits, clustered.design_effect, level)
    else:
        of_answers = clustered.estimate
    return ProtectionSuccess(
        answers=of_answers,
        artworks=share_of_artworks(answers, answers.belonging(grouped.item), inside, level)
        if how is None
        else share_of_items(answers.values, raters, artworks, drawn, inside, how),
        k=int(hits.sum()),
        n=answers.n,
        raters=answers.raters,
        artwork_count=answers.items,
        success=inside,
        design_effect=clustered.design_effect if np.ptp(hits) > 0 else float("nan"),
        resampled=RESAMPLED[interval],
    )


def success_range(success: Sequence[float]) -> tuple[float, float]:
    """First and last point that count, checked."""
    if len(success) != 2 or not success[0] <= success[1]:
        raise BadData(
            "success is the first and the last point that count as success of the protection, "
            f"e.g. (1, 2); given: {tuple(success)}."
        )
    return float(success[0]), float(success[1])


def is_success(values: Floats, inside: tuple[float, float]) -> Floats:
    """1 where an answer counts as success of the protection, else 0."""
    return ((values >= inside[0]) & (values <= inside[1])).astype(np.float64)


def _resampling(
    interval: str, generator: np.random.Generator | None, replicates: int, level: float
) -> Resampling | None:
    if interval not in RESAMPLED:
        raise BadData(f"interval is one of {', '.join(RESAMPLED)}; given: {interval!r}.")
    if interval != "bootstrap":
        return None
    if generator is None:
        raise BadData("A bootstrap needs a generator, e.g. numpy.random.default_rng(1).")
    return Resampling(generator, replicates, level)


def _by_model(hits: Answers, level: float) -> Estimate:
    """The population share of a logistic mixed model with raters and artworks."""
    data = DataFrame({"hit": hits.values, "rater": hits.rater, "artwork": hits.item})
    groups = [
        name for name, size in (("rater", hits.raters), ("artwork", hits.items)) if size < hits.n
    ]
    try:
        fit = mixed.logit(data, "hit", "1", groups, level=level)
    except BadData as error:
        raw = float(hits.values.mean())
        return Estimate.without_interval(raw, level=level, n=hits.n, reason=str(error))
    freedom = hits.scarcer - 1
    return fit.population(level=level, freedom=freedom)["all"]


def _independent(hits: Floats, design_effect: float, level: float) -> Estimate:
    """Clopper and Pearson 1934, as if no rater and no artwork came twice."""
    n, k, tail = len(hits), float(hits.sum()), (1 - level) / 2
    said = (
        "WARNING: Clopper-Pearson, as if the answers were independent; raters and artworks repeat, "
        f"and the true variance is about {design_effect:.1f} times as large"
    )
    warnings.warn(said.removeprefix("WARNING: "), IndependenceWarning, stacklevel=3)
    low, high = float(beta.ppf(tail, k, n - k + 1)), float(beta.ppf(1 - tail, k + 1, n - k))
    share = k / n
    return Estimate(share, low, high, float(np.sqrt(share * (1 - share) / n)), level, n, said)
