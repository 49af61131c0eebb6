"""At which level do people accept? The psychometric function, and its levels with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from evaluation.statistics.answers import Answers, Floats, Labels, number_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.likelihood import NotConverged, Optimum, spread
from evaluation.statistics.thresholds.curve import (
    GUESS,
    LAPSE,
    SD,
    SHAPES,
    SLOPE,
    Link,
    Mask,
    counted,
    scores,
)
from evaluation.statistics.thresholds.fitting import BOUNDS, climb, problem
from evaluation.statistics.thresholds.seeking import Curve, Seek


@dataclass(frozen=True)
class Psychometric:
    """Where nothing can be fitted, `problem` says why and every estimate is undefined."""

    thresholds: Mapping[float, Estimate]
    """by target: the level at which that share of all answers is yes"""
    typical: Mapping[float, Estimate]
    """by target: the level at which the rater in the middle says yes that often; with rater effects
    steeper, so nearer together, than `thresholds`"""
    slope: Estimate
    """change of the link per unit of level, within a rater where rater effects are fitted"""
    guess: Estimate
    lapse: Estimate
    rater_sd: Estimate
    """of raters' intercepts on the link's scale"""
    log_likelihood: float
    n: int
    problem: str
    curve: Curve | None


def psychometric(
    levels: Labels,
    accepted: Labels,
    *,
    raters: Labels | None = None,
    artworks: Labels | None = None,
    rater_effects: bool = True,
    guess: float | None = 0.0,
    lapse: float | None = 0.0,
    link: Link = "logit",
    targets: Sequence[float] = (0.5, 0.9),
    level: float = ESTIMATE_LEVEL,
) -> Psychometric:
    """P(yes) = γ + (1 - γ - λ) F(a + b x + u): how answers change along a ladder of levels.

    levels  numbers [n], e.g. the strength of a degradation; accepted  1 or 0 [n].
    raters, artworks  labels [n]; errors are clustered by them. Without raters, answers are taken
        for independent, and `method` says so.
    rater_effects  a normal intercept u a rater (needs raters); False: one curve for all answers.
    guess, lapse  γ, the share of yes where nobody should say it, and λ, of no where everybody
        should say yes: numbers, or None to estimate them, γ up to 0.6 and λ up to 0.2. In a choice
        of two γ is 0.5. Ignored lapses flatten the slope (Wichmann and Hill 2001).
    targets  shares of yes whose levels are wanted.

    A level's interval holds those levels whose share does not differ from the target (the inverted
    band of the curve; for plain curves Fieller's). Where the share hardly changes with the level
    there is none, which is said.

    >>> steps = np.repeat([1, 2, 3, 4, 5], 20)
    >>> yes = np.concatenate([np.arange(20) < k for k in (19, 16, 11, 5, 1)])
    >>> f"{psychometric(steps, yes).thresholds[0.5]:.2f}"
    '3.11 [2.70, 3.52]'
    """
    check_level(level)
    _check(guess, lapse, targets)
    x = number_column(levels, "Level")
    who = np.zeros(len(x)) if raters is None else raters
    answers = Answers.of(accepted, who, np.arange(len(x)))
    _check_answers(answers, x)
    reason = problem(answers.values, x)
    if reason:
        return _nothing(answers.n, targets, level, reason)
    random = rater_effects and raters is not None and answers.raters > 1
    shape, middle, scale = SHAPES[link], float(x.mean()), float(x.std())
    answered, entry = counted(answers, (x - middle) / scale)
    try:
        climbed = climb(shape, answered, *_start(guess, lapse, random))
    except NotConverged as error:
        return _nothing(answers.n, targets, level, str(error))
    apart = spread(
        climbed.optimum,
        scores(shape, climbed.parameters, answered)[:, climbed.free],
        entry,
        raters=None if raters is None else answers.rater,
        artworks=None if artworks is None else Answers.of(accepted, artworks, x).rater,
        floors=1 if random else 2,
    )
    curve = Curve(shape, climbed.parameters, climbed.free, apart, middle, scale)
    said = f"{link} curve{' with rater effects' if random else ''}, {apart.said}"
    return _result(
        curve, climbed.optimum, (float(x.min()), float(x.max())), answers.n, said, targets, level
    )


def _result(
    curve: Curve,
    optimum: Optimum,
    tested: tuple[float, float],
    n: int,
    said: str,
    targets: Sequence[float],
    level: float,
) -> Psychometric:
    seek = Seek(tested, n, said, level)
    return Psychometric(
        thresholds={target: seek.threshold(curve, target) for target in targets},
        typical={target: seek.threshold(curve.typical(), target) for target in targets},
        slope=seek.parameter(curve, SLOPE, unit=curve.scale),
        guess=seek.parameter(curve, GUESS, BOUNDS[GUESS]),
        lapse=seek.parameter(curve, LAPSE, BOUNDS[LAPSE]),
        rater_sd=seek.parameter(curve, SD, BOUNDS[SD]),
        log_likelihood=optimum.log_likelihood,
        n=n,
        problem="",
        curve=curve,
    )


def _nothing(n: int, targets: Sequence[float], level: float, reason: str) -> Psychometric:
    none = Estimate.undefined(level=level, n=n, reason=reason)
    by_target = dict.fromkeys(targets, none)
    return Psychometric(by_target, by_target, none, none, none, none, nan, n, reason, None)


def _start(guess: float | None, lapse: float | None, random: bool) -> tuple[Floats, Mask]:
    """Starting values [5], and which of them are fitted."""
    start = np.array([0.0, 0.0, guess or 0.0, lapse or 0.0, random * 0.7])
    return start, np.array([True, True, guess is None, lapse is None, random])


def _check(guess: float | None, lapse: float | None, targets: Sequence[float]) -> None:
    floor, ceiling = guess or 0.0, 1 - (lapse or 0.0)
    if not 0 <= floor < ceiling <= 1:
        raise BadData(f"Guess and lapse are shares that leave room; given: {guess} and {lapse}.")
    for target in targets:
        if not floor < target < ceiling:
            raise BadData(
                f"With guess {floor:g} and lapse {1 - ceiling:g} shares lie between {floor:g} and "
                f"{ceiling:g}, so {target:g} is reached at no level."
            )


def _check_answers(answers: Answers, levels: Floats) -> None:
    strange = answers.values[~np.isin(answers.values, (0.0, 1.0))]
    if len(strange):
        raise BadData(f"An answer is yes (1) or no (0); given: {strange[0]}.")
    if not np.isfinite(levels).all():
        raise BadData("A level is not a finite number; leave such answers out of the table.")
