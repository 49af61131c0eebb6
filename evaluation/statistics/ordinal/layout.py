"""Where the penalised information of crossed and nested random intercepts has its entries.

With u = b / σ the information is H = I + Λ Z'W Z Λ. It is never formed. A chain of nested terms
(rater:condition inside rater) is eliminated first: its own block of H is diagonal but for entries
between a level and the levels around it, so elimination fills nothing in. What is left is one dense
Schur complement of the other terms. The chain that leaves the smallest complement is taken. All
index work is done once here; `system.py` fills in numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Codes
from evaluation.statistics.ordinal.terms import Term, parent_of


@dataclass(frozen=True)
class Cells:
    """The pairs (level of one chain term, column of the complement) that some answer has."""

    rows: Codes
    columns: Codes
    of_answer: Codes
    """[T * N]: the cell of each answer with each complement term, term by term"""
    place: Codes
    """[cells]: where its column stands among the columns of its block"""


@dataclass(frozen=True)
class Layout:
    """Index arrays for one set of terms over N answers."""

    terms: tuple[Term, ...]
    chain: tuple[int, ...]
    """terms that are eliminated, finest first, each nested in the next"""
    rest: tuple[int, ...]
    """terms of the dense complement"""
    parents: dict[tuple[int, int], Codes]
    """(place in the chain, later place): the coarser level of each finer one; a place with itself
    is the identity"""
    columns: Codes
    """[T, N]: the complement's column of each answer, for each of its T terms"""
    size: int
    """columns of the complement"""
    cells: tuple[Cells, ...]
    """one entry a place in the chain"""
    upward: dict[tuple[int, int], Codes]
    """(place, later place): the coarser cell of each finer cell"""
    blocks: Codes
    """[levels of the coarsest chain term + 1]: where each block's columns begin"""
    width: int
    """columns of the widest block"""

    @property
    def levels(self) -> int:
        return sum(term.levels for term in self.terms)


def layout_of(terms: Sequence[Term]) -> Layout:
    """Chooses the chain and lays out the cells."""
    chain = _best_chain(terms)
    rest = tuple(k for k in range(len(terms)) if k not in chain)
    count = len(terms[0].codes) if terms else 0
    starts = np.cumsum([0, *(terms[k].levels for k in rest)])
    columns = np.array(
        [terms[k].codes + start for k, start in zip(rest, starts[:-1], strict=True)], dtype=np.intp
    ).reshape(len(rest), count)
    size = int(starts[-1])
    parents = {
        (f, g): _parent(terms[chain[f]], terms[chain[g]])
        for f in range(len(chain))
        for g in range(f, len(chain))
    }
    keys = [np.unique(_key(terms[k], columns, size), return_inverse=True) for k in chain]
    upward = {
        (f, g): np.searchsorted(
            keys[g][0], parents[f, g][keys[f][0] // size] * size + keys[f][0] % size
        )
        for f in range(len(chain))
        for g in range(f, len(chain))
        if size
    }
    blocks = _blocks(keys, terms, chain, size)
    cells = tuple(
        _cells(keys[f], size, upward.get((f, len(chain) - 1)), blocks) for f in range(len(chain))
    )
    width = int(np.diff(blocks).max(initial=0))
    return Layout(tuple(terms), chain, rest, parents, columns, size, cells, upward, blocks, width)


def _best_chain(terms: Sequence[Term]) -> tuple[int, ...]:
    """The nested chain with most levels."""
    order = sorted(range(len(terms)), key=lambda k: -terms[k].levels)
    chains = [_chain_from(place, order, terms) for place in range(len(order))]
    return max(chains, key=lambda chain: sum(terms[k].levels for k in chain), default=())


def _chain_from(place: int, order: list[int], terms: Sequence[Term]) -> tuple[int, ...]:
    chain = [order[place]]
    for k in order[place + 1 :]:
        if parent_of(terms[chain[-1]], terms[k]) is not None:
            chain.append(k)
    return tuple(chain)


def _parent(fine: Term, coarse: Term) -> Codes:
    parent = parent_of(fine, coarse)
    assert parent is not None  # the chain was built from such pairs
    return parent


def _key(term: Term, columns: Codes, size: int) -> Codes:
    return (term.codes[None, :] * size + columns).ravel()


def _blocks(
    keys: list[tuple[Codes, Codes]], terms: Sequence[Term], chain: tuple[int, ...], size: int
) -> Codes:
    if not chain or not size:
        return np.zeros(1, dtype=np.intp)
    rows = keys[-1][0] // size
    counts = np.bincount(rows, minlength=terms[chain[-1]].levels)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)


def _cells(key: tuple[Codes, Codes], size: int, to_coarsest: Codes | None, blocks: Codes) -> Cells:
    unique, of_answer = key
    if not size or to_coarsest is None:
        empty = np.zeros(0, dtype=np.intp)
        return Cells(empty, empty, empty, empty)
    block = np.searchsorted(blocks, to_coarsest, side="right") - 1
    return Cells(unique // size, unique % size, of_answer.ravel(), to_coarsest - blocks[block])
