"""Metrics against raters at every level that a table has: agreement, ceiling, differences. Pure.

The table becomes a grid of conditions by artworks for `evaluation.statistics.meta`. From six
conditions on they are a sample, and what is found speaks of other conditions too; of fewer nothing
can be shown about others (the smallest p of a permutation would be above 5 %), so they are held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import factorial

import numpy as np
from pandas import DataFrame

from evaluation import words
from evaluation.measuring.measurements import direction_of
from evaluation.ratings import FACTORS
from evaluation.statistics import meta
from evaluation.statistics.answers import Answers, Codes, Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.multiplicity import holm

FEW_CONDITIONS = 6
LONGEST = 64
"""Most artworks that are compared two by two within a condition."""
FOLDS = 5
SHUFFLES = 1000
NAMES: dict[meta.Over, str] = {
    "none": "all pictures",
    "group-by-painter": "within painters",
    "group-by-item": "within artworks",
    "condition": "conditions",
    "group-by-condition": "within conditions",
}


@dataclass(frozen=True)
class Difference:
    """One metric's correlation minus another's, and the test of it."""

    first: int
    second: int
    estimate: Estimate
    p: float
    adjusted: float
    """Holm's, within the level"""
    test: str

    @property
    def shown(self) -> bool:
        """Only where the test and the interval agree."""
        return self.adjusted < words.SIGNIFICANT and self.estimate.excludes(0.0)


@dataclass(frozen=True)
class Grid:
    """Raters' scores and metrics of every condition of every artwork."""

    human: Floats
    """[R, S, I]: scores of each rater, nan where there is none"""
    metrics: Floats
    """[K, S, I]: turned so that more should mean a higher score"""
    painters: tuple[str, ...]
    """[I]"""
    named: bool
    """whether artworks are named; else every item counts as one of its own"""
    seed: int
    replicates: int
    level: float

    @property
    def conditions(self) -> int:
        return int(self.human.shape[1])

    @property
    def held(self) -> bool:
        return self.conditions < FEW_CONDITIONS

    @cached_property
    def judged(self) -> Floats:
        """[S, I]: 1 where there is an answer."""
        return np.asarray((~np.isnan(self.human)).any(0), dtype=np.float64)

    @property
    def levels(self) -> list[meta.By]:
        """Those that the table has: `group-by-item` needs two artworks under three conditions,
        `condition` three conditions, `group-by-condition` two with four artworks each."""
        found: list[meta.By] = ["none"]
        if self.named and (self.judged.sum(0) >= 3).sum() > 1:
            found.append("group-by-item")
        if self.conditions > 2:
            found.append("condition")
        if (self.judged.sum(1) >= 4).sum() > 1:
            found.append("group-by-condition")
        return found

    @property
    def overs(self) -> list[meta.Over]:
        """The levels, and painters where there are several."""
        several = len(set(self.painters)) > 1
        return [
            over
            for over in NAMES
            if over in self.levels or (over == "group-by-painter" and several)
        ]

    def over(self, by: meta.Over) -> int:
        """How many pictures, artworks, painters or conditions a correlation runs over."""
        if by == "none":
            return int(self.judged.sum())
        if by == "group-by-item":
            return int((self.judged.sum(0) > 1).sum())
        if by == "group-by-painter":
            return len(set(self.painters))
        return self.conditions

    @cached_property
    def people(self) -> meta.Judged:
        """The answers as levels take them."""
        return meta.Judged.of(self.human, self.painters, held=self.held)

    @cached_property
    def ceilings(self) -> dict[meta.Over, meta.Ceiling]:
        """Level → what a perfect metric would reach."""
        return {over: meta.ceiling(self.people, over, level=self.level) for over in self.overs}

    @cached_property
    def scaled(self) -> Floats:
        """[K, S, I]: metrics on the raters' scale, by rank."""
        found = np.zeros_like(self.metrics)
        for numbers, metric in zip(found, self.metrics, strict=True):
            numbers[self.people.place] = meta.on_raters_scale(self.people, metric)
        return found

    def standing(self, over: meta.Over, metric: int) -> meta.Standing:
        """How much of the ceiling one metric reaches at a level."""
        most, numbers = self.ceilings[over], self.metrics[metric]
        return meta.standing(self.people, numbers, over, most=most, level=self.level)

    def too_few(self, by: meta.By) -> bool:
        """Whether even a perfect order of so few conditions comes about by chance too often."""
        return by == "condition" and 2 / factorial(self.conditions) >= words.SIGNIFICANT

    def agreement(self, by: meta.By, metric: int) -> Estimate:
        """Spearman's rho of one metric."""
        if self._silent(metric):
            return self._undefined
        return meta.agreement(
            self.human,
            self.metrics[metric],
            by=by,
            coefficient="spearman",
            held=self.held,
            level=self.level,
        )

    def chance(self, by: meta.By, metric: int) -> Estimate:
        """What it would be if its values were dealt out anew; undefined in sparse tables."""
        if self._silent(metric) or self.judged.mean() <= 0.5:
            return self._undefined
        people, numbers = self.human, self.metrics[metric]
        if by == "condition":  # shuffled as they are: conditions need not have the same artworks
            people, numbers = self._means(metric)
        return meta.chance_level(
            people,
            numbers,
            by=by,
            coefficient="spearman",
            generator=np.random.default_rng(self.seed),
            replicates=SHUFFLES,
            level=self.level,
        ).shuffled

    def _means(self, metric: int) -> tuple[Floats, Floats]:
        """[S, 1] each: scores and one metric of every condition, over what was judged."""
        scores, numbers = meta.Grid.of(self.human, [self.metrics[metric]]).condition_means()
        return scores[:, None], numbers[:, None]

    def accuracy(self, by: meta.By, metric: int) -> meta.PairwiseAccuracy | None:
        """Of pairs, the share that is ordered as by raters; None where there are too many pairs."""
        if by == "none" or self._silent(metric):
            return None
        if by == "group-by-condition" and self.human.shape[2] > LONGEST:
            return None
        return meta.pairwise_accuracy(self.human, self.metrics[metric], by=by, level=self.level)

    def calibrated(self, metric: int) -> meta.PairwiseAccuracy | None:
        """Within artworks, small differences counting as ties: how small, other painters say."""
        apart = len(set(self.painters)) > 1
        folds = min(FOLDS, len(set(self.painters)) if apart else self.human.shape[2])
        if folds < 2 or self._silent(metric):
            return None
        try:
            return meta.calibrated_accuracy(
                self.human,
                self.metrics[metric],
                generator=np.random.default_rng(self.seed),
                folds=folds,
                clusters=self.painters if apart else None,
                level=self.level,
            )
        except BadData:  # a fold without a pair leaves nothing to choose by
            return None

    def differences(self, by: meta.By) -> list[Difference]:
        """Every two metrics on the raters' scale; p-values adjusted by Holm over them all."""
        pairs = [
            pair for pair in combinations(range(len(self.metrics)), 2) if not self._silent(*pair)
        ]
        found = [self._compared(by, *pair) for pair in pairs]
        adjusted = holm([p for _, p, _ in found]).tolist()
        return [
            Difference(*pair, estimate, p, p_holm, test)
            for pair, (estimate, p, test), p_holm in zip(pairs, found, adjusted, strict=True)
        ]

    def _compared(self, by: meta.By, first: int, second: int) -> tuple[Estimate, float, str]:
        test: meta.Test = "bootstrap" if self.held else "permutation"
        if self.held and by == "condition":
            test = "williams"
        found = meta.compare_metrics(
            self.human,
            self.scaled[first],
            self.scaled[second],
            generator=np.random.default_rng(self.seed),
            by=by,
            tests=[test],
            held=self.held,
            replicates=self.replicates,
            level=self.level,
        )
        tested = found.tests[test]
        untested = self.too_few(by) or not found.difference.has_interval
        return found.difference, float("nan") if untested else tested.p, tested.name

    def _silent(self, *metrics: int) -> bool:
        """Whether one of them is the same everywhere."""
        judged = self.judged > 0
        return any(np.ptp(self.metrics[metric][judged]) == 0 for metric in metrics)

    @property
    def _undefined(self) -> Estimate:
        reason = "a metric that is the same everywhere tells nothing apart"
        n = int((~np.isnan(self.human)).sum())
        return Estimate.undefined(level=self.level, n=n, reason=reason)


def gridded(
    measured: DataFrame,
    values: DataFrame,
    sign: int,
    *,
    seed: int,
    replicates: int,
    level: float,
) -> Grid:
    """Answers (participant, item, score, cluster, artist and the factors), and metrics by item.

    sign  1 where closer pictures should score higher, -1 where they should score lower
    """
    answers = Answers.of(measured["score"], measured["participant"], measured["item"])
    items = measured.drop_duplicates("item").sort_values("item")
    conditions = items.groupby(list(FACTORS), sort=True).ngroup()
    # a second picture of an artwork under one condition is the first of a second artwork
    again = items.groupby([conditions, "cluster"]).cumcount()
    works = items.assign(again=again).groupby(["cluster", "again"], sort=True).ngroup()
    oriented = values.loc[items["item"]] * [sign * direction_of(name) for name in values.columns]
    artwork = works.to_numpy().astype(np.intp)
    rated = meta.Rated(
        answers, meta.finite(oriented.to_numpy().T), artwork, conditions.to_numpy().astype(np.intp)
    )
    human, metrics = meta.grid_ratings(rated)
    return Grid(
        human,
        np.nan_to_num(metrics),
        _painters(items["artist"].tolist(), artwork),
        not (measured["artwork"] == "").any(),
        seed,
        replicates,
        level,
    )


def _painters(artists: Sequence[str], artwork: Codes) -> tuple[str, ...]:
    """[I]: the painter of each artwork."""
    known = dict(zip(artwork.tolist(), artists, strict=True))
    return tuple(known[code] for code in sorted(known))
