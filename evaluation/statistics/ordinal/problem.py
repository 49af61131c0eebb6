"""All that a likelihood depends on, and the meaning of its parameter vector."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.ordinal.layout import Layout, layout_of
from evaluation.statistics.ordinal.links import Link
from evaluation.statistics.ordinal.terms import Term
from evaluation.statistics.ordinal.thresholds import Structure


class Parts(NamedTuple):
    """The parameter vector taken apart."""

    theta: Floats
    beta: Floats
    sigma: Floats
    """[K], 0 for a term that is held at its boundary"""


@dataclass(frozen=True)
class Problem:
    """P(Y ≤ j) = F(θ_j - x'β - Σ_k b_k), b_k ~ N(0, σ_k²).

    Parameters are, in this order, α of the thresholds, β, and log σ of the terms not held at 0.
    """

    category: Codes
    """[N], 0 for the lowest"""
    stratum: Codes
    """[N]: whose thresholds an answer is cut by; 0 throughout but in a proportional-odds check"""
    design: Floats
    """[N, p]"""
    effects: tuple[str, ...]
    terms: tuple[Term, ...]
    link: Link
    structure: Structure
    held: tuple[bool, ...]
    """[K]: terms whose σ is held at 0"""

    @property
    def n(self) -> int:
        return len(self.category)

    @property
    def alphas(self) -> int:
        return len(self.structure.parameters)

    @property
    def fixed(self) -> int:
        """Parameters that are not standard deviations."""
        return self.alphas + len(self.effects)

    @property
    def free_terms(self) -> tuple[int, ...]:
        return tuple(k for k, held in enumerate(self.held) if not held)

    @property
    def size(self) -> int:
        return self.fixed + len(self.free_terms)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters; a standard deviation has its term's name."""
        free = tuple(self.terms[k].name for k in self.free_terms)
        return self.structure.parameters + self.effects + free

    @cached_property
    def layout(self) -> Layout:
        return layout_of(self.terms)

    @cached_property
    def upper(self) -> Codes:
        """[N]: place of each answer's upper limit among the extended thresholds."""
        return self.structure.place(self.category, self.stratum)

    @cached_property
    def columns(self) -> Floats:
        """The design in column order, which products with it like."""
        return np.asfortranarray(self.design)

    def parts(self, values: Floats) -> Parts:
        sigma = np.zeros(len(self.terms))
        with np.errstate(over="ignore"):
            sigma[list(self.free_terms)] = np.exp(values[self.fixed :])
        theta = self.structure.matrix @ values[: self.alphas]
        return Parts(theta, values[self.alphas : self.fixed], sigma)
