"""Judged pictures as the entries of a level, and what is left of a level without each of its parts.

Everything is a ratio of sums over groups (conditions, artworks, painters, or all at once), so that
leaving out one rater, artwork, condition or picture changes the sums of its own groups alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.answers import Codes, Floats, floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta.grid import By
from evaluation.statistics.meta.jackknife import spread

Over = By | Literal["group-by-painter"]
"""As `By`, and group-by-painter: over all pictures of one painter, averaged over painters."""
OVERS: tuple[str, ...] = (*get_args(By), "group-by-painter")


@dataclass(frozen=True)
class Split:
    """Entries in an order in which those of one unit in one group follow one another."""

    order: Codes
    starts: Codes
    group: Codes
    """[M]: of each run"""
    unit: Codes
    """[M]: likewise"""
    units: int

    @classmethod
    def of(cls, group: Codes, unit: Codes) -> "Split":
        units = int(unit.max()) + 1
        key = group * units + unit
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.append(True, np.diff(key[order]) > 0))
        runs = key[order][starts]
        return cls(order, starts, runs // units, runs % units, units)

    def sums(self, x: Floats) -> Floats:
        """[..., E] → [..., M]"""
        return np.asarray(np.add.reduceat(x[..., self.order], self.starts, axis=-1))


@dataclass(frozen=True)
class Entries:
    """What is correlated at a level: pictures, or conditions; each in a group of the level."""

    sums: Floats
    """[R, E]: of the answers of each rater, around the mean of the group"""
    counts: Floats
    """[R, E]: how many answers"""
    group: Codes
    """[E], from 0"""
    units: Mapping[str, Codes]
    """what else is a sample: [E], the artwork, condition and cell of each entry"""

    @cached_property
    def groups(self) -> Split:
        return Split.of(self.group, np.zeros_like(self.group))

    @cached_property
    def splits(self) -> dict[str, Split]:
        return {name: Split.of(self.group, unit) for name, unit in self.units.items()}

    @cached_property
    def means(self) -> Floats:
        """[E]: mean answer around the mean of its group."""
        return np.asarray(self.sums.sum(0) / self.counts.sum(0))

    def left(self, whole: Floats, rest: Callable[[Split], Floats]) -> dict[str, Floats]:
        """Unit → [P, units]: sums over groups without each; `whole` [P, G], `rest` gives [P, M]."""
        return {name: _without(split, whole, rest(split)) for name, split in self.splits.items()}


@dataclass(frozen=True)
class Judged:
    """Answers to N pictures, and which artwork, condition and painter each picture is of."""

    values: Floats
    """[R, N]: 0 where there is no answer"""
    counts: Floats
    """[R, N]: 1 where there is one"""
    condition: Codes
    artwork: Codes
    painter: Codes
    held: bool
    """whether conditions are spoken of as they are, as where they are few"""
    place: tuple[Codes, Codes]
    """row and column of each picture in the grid of conditions × artworks"""

    @classmethod
    def of(
        cls, human: ArrayLike, painters: Sequence[object] | None = None, *, held: bool = False
    ) -> "Judged":
        """From answers [R, S, I] (nan where there is none); `painters` [I], else one for all.

        Raises BadData where nobody answered, or painters are not one an artwork.
        """
        given = floats(human, "Answer")
        if given.ndim != 3 or not (~np.isnan(given)).any():
            raise BadData("Answers are raters × conditions × artworks, some of them given.")
        known = [0] * given.shape[2] if painters is None else list(painters)
        if len(known) != given.shape[2]:
            raise BadData(f"There are {given.shape[2]} artworks and {len(known)} painters.")
        rows, columns = np.nonzero((~np.isnan(given)).any(0))
        cells = given[:, rows, columns]
        painter = np.unique(np.asarray(known).astype(str), return_inverse=True)[1]
        there = (~np.isnan(cells)).astype(np.float64)
        condition, artwork, by = (_coded(each) for each in (rows, columns, painter[columns]))
        place = (rows, columns)
        return cls(np.nan_to_num(cells), there, condition, artwork, by, held, place)

    @property
    def raters(self) -> int:
        return len(self.values)

    @property
    def conditions(self) -> int:
        return int(self.condition.max()) + 1

    @property
    def artworks(self) -> int:
        return int(self.artwork.max()) + 1

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def means(self) -> Floats:
        """[N]: mean answer to each picture."""
        return np.asarray(self.values.sum(0) / self.counts.sum(0))

    def scarcest(self, over: Over) -> int:
        """How many there are of the scarcest of what is a sample at a level."""
        if over == "condition":
            return self.raters
        return min([self.raters, self.artworks, *([] if self.held else [self.conditions])])

    def said(self, over: Over) -> str:
        """What is a sample at a level, in words."""
        if over == "condition":
            return f"{self.raters} raters, conditions held"
        if self.held:
            return f"{self.raters} raters and {self.artworks} artworks, conditions held"
        return f"{self.raters} raters, {self.conditions} conditions and {self.artworks} artworks"

    def entries(self, over: Over) -> Entries:
        """What is correlated at a level; raises BadData for a level that does not exist."""
        if over not in OVERS:
            raise BadData(f"Levels are {', '.join(OVERS)}; given: {over}.")
        if over == "condition":
            first = _by_condition(self.values, self.condition)
            many = _by_condition(self.counts, self.condition)
            alone = np.zeros(self.conditions, dtype=np.intp)
            return _centred(first, many, alone, {})
        groups = {
            "none": np.zeros_like(self.artwork),
            "group-by-item": self.artwork,
            "group-by-condition": self.condition,
            "group-by-painter": self.painter,
        }
        units = {"artworks": self.artwork}
        if not self.held:
            units |= {"conditions": self.condition, "cells": np.arange(len(self.artwork))}
        return _centred(self.values, self.counts, groups[over], units)

    def of_entries(self, metric: Floats, over: Over) -> Floats:
        """[E]: a metric of pictures [N] as the level has it; of conditions, by their answers."""
        if over != "condition":
            return metric
        answers = self.counts.sum(0)
        whole = _by_condition(answers * metric, self.condition)
        return np.asarray(whole / _by_condition(answers, self.condition))


def two_way(left: Mapping[str, Floats]) -> float:
    """Variance of what `left` has without each part: of raters, artworks and conditions; what is
    particular to a cell is in two of them and taken off once."""
    axes = [spread(values) for name, values in left.items() if name != "cells"]
    total = sum(axes) - (spread(left["cells"]) if "cells" in left else 0.0)
    return float("nan") if np.isnan(total) else max(total, *axes)


def related(first: Mapping[str, Floats], second: Mapping[str, Floats]) -> float:
    """How two statistics move together with what is left out, from 0 (or against each other) to 1;
    0 where that is not known."""
    both = {name: first[name] + second[name] for name in first}
    apart = {name: first[name] - second[name] for name in first}
    together = (two_way(both) - two_way(apart)) / 4
    alone = two_way(first) * two_way(second)
    if not (np.isfinite(together) and alone > 0):
        return 0.0
    return float(np.clip(together / np.sqrt(alone), 0.0, 1.0))


def _without(split: Split, whole: Floats, rest: Floats) -> Floats:
    """[P, units]: all groups, those that a unit is in being replaced by their rest."""
    changed = rest - whole[:, split.group]
    gone = [np.bincount(split.unit, row, minlength=split.units) for row in changed]
    return np.asarray(whole.sum(1)[:, None] + np.stack(gone))


def _centred(sums: Floats, counts: Floats, group: Codes, units: Mapping[str, Codes]) -> Entries:
    means = sums.sum(0) / counts.sum(0)
    centre = np.bincount(group, means) / np.bincount(group)
    return Entries(sums - counts * centre[group], counts, group, units)


def _by_condition(x: Floats, condition: Codes) -> Floats:
    """[..., N] → [..., S]: sums over the pictures of each condition."""
    split = Split.of(condition, np.zeros_like(condition))
    return split.sums(x)


def _coded(labels: Codes) -> Codes:
    return np.unique(labels, return_inverse=True)[1].astype(np.intp).ravel()
