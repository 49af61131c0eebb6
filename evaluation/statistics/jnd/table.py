"""Comparisons of levels, counted by pair: what the scale in JND is fitted to."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.jnd.model import Cells
from evaluation.statistics.pairs.table import TIE, Comparisons


@dataclass(frozen=True)
class Table:
    """Answers by the pair they are about, ready to be weighted and counted."""

    names: tuple[Hashable, ...]
    """the reference first"""
    cells: Cells
    cell: Codes
    outcome: Codes
    raters: Codes
    artworks: Codes | None
    halves: bool

    @classmethod
    def of(cls, c: Comparisons, boosted: Floats, reference: Hashable, halves: bool) -> "Table":
        names = (reference, *(item for item in c.items if item != reference))
        place = np.array([names.index(item) for item in c.items])
        code = (c.first * c.size + c.second) * 2 + boosted.astype(np.intp)
        kinds, cell = np.unique(code, return_inverse=True)
        pair, boost = np.divmod(kinds, 2)
        one, other = np.divmod(pair, c.size)
        both = 0 < boosted.mean() < 1
        band = bool(c.ties) and not halves
        cells = Cells(place[one], place[other], boost.astype(float), c.size - 1, both, band)
        assert c.raters is not None
        return cls(names, cells, cell.ravel(), c.outcome, c.raters, c.artworks, halves)

    @property
    def n(self) -> int:
        return len(self.outcome)

    def counts(self, weights: Floats | None = None) -> Floats:
        """[C, 3]: first, second, not sure; of halves nothing is left in the third column."""
        flat = np.bincount(
            self.cell * 3 + self.outcome, weights, minlength=3 * len(self.cells.first)
        )
        counts = flat.reshape(-1, 3).astype(np.float64)
        if self.halves:
            counts[:, :TIE] += counts[:, TIE:] / 2
            counts[:, TIE] = 0
        return counts

    @property
    def unit(self) -> str:
        """“boosted JND” where nobody compared plain pictures."""
        return "boosted JND" if self.cells.boosted.all() else "JND"

    @property
    def clusters(self) -> int:
        """Of the scarcer axis that is drawn."""
        people = int(self.raters.max()) + 1
        return people if self.artworks is None else min(people, int(self.artworks.max()) + 1)

    @property
    def drawn(self) -> str:
        return "raters" if self.artworks is None else "raters and artworks"

    @property
    def ended(self) -> list[int]:
        """Levels that every answer puts beyond, or below, all levels the reference hangs with."""
        size = len(self.names)
        wins = np.zeros((size, size))
        counts = self.counts()
        np.add.at(wins, (self.cells.first, self.cells.second), counts[:, 0] + counts[:, TIE])
        np.add.at(wins, (self.cells.second, self.cells.first), counts[:, 1] + counts[:, TIE])
        _, part = connected_components(wins > 0, directed=True, connection="strong")
        return [place for place in range(1, size) if part[place] != part[0]]

    @property
    def ended_words(self) -> str:
        """Why maximum likelihood has no scale; empty where it has one."""
        named = ", ".join(f"“{self.names[place]}”" for place in self.ended)
        if not named:
            return ""
        return (
            f"all answers put {named} at one end of the scale, so how far cannot be told: show"
            " milder levels beside them, or state a prior, e.g. prior=4"
        )
