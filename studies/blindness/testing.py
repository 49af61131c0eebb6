"""Does anything observable foretell the condition? Tests with one stated false alarm rate.

What was observed of the same item by many participants is no independent evidence, so labels are
shuffled among *items*, all observations of an item together, and only within strata (the same
artwork under its conditions), which keeps everything else about the pictures in place. In each of
the shuffles every feature is asked about every factor, and so is a small model of all features
together (kernel ridge regression with a Gaussian kernel, judged on items it was not fitted on).
Multiplicity is handled by the most unusual of all of them and its own distribution under the same
shuffles (Westfall & Young 1993, single step), so the chance that a blind study is called leaky is
at most `alpha`, whatever the features have to do with one another. Pure.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.blindness.observables import Value

Numbers = NDArray[np.float64]
Levels = NDArray[np.int64]

ALL_TOGETHER = "all of it together (small model)"
MOST_CATEGORIES = 40
FEWEST = 3
"""Observations that have, or lack, something, for it to be looked at."""
PLANTED = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Sizes of leaks that power is told for, in standard deviations of a single observation."""
SHARES = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Likewise of marks: the share of one level's observations that carry the mark."""
REPLICATES = 100


@dataclass(frozen=True)
class Question:
    """What is to be foretold, and from what."""

    name: str
    observations: Sequence[Mapping[str, Value]]
    units: Sequence[Hashable]
    """Of each observation: what it is of (an item; a picture of an item)."""
    factors: Mapping[str, Mapping[Hashable, str]]
    """Factor → unit → level."""
    strata: Mapping[Hashable, Hashable]
    """Unit → within what its labels are shuffled."""


@dataclass(frozen=True)
class Finding:
    """A feature and a factor, and how well the one foretells the other."""

    feature: str
    factor: str
    p: float
    """Of this pair alone."""
    adjusted: float
    """With regard to all pairs that were tried."""


@dataclass(frozen=True)
class Answer:
    """What came of a question."""

    name: str
    units: int
    observations: int
    shuffles: int
    features: int
    constant: int
    """Features that were the same for every observation: nothing can be read from them."""
    alpha: float
    tested: Sequence[Finding]
    """Most telling first."""
    power: Mapping[str, Mapping[str, float]]
    """Sort of leak → its size → how often such a leak would have been found."""

    @property
    def leaks(self) -> list[Finding]:
        """Those that are significant with regard to all."""
        return [each for each in self.tested if each.adjusted <= self.alpha]

    @property
    def able(self) -> bool:
        """Whether a mark on every picture of a level would have been found, 80 times in 100."""
        return self.power["mark"].get("1.0", 0.0) >= 0.8

    @property
    def smallest(self) -> float:
        """The smallest adjusted p value."""
        return min((each.adjusted for each in self.tested), default=1.0)


def answer(question: Question, *, alpha: float, shuffles: int, seed: int) -> Answer:
    """Ask whether any feature foretells any factor, at a false alarm rate of `alpha`."""
    rng = np.random.default_rng(seed)
    units = list(dict.fromkeys(question.units))
    where = {unit: number for number, unit in enumerate(units)}
    of = np.array([where[unit] for unit in question.units])
    columns, names, constant = _columns(question.observations)
    planted, sorts = _planted(question, units, of, rng)
    sums, counts = _summed(np.hstack([columns, planted]), of, len(units))
    labels = _labels(question, units)
    orders = _orders([question.strata[unit] for unit in units], shuffles, rng)
    own, kernel = columns.shape[1], _kernel(_means(columns, of, len(units)))
    real, pretended = [], []
    for levels in labels.values():
        drawn = [levels[order] for order in orders]
        real.append(_by_feature(sums[:, :own], counts, drawn, names, kernel))
        pretended.append(_statistics(sums[:, own:], counts, drawn))
    features = [*dict.fromkeys(names), ALL_TOGETHER]
    tested, critical = _judge(np.hstack(real), features, list(labels), alpha)
    power = _power(pretended[0], sorts, critical) if pretended else {}
    return Answer(
        name=question.name,
        units=len(units),
        observations=len(of),
        shuffles=shuffles,
        features=len(features) + constant - 1,
        constant=constant,
        alpha=alpha,
        tested=tested,
        power=power or {"shift": {}, "mark": {}},
    )


def _columns(observations: Sequence[Mapping[str, Value]]) -> tuple[Numbers, list[str], int]:
    """Standardised columns, the feature of each, and how many features never vary."""
    found: list[Numbers] = []
    names: list[str] = []
    constant = 0
    for name in observations[0] if observations else ():
        columns = _column([each[name] for each in observations])
        constant += not columns
        found += columns
        names += [name] * len(columns)
    if not found:
        return np.zeros((len(observations), 0)), [], constant
    return np.stack(found, axis=1), names, constant


def _column(values: Sequence[Value]) -> list[Numbers]:
    """Ranks of numbers (and how far from the middle); one column for each text that is repeated.

    What all observations but one or two have in common tells nothing of a level, and is no column.
    """
    if all(isinstance(value, int | float) for value in values):
        numbers = np.array(values, float)
        _, counts = np.unique(numbers, return_counts=True)
        if len(numbers) - counts.max() < FEWEST:
            return []
        ranks = _ranks(numbers)
        found = (ranks, np.abs(ranks - ranks.mean())) if len(counts) > 2 else (ranks,)
        return [_standard(each) for each in found if np.ptp(each)]
    texts = [str(value) for value in values]
    kinds, counts = np.unique(texts, return_counts=True)
    wanted = (counts >= FEWEST) & (counts <= len(texts) - FEWEST)
    repeated = kinds[wanted][np.argsort(-counts[wanted], kind="stable")][:MOST_CATEGORIES]
    return [_standard(np.array([text == kind for text in texts], float)) for kind in repeated]


def _ranks(values: Numbers) -> Numbers:
    """From 0 upward, ties share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2)[inverse], float)


def _standard(values: Numbers) -> Numbers:
    return np.asarray((values - values.mean()) / values.std(), float)


def _summed(columns: Numbers, of: Levels, units: int) -> tuple[Numbers, Numbers]:
    """Sums of the columns over the observations of each unit, and how many these are."""
    sums = np.zeros((units, columns.shape[1]))
    np.add.at(sums, of, columns)
    return sums, np.bincount(of, minlength=units).astype(float)


def _means(columns: Numbers, of: Levels, units: int) -> Numbers:
    sums, counts = _summed(columns, of, units)
    return np.asarray(sums / counts[:, None], float)


def _labels(question: Question, units: Sequence[Hashable]) -> dict[str, Levels]:
    """Factor → level of each unit, as whole numbers from 0."""
    found = {}
    for factor, levels in question.factors.items():
        _, numbers = np.unique([levels[unit] for unit in units], return_inverse=True)
        found[factor] = np.asarray(numbers, np.int64)
    return found


def _orders(strata: Sequence[Hashable], shuffles: int, rng: np.random.Generator) -> list[Levels]:
    """The identity first, then shuffles within strata: whose label each unit is given."""
    groups: dict[Hashable, list[int]] = {}
    for number, stratum in enumerate(strata):
        groups.setdefault(stratum, []).append(number)
    identity = np.arange(len(strata))
    orders = [identity]
    for _ in range(shuffles):
        order = identity.copy()
        for members in groups.values():
            order[members] = rng.permutation(members)
        orders.append(order)
    return orders


def _statistics(sums: Numbers, counts: Numbers, drawn: Sequence[Levels]) -> Numbers:
    """[shuffle, column]: sum of squares between levels, for each way to give out the labels."""
    levels = int(drawn[0].max()) + 1
    rows = np.arange(len(counts))
    found = np.empty((len(drawn), sums.shape[1]))
    for number, labels in enumerate(drawn):
        member = np.zeros((levels, len(counts)))
        member[labels, rows] = 1.0
        held = member @ counts
        found[number] = ((member @ sums) ** 2 / np.maximum(held, 1.0)[:, None]).sum(0)
    return found


def _by_feature(
    sums: Numbers, counts: Numbers, drawn: Sequence[Levels], names: Sequence[str], kernel: Numbers
) -> Numbers:
    """[shuffle, feature]: statistics of a feature's columns together; the small model last."""
    columns = _statistics(sums, counts, drawn)
    places = {name: number for number, name in enumerate(dict.fromkeys(names))}
    found = np.zeros((len(drawn), len(places) + 1))
    for column, name in enumerate(names):
        found[:, places[name]] += columns[:, column]
    found[:, -1] = _model(kernel, drawn)
    return np.round(found, 9)  # equal shuffles are equal, whatever the order of adding


def _kernel(means: Numbers) -> Numbers:
    """Hat matrix of kernel ridge regression (Gaussian kernel of the median distance)."""
    squares = (means**2).sum(1)
    apart = np.maximum(squares[:, None] + squares[None] - 2 * means @ means.T, 0.0)
    between = apart[~np.eye(len(apart), dtype=bool)]
    middle = float(np.median(between)) if between.size else 0.0
    kernel = np.exp(-apart / middle) if middle > 0 else np.ones_like(apart)
    return np.asarray(kernel @ np.linalg.inv(kernel + np.eye(len(kernel))), float)


def _model(hat: Numbers, drawn: Sequence[Levels]) -> Numbers:
    """[shuffle]: share of units whose level the model names, each left out of its own fit."""
    levels, rows = int(drawn[0].max()) + 1, np.arange(len(hat))
    own = np.minimum(np.diag(hat), 1 - 1e-9)
    right = np.empty(len(drawn))
    for number, labels in enumerate(drawn):
        truth = np.zeros((len(hat), levels))
        truth[rows, labels] = 1.0
        centred = truth - truth.mean(0)
        told = (hat @ centred - own[:, None] * centred) / (1 - own)[:, None]
        right[number] = (told.argmax(1) == labels).mean()
    return right


def _judge(
    statistics: Numbers, features: Sequence[str], factors: Sequence[str], alpha: float
) -> tuple[list[Finding], float]:
    """All pairs, most telling first, and the score from which on one would be significant."""
    scores = _scores(statistics)
    largest = np.sort(scores.max(1))
    total = len(largest)
    chances = (statistics >= statistics[0]).mean(0)
    adjusted = (total - np.searchsorted(largest, scores[0], "left")) / total
    pairs = [(feature, factor) for factor in factors for feature in features]
    findings = [
        Finding(*pair, float(p), float(with_all))
        for pair, p, with_all in zip(pairs, chances, adjusted, strict=True)
    ]
    allowed = int(alpha * total)  # so many of all shuffles may reach the score
    critical = float(np.nextafter(largest[total - allowed - 1], np.inf))
    return sorted(findings, key=lambda each: (each.adjusted, each.p)), critical


def _scores(statistics: Numbers) -> Numbers:
    """[shuffle, column]: how unusual each statistic is among its own column's, on one scale.

    Sums of squares are nearly gamma distributed; the cube root of such a one is nearly normal
    (Wilson & Hilferty 1931). Moments are those of the column over all shuffles, so the score is
    fair in every shuffle alike, and finer than 1 / shuffles.
    """
    mean, variance = statistics.mean(0), statistics.var(0)
    varies = (variance > 1e-18) & (mean > 0)
    nine_shapes = 9 * np.where(varies, mean**2 / np.where(varies, variance, 1.0), 1.0)
    roots = np.cbrt(statistics / np.where(varies, mean, 1.0))
    scores = (roots - 1 + 1 / nine_shapes) * np.sqrt(nine_shapes)
    return np.asarray(np.round(np.where(varies, scores, -np.inf), 9), np.float64)


def _planted(
    question: Question, units: Sequence[Hashable], of: Levels, rng: np.random.Generator
) -> tuple[Numbers, list[tuple[str, str]]]:
    """Columns with leaks of known size about one level of the first factor, and what they are."""
    if not question.factors:
        return np.zeros((len(of), 0)), []
    first = next(iter(question.factors.values()))
    levels = [first[unit] for unit in units]
    mark = np.array([level == sorted(set(levels))[-1] for level in levels])[of]
    columns, sorts = [], []
    for size in PLANTED:
        for _ in range(REPLICATES):
            columns.append(_standard(_ranks(size * mark + rng.standard_normal(len(of)))))
            sorts.append(("shift", str(size)))
    for share in SHARES:
        for _ in range(REPLICATES):
            marked = (mark & (rng.random(len(of)) < share)).astype(float)
            columns.append(_standard(marked) if np.ptp(marked) else marked)
            sorts.append(("mark", str(share)))
    return np.stack(columns, axis=1), sorts


def _power(
    statistics: Numbers, sorts: Sequence[tuple[str, str]], critical: float
) -> dict[str, dict[str, float]]:
    scores = _scores(np.round(statistics, 9))[0]
    found: dict[str, dict[str, list[bool]]] = {}
    for (sort, size), score in zip(sorts, scores, strict=True):
        found.setdefault(sort, {}).setdefault(size, []).append(bool(score >= critical))
    return {
        sort: {size: float(np.mean(hits)) for size, hits in sizes.items()}
        for sort, sizes in found.items()
    }
