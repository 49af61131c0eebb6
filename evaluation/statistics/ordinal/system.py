"""The factorised information H = I + Λ Z'W Z Λ: log-determinant, solves and leverages.

Block elimination (`layout.py` says of what): H = L D L' for the chain, a dense Cholesky factor for
the complement. An answer's leverage is z'H⁻¹z with z = Λ times its row of Z; the gradient of a
Laplace approximation needs no other entry of H⁻¹ than these and the traces of its diagonal blocks.
"""

from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.linalg import cholesky, lapack, solve_triangular
from scipy.sparse import csr_array

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.ordinal.layout import Layout
from evaluation.statistics.ordinal.terms import sums


class NotPositive(ArithmeticError):
    """H is not positive definite: the modes are no maximum."""


class System:
    """H at given weights [N] and standard deviations [K]. Raises NotPositive."""

    def __init__(self, layout: Layout, weights: Floats, sigma: Floats) -> None:
        self._layout, self._weights, self._sigma = layout, weights, sigma
        self._chain_sigma = [float(sigma[k]) for k in layout.chain]
        self._column_sigma = np.repeat(
            [sigma[k] for k in layout.rest], [layout.terms[k].levels for k in layout.rest]
        ).astype(np.float64)
        self._bounds = np.cumsum([0, *(term.levels for term in layout.terms)])
        self._eliminate()
        self._factorise()

    def _eliminate(self) -> None:
        """Fills D, the entries between nested levels, and the chain's rows of the complement."""
        layout, sigma = self._layout, self._chain_sigma
        places = range(len(layout.chain))
        totals = [self._totals(k) for k in layout.chain]
        self._diagonal = [1 + sigma[f] ** 2 * totals[f] for f in places]
        self._between = {
            (f, g): sigma[f] * sigma[g] * totals[f] for f in places for g in places if g > f
        }
        self._across = [self._cross(f) for f in places]
        for f in places:
            for g in range(f + 1, len(places)):
                ratio = self._between[f, g] / self._diagonal[f]
                up = layout.parents[f, g]
                levels = len(self._diagonal[g])
                for h in range(g, len(places)):
                    target = self._diagonal[g] if g == h else self._between[g, h]
                    target -= sums(up, ratio * self._between[f, h], levels)
                if layout.size:
                    moved = ratio[layout.cells[f].rows] * self._across[f]
                    lower = self._across[g]
                    lower -= sums(layout.upward[f, g], moved, len(lower))
        if any((d <= 0).any() for d in self._diagonal):
            raise NotPositive

    def _totals(self, term: int) -> Floats:
        coded = self._layout.terms[term]
        return sums(coded.codes, self._weights, coded.levels)

    def _cross(self, place: int) -> Floats:
        """The entries of H between a chain term and the complement, cell by cell."""
        cells = self._layout.cells[place]
        if not len(cells.rows):
            return np.zeros(0)
        weights = np.tile(self._weights, len(self._layout.rest))
        found = sums(cells.of_answer, weights, len(cells.rows))
        return np.asarray(found * self._chain_sigma[place] * self._column_sigma[cells.columns])

    def _factorise(self) -> None:
        self.log_determinant = float(sum(np.log(d).sum() for d in self._diagonal))
        if not self._layout.size:
            self._root = np.zeros((0, 0))
            return
        complement = self._own()
        rows = self._scaled_rows()
        complement -= _gram(rows)
        try:
            self._root = cholesky(complement, lower=True, overwrite_a=True, check_finite=False)
        except np.linalg.LinAlgError as error:
            raise NotPositive from error
        self.log_determinant += 2 * float(np.log(np.diagonal(self._root)).sum())

    def _own(self) -> Floats:
        """The complement's block of H itself."""
        layout, size = self._layout, self._layout.size
        flat = np.zeros(size * size)
        for t, first in enumerate(layout.columns):
            flat[:: size + 1] += sums(first, self._weights, size)
            for second in layout.columns[t + 1 :]:
                found = np.bincount(second * size + first, self._weights, 0)
                flat[: len(found)] += found
        full = flat.reshape(size, size)
        full = full + np.tril(full, -1).T
        full *= self._column_sigma[:, None] * self._column_sigma
        full[np.diag_indices(size)] += 1
        return np.asarray(full)

    def _scaled_rows(self) -> "csr_array[np.float64]":
        """D^-½ times the chain's rows of the complement, all places below each other."""
        layout = self._layout
        data, columns, counts = [], [], []
        for cells, across, d in zip(layout.cells, self._across, self._diagonal, strict=True):
            data.append(across / np.sqrt(d)[cells.rows])
            columns.append(cells.columns)
            counts.append(np.bincount(cells.rows, minlength=len(d)))
        starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
        shape = (len(starts) - 1, layout.size)
        return csr_array((np.concatenate(data), np.concatenate(columns), starts), shape=shape)

    def solve(self, right: Floats) -> Floats:
        """H⁻¹ times a vector [levels], terms one after the other."""
        layout, parts = self._layout, self._split(right)
        chain = [parts[k].copy() for k in layout.chain]
        for f, g in self._between:  # finest first
            step = self._between[f, g] / self._diagonal[f] * chain[f]
            chain[g] -= sums(layout.parents[f, g], step, len(chain[g]))
        rest = np.concatenate([parts[k] for k in layout.rest]) if layout.rest else np.zeros(0)
        for f, cells in enumerate(layout.cells):
            moved = self._across[f] * (chain[f] / self._diagonal[f])[cells.rows]
            rest = rest - sums(cells.columns, moved, len(rest))
        rest = self._complement_solve(rest)
        for f in reversed(range(len(chain))):
            cells = layout.cells[f]
            taken = sums(cells.rows, self._across[f] * rest[cells.columns], len(chain[f]))
            for g in range(f + 1, len(chain)):
                taken = taken + self._between[f, g] * chain[g][layout.parents[f, g]]
            chain[f] = (chain[f] - taken) / self._diagonal[f]
        return self._joined(chain, rest)

    def leverages(self) -> tuple[Floats, Floats]:
        """z'H⁻¹z of each answer [N], and the trace of H⁻¹ over each term's levels [K]."""
        layout, terms = self._layout, self._layout.terms
        traces = np.zeros(len(terms))
        if not terms:
            return np.zeros(len(self._weights)), traces
        own, vectors = self._probe(0, np.array(self._chain_sigma))
        finest = terms[layout.chain[0]].codes
        leverage = own[finest]
        if layout.size:
            quadratic, products = self._through_complement(0, vectors)
            leverage = leverage + quadratic[finest] + self._answer_part(products, finest)
            diagonal = np.diagonal(self._inverse)
            for k, part in zip(layout.rest, self._rest_slices(), strict=True):
                traces[k] = diagonal[part].sum()
        for f in range(1, len(layout.chain)):
            traces[layout.chain[f]] = self._chain_diagonal(f).sum()
        # Σ W z'H⁻¹z = tr(H⁻¹(H - I)) gives the last trace for nothing
        total = layout.levels - float(self._weights @ leverage)
        traces[layout.chain[0]] = total - traces.sum()
        return leverage, traces

    def diagonal(self) -> Floats:
        """The diagonal of H⁻¹ [levels]: squared standard errors of u, all else held."""
        chain = [self._chain_diagonal(f) for f in range(len(self._layout.chain))]
        rest = np.diagonal(self._inverse) if self._layout.size else np.zeros(0)
        return self._joined(chain, rest)

    def _chain_diagonal(self, place: int) -> Floats:
        own, vectors = self._probe(place, np.eye(len(self._layout.chain))[place])
        if not self._layout.size:
            return own
        return np.asarray(own + self._through_complement(place, vectors)[0])

    def _probe(self, place: int, start: Floats) -> tuple[Floats, list[Floats]]:
        """Forward elimination of `start` (on a level and those around it), for each level.

        Returns what the chain contributes to start'H⁻¹start, and the eliminated vector over D.
        """
        layout = self._layout
        levels = len(self._diagonal[place])
        values = {h: np.full(levels, start[h]) for h in range(place, len(layout.chain))}
        own, scaled = np.zeros(levels), []
        for h in range(place, len(layout.chain)):
            up = layout.parents[place, h]
            over = values[h] / self._diagonal[h][up]
            own += values[h] * over
            scaled.append(over)
            for g in range(h + 1, len(layout.chain)):
                values[g] = values[g] - self._between[h, g][up] * over
        return own, scaled

    def _through_complement(self, place: int, vectors: list[Floats]) -> tuple[Floats, Floats]:
        """g'S⁻¹g and S⁻¹g for each level of a chain term, on the columns of its block.

        g is what elimination moves into the complement; it lives on the columns of one block.
        """
        layout, levels = self._layout, len(vectors[0])
        moved = np.zeros((levels, layout.width))
        for h, vector in enumerate(vectors, start=place):
            up = layout.parents[place, h]
            moved += self._padded[h][up] * vector[:, None]
        block = layout.parents[place, len(layout.chain) - 1]
        order = np.argsort(block, kind="stable")
        ends = np.searchsorted(block[order], np.arange(len(layout.blocks)))
        products = np.zeros_like(moved)
        columns = layout.cells[-1].columns
        for b, (first, last) in enumerate(pairwise(ends)):
            support = columns[layout.blocks[b] : layout.blocks[b + 1]]
            inverse = self._inverse[support][:, support]
            rows = order[first:last]
            products[rows, : len(support)] = moved[rows, : len(support)] @ inverse
        return (moved * products).sum(1), products

    def _answer_part(self, products: Floats, finest: Codes) -> Floats:
        """c'S⁻¹c - 2 c'S⁻¹g of each answer, c being its entries in the complement."""
        layout = self._layout
        cells = layout.cells[0]
        places = cells.place[cells.of_answer].reshape(layout.columns.shape)
        sigma = [float(self._sigma[k]) for k in layout.rest]
        found = np.zeros(len(finest))
        for t, first in enumerate(layout.columns):
            found -= 2 * sigma[t] * products[finest, places[t]]
            for s, second in enumerate(layout.columns):
                found += sigma[t] * sigma[s] * self._inverse[first, second]
        return found

    @cached_property
    def _padded(self) -> list[Floats]:
        """The chain's rows of the complement, each on the columns of its block."""
        padded = []
        for cells, across, d in zip(self._layout.cells, self._across, self._diagonal, strict=True):
            rows = np.zeros((len(d), self._layout.width))
            rows[cells.rows, cells.place] = across
            padded.append(rows)
        return padded

    @cached_property
    def _inverse(self) -> Floats:
        inverse, _ = lapack.dpotri(self._root, lower=1)
        lower = np.tril(inverse)
        return np.ascontiguousarray(lower + np.tril(lower, -1).T)

    def _complement_solve(self, right: Floats) -> Floats:
        if not len(right):
            return right
        half = solve_triangular(self._root, right, lower=True, check_finite=False)
        return np.asarray(
            solve_triangular(self._root, half, lower=True, trans=1, check_finite=False)
        )

    def _split(self, vector: Floats) -> list[Floats]:
        return [vector[a:b] for a, b in pairwise(self._bounds)]

    def _rest_slices(self) -> list[slice]:
        ends = np.cumsum([0, *(self._layout.terms[k].levels for k in self._layout.rest)])
        return [slice(a, b) for a, b in pairwise(ends)]

    def _joined(self, chain: list[Floats], rest: Floats) -> Floats:
        parts: dict[int, Floats] = dict(zip(self._layout.chain, chain, strict=True))
        parts |= {
            k: rest[part] for k, part in zip(self._layout.rest, self._rest_slices(), strict=True)
        }
        return np.concatenate([parts[k] for k in range(len(parts))]) if parts else np.zeros(0)


def _gram(rows: "csr_array[np.float64]") -> Floats:
    """rows' rows, dense; by whichever of the sparse and the dense product is shorter."""
    filled = np.diff(rows.indptr).astype(np.float64)
    if rows.shape[0] * rows.shape[1] ** 2 < 50 * (filled**2).sum():
        dense = rows.toarray()
        return np.asarray(dense.T @ dense)
    return np.asarray((rows.T @ rows).toarray())
