"""Answers as categories: counts of items by categories, weights of agreement, the jackknife."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evaluation.statistics.answers import (
    Answers,
    Codes,
    Floats,
    Labels,
    named_categories,
    number_column,
    summed,
)
from evaluation.statistics.estimate import BadData

Chance = Callable[[Floats, Floats], Floats]
"""p_e from shares of categories [..., q] and weights [q, q]"""


@dataclass(frozen=True)
class Categories:
    """Answers as categories."""

    answers: Answers
    category: Codes
    """[n]"""
    counts: Floats
    """[I, q]: r_ik"""
    weights: Floats
    """[q, q]"""
    names: tuple[float | str, ...]
    """[q]: the categories"""

    @cached_property
    def size(self) -> Floats:
        """[I]: r_i"""
        return np.asarray(self.counts.sum(1))

    @cached_property
    def shares(self) -> Floats:
        """[I, q]: r_ik / r_i"""
        return np.asarray(self.counts / self.size[:, None])

    @classmethod
    def of(
        cls,
        values: Labels,
        raters: Labels,
        items: Labels,
        weights: str,
        categories: Sequence[float | str] | None,
    ) -> "Categories":
        """From a long table; refuses repeated answers, and a single category."""
        names = None
        if weights == "identity":  # the others need numbers
            values, categories, names = _numbered(values, categories)
        answers = Answers.of(values, raters, items)
        if answers.counts.max() > 1:
            raise BadData("A rater answered the same item twice; leave repeated trials out.")
        known, codes = category_codes(answers.values, categories)
        q = len(known)
        called = tuple(names if names is not None else known.tolist())
        if q < 2:
            said = names[0] if names else format(known[0], "g")
            raise BadData(
                f"Every answer is {said}; name the categories that could have been chosen "
                "(categories=...)."
            )
        counts = summed(answers.item * q + codes, np.ones(answers.n), answers.items * q)
        weighed = agreement_weights(weights, known)
        return cls(answers, codes, counts.reshape(answers.items, q), weighed, called)

    @cached_property
    def agree(self) -> Floats:
        """[I]: the weighted share of pairs that agree; 0 for items with one answer."""
        return item_agreement(self.counts, self.weights)

    def without_items(self, chance: Chance) -> Floats:
        """[I]: a chance-corrected coefficient without each item; nan where undefined."""
        if self.answers.items < 2:
            return np.full(1, np.nan)
        paired = self.size >= 2
        agree = self.agree.sum() - self.agree
        pi = (self.shares.sum(0) - self.shares) / (self.answers.items - 1)
        expected = chance(pi, self.weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((agree / (paired.sum() - paired) - expected) / (1 - expected))


def item_agreement(counts: Floats, weights: Floats) -> Floats:
    """[I]: the weighted share of pairs of answers [I, q] that agree; 0 for items with one."""
    size = counts.sum(1)
    pairs = (counts * (counts @ weights - 1)).sum(1)
    return np.asarray(pairs / np.maximum(size * (size - 1), 1))


def agreement_weights(kind: str, categories: Floats) -> Floats:
    """[q, q]: how far two answers agree, 1 on the diagonal (Gwet 2014, chapter 3).

    linear 1 - |k - l|/range, quadratic 1 - (k - l)²/range², both of the categories' numbers;
    ordinal 1 - pairs of ranks spanned / all pairs: (|k - l| + 1 choose 2) / (q choose 2).
    """
    apart = np.abs(np.subtract.outer(categories, categories))
    if kind == "identity":
        return np.asarray((apart == 0).astype(np.float64))
    if kind == "linear":
        return np.asarray(1 - apart / apart.max())
    if kind == "quadratic":
        return np.asarray(1 - (apart / apart.max()) ** 2)
    if kind == "ordinal":
        ranks = np.arange(len(categories))
        steps = np.abs(np.subtract.outer(ranks, ranks))
        pairs = np.where(steps > 0, (steps + 1) * steps / 2, 0.0)
        return np.asarray(1 - pairs / pairs.max())
    raise BadData(f"Weights are identity, linear, quadratic or ordinal; given: {kind!r}.")


def _numbered(
    values: Labels, categories: Sequence[float | str] | None
) -> tuple[Labels, Sequence[float | str] | None, list[str] | None]:
    """Categories that are text as numbers in their order, and their names; else as given."""
    codes, names = named_categories(values)
    if names is None or categories is None:
        return codes, categories, names
    known = sorted(str(name) for name in set(categories))
    strange = [name for name in names if name not in known]
    if strange:
        raise BadData(f"{strange[0]!r} is none of the categories {known}.")
    place = np.array([known.index(name) for name in names])
    return place[np.asarray(codes, dtype=int)], list(range(len(known))), known


def category_codes(
    values: Floats, categories: Sequence[float | str] | None
) -> tuple[Floats, Codes]:
    """The categories in order, and the code of each value."""
    known = np.unique(values if categories is None else number_column(categories, "Category"))
    wrong = values[~np.isin(values, known)]
    if len(wrong):
        raise BadData(f"{wrong[0]} is none of the categories {known.tolist()}.")
    return known, np.searchsorted(known, values).astype(np.intp)
