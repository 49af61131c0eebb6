"""Power by simulation: the planned study is drawn many times and analysed as it will be."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.power.design import Design
from evaluation.statistics.power.questions import Question
from evaluation.statistics.power.running import Job, Outcomes, Workers
from evaluation.statistics.power.truth import Truth

FEWEST_STUDIES = 20
_TOO_OFTEN = 0.08  # a nominal 5 % test that errs more often is not to be trusted
_NULL_SEED = 1  # apart from those of the studies themselves


@dataclass(frozen=True)
class Power:
    """How often a planned study says “yes”, rightly and wrongly, and how precisely it says it.

    Intervals are of the simulation alone: more studies narrow them. What the assumed truth is worth
    they do not say.
    """

    power: Estimate
    """share of studies that say yes; those without an answer count as no"""
    error: Estimate
    """share that say yes where that is wrong; undefined for questions of precision"""
    half_width: Estimate
    """mean half width of the question's interval"""
    coverage: Estimate
    """share of intervals that hold the truth; undefined where that is no simple number"""
    unanswered: int
    """studies without an interval"""
    reasons: Mapping[str, int]
    """why → in how many studies"""
    question: str
    design: str
    truth: str
    alpha: float
    studies: int
    seed: int
    notes: tuple[str, ...]
    """what speaks against trusting the power"""

    def __str__(self) -> str:
        lines = [
            f"{self.question}",
            f"  {self.design}",
            f"  assumed: {self.truth}",
            f"  power {self.power:.1%} ({self.studies:,} simulated studies)",
        ]
        if self.error.defined:
            lines.append(f"  wrong yes, where the truth is no: {self.error:.1%}")
        if self.half_width.defined:
            lines.append(f"  interval ±{self.half_width.value:.3f} on average")
        if self.coverage.defined:
            lines.append(f"  intervals that hold the truth: {self.coverage:.1%}")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])


def simulate(
    design: Design,
    truth: Truth,
    question: Question,
    *,
    seed: int,
    studies: int = 1000,
    alpha: float = 0.05,
    null: bool = True,
    processes: int = 1,
    level: float = ESTIMATE_LEVEL,
) -> Power:
    """Power of `design` for `question` if `truth` is true, with the engine that will analyse.

    studies  how often the study is drawn: 1,000 give a power of 80 % to ±2.5 points
    alpha    of tests; intervals have the level 1 - alpha (1 - 2 alpha for equivalence)
    null     draws as many studies again where “yes” is wrong: the error of this very engine
    processes  the result is the same with any number
    level    of the simulation's own intervals (Clopper-Pearson over studies)

    Raises BadData for a design or truth that the question cannot be asked of.

    >>> from evaluation.statistics.power import Difference
    >>> truth = Truth.of_psr({"clean": 0.3, "cloak": 0.7})
    >>> found = simulate(Design(12, 8), truth, Difference("clean", "cloak"), seed=1, studies=20)
    >>> found.power.value > 0.5 > found.error.value
    True
    """
    check(design, truth, question, studies, alpha, level)
    with Workers(processes) as workers:
        outcomes = workers.run(Job(design, truth, question, alpha, seed), studies)
        wrong = None
        if null:
            wrong = run_null(workers, design, truth, question, alpha, seed, studies)
    return summary(design, truth, question, outcomes, wrong, alpha=alpha, seed=seed, level=level)


def check(
    design: Design, truth: Truth, question: Question, studies: int, alpha: float, level: float
) -> None:
    """Refuses what cannot be simulated."""
    check_level(level)
    if studies < FEWEST_STUDIES:
        raise BadData(f"A share needs {FEWEST_STUDIES} studies at least; given: {studies}.")
    if not 0 < alpha < 0.5:
        raise BadData(f"alpha lies between 0 and 0.5, e.g. 0.05; given: {alpha}.")
    if design.between and design.raters < 2 * len(truth.effects):
        raise BadData(
            f"{design.raters} raters who see one of {len(truth.effects)} conditions each are fewer "
            "than two a condition."
        )
    question.check(design, truth)


def run_null(
    workers: Workers,
    design: Design,
    truth: Truth,
    question: Question,
    alpha: float,
    seed: int,
    studies: int,
) -> Outcomes | None:
    """Studies where “yes” is wrong, with random numbers of their own; None where it never is."""
    wrong = question.null(truth)
    if wrong is None:
        return None
    apart = int(np.random.SeedSequence([seed, _NULL_SEED]).generate_state(1, np.uint64)[0])
    return workers.run(Job(design, wrong[1], wrong[0], alpha, apart), studies)


def summary(
    design: Design,
    truth: Truth,
    question: Question,
    outcomes: Outcomes,
    wrong: Outcomes | None,
    *,
    alpha: float,
    seed: int,
    level: float,
) -> Power:
    """The outcomes of studies as a result."""
    studies, answered = len(outcomes.yes), outcomes.answered
    error = Estimate.undefined(level=level, n=0, reason="not simulated, or never wrong")
    if wrong is not None:
        error = share_of_studies(wrong.yes, level)
    true = question.true_value(truth)
    coverage = Estimate.undefined(level=level, n=0, reason="the truth is no simple number")
    if np.isfinite(true) and answered.any():
        low, _, high = outcomes.ends[answered].T
        coverage = share_of_studies((low <= true) & (true <= high), level)
    return Power(
        power=share_of_studies(outcomes.yes, level),
        error=error,
        half_width=_half_width(outcomes.ends[answered], level),
        coverage=coverage,
        unanswered=int((~answered).sum()),
        reasons=outcomes.reasons,
        question=str(question),
        design=design.told(len(truth.effects)),
        truth=str(truth),
        alpha=alpha,
        studies=studies,
        seed=seed,
        notes=_notes(outcomes, error, alpha),
    )


def share_of_studies(yes: NDArray[np.bool_], level: float) -> Estimate:
    """A share of simulated studies (Clopper and Pearson 1934); studies are independent."""
    n, k, tail = len(yes), int(np.count_nonzero(yes)), (1 - level) / 2
    low = float(beta.ppf(tail, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0
    se = sqrt(k * (n - k) / n**3)
    method = f"{k} of {n} simulated studies, Clopper-Pearson: chance of the simulation alone"
    return Estimate(k / n, low, high, se, level, n, method)


def _half_width(ends: Floats, level: float) -> Estimate:
    n = len(ends)
    if n < 2:
        return Estimate.undefined(level=level, n=n, reason="hardly a study has an interval")
    half = (ends[:, 2] - ends[:, 0]) / 2
    value, se = float(half.mean()), float(half.std(ddof=1) / sqrt(n))
    reach = float(norm.ppf((1 + level) / 2)) * se
    method = f"mean over {n} simulated studies"
    return Estimate(value, value - reach, value + reach, se, level, n, method)


def _notes(outcomes: Outcomes, error: Estimate, alpha: float) -> tuple[str, ...]:
    found = []
    missing = int((~outcomes.answered).sum())
    if missing:
        first = next(iter(outcomes.reasons), "")
        found.append(
            f"{missing} of {len(outcomes.yes)} studies give no interval and count as no; most "
            f"often: {first}"
        )
    if error.has_interval and error.low > max(_TOO_OFTEN, 1.6 * alpha):
        found.append(
            f"where the truth is no, this analysis of this design still says yes in "
            f"{error.value:.1%} of studies: do not trust its power; have more raters or artworks"
        )
    return tuple(found)
