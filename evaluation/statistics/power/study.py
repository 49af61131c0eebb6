"""One simulated study: people and pictures drawn, answers given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from pandas import Categorical, DataFrame, Index

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.power.design import Design, dealt
from evaluation.statistics.power.truth import Truth

_STREAMS = 8
_NOISE: Mapping[str, Callable[[np.random.Generator, int], Floats]] = {
    "logit": lambda rng, n: rng.logistic(size=n),
    "probit": lambda rng, n: rng.standard_normal(n),
    "cloglog": lambda rng, n: -rng.gumbel(size=n),
    "loglog": lambda rng, n: rng.gumbel(size=n),
    "cauchit": lambda rng, n: rng.standard_cauchy(n),
}
"""Link → what a single judgement adds: F is its distribution."""


@dataclass(frozen=True)
class Study:
    """Answers, one entry each, and what a metric may see of the pictures."""

    design: Design
    truth: Truth
    values: Floats
    """points, from 1"""
    rater: Codes
    condition: Codes
    artwork: Codes
    effects: Floats
    """[C]: of the conditions"""
    merits: Floats
    """[C, I]: of the pictures around their condition, for the crowd"""
    generator: np.random.Generator
    """for the engine that analyses"""

    def under(self, condition: str) -> NDArray[np.bool_]:
        """[n]: where answers are about this condition."""
        return np.asarray(self.condition == self.truth.names.index(condition))

    @property
    def expert(self) -> NDArray[np.bool_]:
        """[n]: where the answer is an expert's."""
        return np.asarray(self.rater < self.design.experts)

    @cached_property
    def table(self) -> DataFrame:
        """Columns value, rater, artwork, condition."""
        names = list(self.truth.names)
        return DataFrame(
            {
                "value": self.values.astype(int),
                "rater": self.rater,
                "artwork": self.artwork,
                "condition": Categorical.from_codes(self.condition, Index(names)),
            }
        )

    @cached_property
    def grid(self) -> Floats:
        """[R, C, I]: answers, nan where there is none."""
        shape = (self.design.raters, len(self.effects), self.design.artworks)
        found = np.full(shape, np.nan)
        found[self.rater, self.condition, self.artwork] = self.values
        return found


def drawn(design: Design, truth: Truth, seed: np.random.SeedSequence) -> Study:
    """One study of this seed; larger designs hold the people and artworks of smaller ones.

    People, artworks and so on have random numbers of their own, so that studies of one seed and
    different sizes are as alike as they can be.
    """
    streams = [np.random.default_rng(child) for child in seed.spawn(_STREAMS)]
    people, takes, works, others, deal, noise, treat, engine = streams
    count, raters, artworks = len(truth.effects), design.raters, design.artworks
    rater, condition, artwork = dealt(design, count, deal)
    effects = np.array(list(truth.effects.values()))
    effects = effects + truth.conditions * treat.standard_normal(count)
    merits = _merits(truth, works, artworks)
    level = truth.rater * people.standard_normal(raters)
    taking = truth.rater_condition * takes.standard_normal((raters, count))
    expert = rater < design.experts
    seen = merits[condition, artwork]
    if design.experts and truth.shared < 1:
        own = _merits(truth, others, artworks)[condition, artwork]
        theirs = truth.shared * seen + sqrt(1 - truth.shared**2) * own
        seen = np.where(expert, theirs, seen)
    eta = effects[condition] + seen + level[rater] + taking[rater, condition]
    judged = eta + truth.experts * expert + _NOISE[truth.link](noise, len(rater))
    values: Floats = 1.0 + np.searchsorted(truth.thresholds, judged).astype(np.float64)
    return Study(design, truth, values, rater, condition, artwork, effects, merits, engine)


def _merits(truth: Truth, generator: np.random.Generator, artworks: int) -> Floats:
    """[C, I]: what artworks and their pictures add."""
    drawn = generator.standard_normal((artworks, 1 + len(truth.effects)))
    return np.asarray((truth.artwork * drawn[:, :1] + truth.stimulus * drawn[:, 1:]).T)
