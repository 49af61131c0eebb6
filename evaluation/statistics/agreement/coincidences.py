"""Krippendorff's coincidences under weights of raters and items, and alpha from them.

Alpha needs, of each item, how many answers have each value. Distances that are differences of
numbers (interval; ordinal, by rank) need no table of values by values: with m answers of mean x̄,
the squared differences of all pairs sum to 2 m Σ (x - x̄)².
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from evaluation.statistics.answers import Answers, Codes, Floats, Labels, label_column
from evaluation.statistics.estimate import BadData

Level = Literal["nominal", "ordinal", "interval", "ratio"]
RATIO_VALUES = 3000
NOTHING = 1e-13  # of the largest possible disagreement: no disagreement but rounding


@dataclass(frozen=True)
class Coded:
    """Answers to items with at least two; each distinct (item, value) is a *spot*."""

    rater: Codes
    spot: Codes
    """[n]: of each answer"""
    item_of: Codes
    """[P]: of each spot, ascending"""
    value_of: Codes
    """[P]: of each spot"""
    values: Floats
    strata: Codes
    """[I]"""
    names: Sequence[str]
    """of the strata"""
    clusters: Codes
    """[I]"""
    raters: int
    items: int

    @classmethod
    def of(cls, answers: Answers, strata: Labels | None, clusters: Labels | None) -> "Coded":
        pairable = answers.counts.sum(0) >= 2
        kept = pairable[answers.item]
        item = np.cumsum(pairable)[answers.item[kept]] - 1
        values, value = np.unique(answers.values[kept], return_inverse=True)
        rater = np.unique(answers.rater[kept], return_inverse=True)[1]
        spots, spot = np.unique(item * len(values) + value, return_inverse=True)
        stratum = _of_items(answers, ["all"] * answers.n if strata is None else strata, "stratum")
        cluster = _of_items(answers, answers.item if clusters is None else clusters, "cluster")
        names, codes = np.unique(stratum[pairable], return_inverse=True)
        return cls(
            rater=rater,
            spot=spot,
            item_of=spots // max(len(values), 1),
            value_of=spots % max(len(values), 1),
            values=values,
            strata=codes,
            names=[str(name) for name in names],
            clusters=np.unique(cluster[pairable], return_inverse=True)[1],
            raters=int(rater.max(initial=-1)) + 1,
            items=int(pairable.sum()),
        )

    @cached_property
    def chosen(self) -> csr_array:
        """[P, R]: how often a rater gave the value of a spot to its item."""
        shape = (len(self.item_of), self.raters)
        return csr_array((np.ones(len(self.spot)), (self.spot, self.rater)), shape=shape)

    @cached_property
    def starts(self) -> Codes:
        """Where the spots of each item begin."""
        return np.searchsorted(self.item_of, np.arange(self.items)).astype(np.intp)

    @cached_property
    def to_values(self) -> csr_array:
        """[S * V, P]: the stratum and value of each spot."""
        row = self.strata[self.item_of] * len(self.values) + self.value_of
        shape = (len(self.names) * len(self.values), len(row))
        return csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=shape)

    @cached_property
    def member(self) -> Floats:
        """[I, S]: 1 where an item is of a stratum."""
        return np.equal.outer(self.strata, np.arange(len(self.names))).astype(np.float64)

    @cached_property
    def ratios(self) -> Floats:
        """[V, V]: δ² of ratio data."""
        sums = np.add.outer(self.values, self.values)
        apart = np.subtract.outer(self.values, self.values)
        return np.asarray(np.divide(apart, sums, out=np.zeros_like(sums), where=sums > 0) ** 2)

    @cached_property
    def spot_ratios(self) -> csr_array:
        """[P, P]: δ² of ratio data between the spots of one item."""
        sizes = np.diff(np.append(self.starts, len(self.item_of)))
        row = np.repeat(np.arange(len(self.item_of)), sizes[self.item_of])
        begin = np.repeat(np.cumsum(sizes[self.item_of]) - sizes[self.item_of], sizes[self.item_of])
        column = self.starts[self.item_of[row]] + np.arange(len(row)) - begin
        apart = self.ratios[self.value_of[row], self.value_of[column]]
        return csr_array((apart, (row, column)), shape=(len(self.item_of),) * 2)

    def by_item(self, of_spots: Floats) -> Floats:
        """[B, P] → [B, I]"""
        return np.add.reduceat(of_spots, self.starts, axis=1)

    def by_value(self, of_spots: Floats) -> Floats:
        """[B, P] → [B, S, V]"""
        return (self.to_values @ of_spots.T).T.reshape(len(of_spots), len(self.names), -1)

    def places(self, margins: Floats, measurement: Level) -> Floats | None:
        """[B or 1, V]: the number that stands for each value; None without such numbers.

        `margins` [B, S, V] matter to ordinal data only.
        """
        if measurement == "ordinal":
            totals = margins.sum(1)
            ranks = np.cumsum(totals, 1) - totals / 2
            return np.asarray(ranks - totals.sum(1, keepdims=True) / 2)
        if measurement == "interval":
            return np.asarray(self.values - self.values.mean())[None]
        return None


@dataclass(frozen=True)
class Counted:
    """Coincidences under B sets of weights; b is B, or 1 where the raters are held."""

    coded: Coded
    counts: Floats
    """[b, P]: how often each spot was chosen"""
    size: Floats
    """[b, I]"""
    scale: Floats
    """[B, I]: what a pair of answers to an item counts, 1/(m - 1) times the item's weight"""
    margins: Floats
    """[B, S, V]: n_c of each stratum, without pairs of a rater with himself"""

    @classmethod
    def of(cls, coded: Coded, people: Floats, pictures: Floats) -> "Counted":
        """`people` [b, R] and `pictures` [B, I] say how often each was drawn."""
        counts = np.asarray((coded.chosen @ people.T).T)
        own = np.asarray((coded.chosen @ (people**2).T).T)
        size = coded.by_item(counts)
        pairs = size**2 - coded.by_item(own)
        scale = pictures * np.divide(size, pairs, out=np.zeros_like(pairs), where=pairs > 0)
        paired = counts * size[:, coded.item_of] - own
        margins = coded.by_value(scale[:, coded.item_of] * paired)
        return cls(coded, counts, size, scale, margins)

    def apart(self, measurement: Level) -> Floats:
        """[B or b, I]: Σ δ² over the ordered pairs of answers to each item."""
        coded, counts = self.coded, self.counts
        if measurement == "nominal":
            return np.asarray(self.size**2 - coded.by_item(counts**2))
        places = coded.places(self.margins, measurement)
        if places is None:
            return coded.by_item(counts * (coded.spot_ratios @ counts.T).T)
        x = places[:, coded.value_of]
        sums = coded.by_item(counts * x)
        mean = np.divide(sums, self.size, out=np.zeros_like(sums), where=self.size > 0)
        return np.asarray(2 * self.size * coded.by_item(counts * (x - mean[:, coded.item_of]) ** 2))

    def expected(self, measurement: Level) -> Floats:
        """[B, S]: Σ n_c n_k δ²_ck; exactly 0 where there is one value."""
        margins, total = self.margins, self.margins.sum(2)
        if measurement == "nominal":
            found = total**2 - (margins**2).sum(2)
            largest = total**2
        elif measurement == "ratio":
            found = np.einsum("bsv,vw,bsw->bs", margins, self.coded.ratios, margins, optimize=True)
            largest = total**2
        else:
            places = self.coded.places(margins, measurement)
            assert places is not None
            x = places[:, None]
            mean = (margins * x).sum(2) / np.where(total > 0, total, 1)
            found = 2 * total * (margins * (x - mean[:, :, None]) ** 2).sum(2)
            largest = total**2 * (x**2).max(2)
        return np.where(found > NOTHING * largest, found, 0.0)

    def alphas(self, measurement: Level) -> Floats:
        """[B, 1 + S]: alpha of all strata together, then of each; nan where undefined."""
        total = self.margins.sum(2)
        apart = (self.scale * self.apart(measurement)) @ self.coded.member
        chance = np.divide(
            self.expected(measurement), total - 1, out=np.zeros_like(total), where=total > 1
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            together = 1 - apart.sum(1, keepdims=True) / chance.sum(1, keepdims=True)
            return np.asarray(np.concatenate([together, 1 - apart / chance], axis=1))


def _of_items(answers: Answers, labels: Labels, noun: str) -> NDArray[Any]:
    """[I]: each item's label, from one label an answer."""
    given = label_column(labels, noun)
    if len(given) != answers.n:
        raise BadData(
            f"There are {answers.n} answers and {len(given)} labels of a {noun}; give one each."
        )
    of_items = np.empty(answers.items, dtype=given.dtype)
    of_items[answers.item] = given
    if (of_items[answers.item] != given).any():
        raise BadData(f"All answers to one item belong to one {noun}; an item has answers in two.")
    return of_items
