"""Crossed random intercepts: the one linear system that every mixed model here solves.

With Z = [Z_1 ... Z_K], one column of ones a level, weights W of the answers and standard deviations
λ_k (relative to the noise), each model needs log|A|, A⁻¹r and a few entries of A⁻¹ of

    A = I + Λ Z'WZ Λ.

The term with most levels has a diagonal block, so it is eliminated first (Schur complement); what
remains is dense and as large as the other terms together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from evaluation.statistics.answers import Codes, Floats

DENSE = 0.15  # share of filled cells above which a dense product is the faster one


@dataclass(frozen=True)
class Terms:
    """Which level of each term an answer belongs to."""

    codes: Sequence[Codes]
    """K columns of level codes, each from 0"""
    sizes: Sequence[int]
    """number of levels of each term"""

    @cached_property
    def starts(self) -> list[int]:
        """Where the levels of each term begin in a vector over all levels."""
        return [0, *np.cumsum(self.sizes).tolist()]

    @cached_property
    def largest(self) -> int:
        return int(np.argmax(self.sizes))

    @property
    def others(self) -> list[int]:
        return [k for k in range(len(self.sizes)) if k != self.largest]

    @cached_property
    def other_starts(self) -> list[int]:
        """Where the levels of each of the other terms begin among the others."""
        return [0, *np.cumsum([self.sizes[k] for k in self.others]).tolist()]

    def block(self, k: int) -> slice:
        return slice(self.starts[k], self.starts[k + 1])

    def totals(self, values: Floats) -> Floats:
        """Z'v: sums over the levels, of a vector [n] or of the columns of a matrix [n, p]."""
        columns = values.reshape(len(values), -1)
        sums = [
            np.bincount(codes, column, minlength=size)
            for column in columns.T
            for codes, size in zip(self.codes, self.sizes, strict=True)
        ]
        stacked = np.concatenate(sums).reshape(columns.shape[1], -1).T
        return stacked.reshape(-1, *values.shape[1:]).astype(np.float64)

    def spread(self, effects: Floats) -> Floats:
        """Zb: what the levels of an answer add up to, [n]."""
        parts = [effects[self.block(k)][codes] for k, codes in enumerate(self.codes)]
        return np.asarray(np.sum(parts, axis=0))

    def each(self, scales: Floats) -> Floats:
        """λ_k repeated for every level of its term."""
        return np.repeat(scales, self.sizes)


@dataclass(frozen=True)
class Gram:
    """Z'WZ in the blocks that elimination needs."""

    terms: Terms
    diagonal: Floats
    """of the largest term"""
    cross: "csr_array | Floats"
    """largest term by all others"""
    rest: Floats
    """others by others, dense"""

    @classmethod
    def of(cls, terms: Terms, weights: Floats) -> "Gram":
        big = terms.codes[terms.largest]
        levels = terms.sizes[terms.largest]
        others = [
            terms.codes[k] + start
            for k, start in zip(terms.others, terms.other_starts[:-1], strict=True)
        ]
        width = terms.other_starts[-1]
        rest = np.zeros(width * width)
        for one in others:
            for two in others:
                rest += np.bincount(one * width + two, weights, minlength=width * width)
        return cls(
            terms,
            np.bincount(big, weights, minlength=levels).astype(np.float64),
            _cross(big, others, weights, (levels, width)),
            rest.reshape(width, width),
        )


@dataclass(frozen=True)
class Factor:
    """A = I + ΛZ'WZΛ, factored."""

    terms: Terms
    scales: Floats
    diagonal: Floats
    cross: "csr_array | Floats"
    lower: tuple[Floats, bool]
    """Cholesky factor of the Schur complement"""

    @classmethod
    def of(cls, gram: Gram, scales: Floats) -> "Factor":
        terms = gram.terms
        big = scales[terms.largest]
        other = np.repeat(scales[terms.others], [terms.sizes[k] for k in terms.others])
        diagonal = 1 + big**2 * gram.diagonal
        cross = gram.cross * (big * other)
        complement = gram.rest * np.outer(other, other)
        complement[np.diag_indices(len(other))] += 1
        complement -= _dense(cross.T @ _rows(cross, 1 / diagonal))
        return cls(terms, scales, diagonal, cross, _cholesky(complement))

    @property
    def log_determinant(self) -> float:
        return float(np.log(self.diagonal).sum() + 2 * np.log(np.diag(self.lower[0])).sum())

    def solve(self, right: Floats) -> Floats:
        """A⁻¹r for a vector or the columns of a matrix over all levels."""
        mine, others = self._split(right)
        shape = (-1, *[1] * (right.ndim - 1))
        diagonal = self.diagonal.reshape(shape)
        low = np.asarray(cho_solve(self.lower, others - self.cross.T @ (mine / diagonal)))
        high = (mine - self.cross @ low) / diagonal
        solution: Floats = np.empty_like(right)
        solution[self.terms.block(self.terms.largest)] = high
        for k, start in zip(self.terms.others, self.terms.other_starts[:-1], strict=True):
            solution[self.terms.block(k)] = low[start : start + self.terms.sizes[k]]
        return solution

    @cached_property
    def inverse(self) -> tuple[Floats, Floats, Floats]:
        """Of A⁻¹: the largest term's diagonal, that term by the others, others by others."""
        rest = cho_solve(self.lower, np.eye(len(self.lower[0])))
        gain = _rows(self.cross, 1 / self.diagonal)
        across = np.asarray(gain @ rest)
        own = 1 / self.diagonal + np.asarray((gain * across).sum(1)).ravel()
        return own, -across, rest

    def traces(self) -> Floats:
        """[K]: trace of A⁻¹ over the levels of each term."""
        own, _, rest = self.inverse
        found = np.empty(len(self.scales))
        found[self.terms.largest] = own.sum()
        for k, start in zip(self.terms.others, self.terms.other_starts[:-1], strict=True):
            found[k] = np.diag(rest)[start : start + self.terms.sizes[k]].sum()
        return found

    def leverages(self) -> Floats:
        """[n]: z'Λ A⁻¹ Λz of each answer, the variance of its random part given the data."""
        own, across, rest = self.inverse
        terms, big = self.terms, self.terms.largest
        row = terms.codes[big]
        found: Floats = self.scales[big] ** 2 * own[row]
        for k, start in zip(terms.others, terms.other_starts[:-1], strict=True):
            column = start + terms.codes[k]
            found += 2 * self.scales[big] * self.scales[k] * across[row, column]
            for m, begin in zip(terms.others, terms.other_starts[:-1], strict=True):
                found += self.scales[k] * self.scales[m] * rest[column, begin + terms.codes[m]]
        return found

    def _split(self, right: Floats) -> tuple[Floats, Floats]:
        terms = self.terms
        parts = [right[terms.block(k)] for k in terms.others]
        others = np.concatenate(parts) if parts else right[:0]
        return right[terms.block(terms.largest)], others


def _cross(
    big: Codes, others: Sequence[Codes], weights: Floats, shape: tuple[int, int]
) -> "csr_array | Floats":
    rows = np.tile(big, len(others))
    columns = np.concatenate(others) if others else rows[:0]
    cross = csr_array((np.tile(weights, len(others)), (rows, columns)), shape=shape)
    return cross.toarray() if cross.nnz > DENSE * shape[0] * shape[1] else cross


def _cholesky(matrix: Floats) -> tuple[Floats, bool]:
    factor, lower = cho_factor(matrix, lower=True)
    return np.asarray(factor, dtype=np.float64), bool(lower)


def _rows(matrix: "csr_array | Floats", factors: Floats) -> "csr_array | Floats":
    """Each row times its factor."""
    if isinstance(matrix, csr_array):
        scaled = matrix.copy()
        scaled.data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
        return scaled
    return matrix * factors[:, None]


def _dense(matrix: "csr_array | Floats") -> Floats:
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
