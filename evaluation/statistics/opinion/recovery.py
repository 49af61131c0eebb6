"""Scores freed of raters' bias, weighted by consistency (ITU-T P.910, annex E; Li et al. 2020).

    u_es = ψ_e + Δ_s + υ_s ε

is an answer of rater s to item e: the item's score, the rater's bias (summing to 0 over raters),
the rater's inconsistency. Inattentive raters get a large υ and so little weight: no one is thrown
out. P.910 has no floor for υ, so that a rater with few answers can reach υ = 0 and take the
scores over; here υ stays above `floor` times the usual, and raters with fewer than `least` answers
have the usual one.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from evaluation.statistics.answers import Answers, Labels, label_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.opinion.solving import Limits, likelihood, projection
from evaluation.statistics.opinion.summary import Recovered, recovered

Method = Literal["projection", "likelihood"]
EVERYBODY = "all"


@dataclass(frozen=True)
class SubjectBias:
    """The model, fitted within each group of raters on its own."""

    groups: Mapping[Hashable, Recovered]
    """“all” where no groups were given"""

    @property
    def scores(self) -> Mapping[Hashable, Estimate]:
        """Items' scores, where there is one group; of several take `groups[name].scores`."""
        if len(self.groups) > 1:
            raise BadData(f"There are scores by {list(self.groups)}; take one of the groups.")
        return next(iter(self.groups.values())).scores

    @property
    def bias(self) -> Mapping[Hashable, Estimate]:
        """Every rater's Δ, against the mean of the rater's group."""
        return {name: e for group in self.groups.values() for name, e in group.bias.items()}

    @property
    def inconsistency(self) -> Mapping[Hashable, Estimate]:
        """Every rater's υ."""
        return {
            name: e for group in self.groups.values() for name, e in group.inconsistency.items()
        }


def subject_bias(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    groups: Labels | None = None,
    method: Method = "projection",
    floor: float = 0.25,
    least: int = 5,
    level: float = ESTIMATE_LEVEL,
) -> SubjectBias:
    """Items' scores, raters' biases and inconsistencies, each with its interval.

    values, raters, items  columns [n] of a long table, one row an answer.
    groups  one label an answer, one a rater (artist, crowd): the model is fitted within each, since
        what artists see and others do not is expertise, not bias.
    method  “projection” alternates as P.910 does; “likelihood” solves scores and biases together in
        each round, which settles faster in sparse data. Both climb the same likelihood.
    floor  the smallest υ, as a share of the residual deviation when all raters have the same υ.
    least  raters with fewer answers have that deviation as their υ.

    A score's interval speaks of other raters: it holds the noise of the answers, of the biases,
    and that these raters are a sample (P.910's own, 1/√Σ υ⁻², holds the first alone and is too
    short). Raises BadData where raters share no items, so that bias and score cannot be told apart.

    >>> found = subject_bias([3, 4, 1, 2, 2, 4], list("ababab"), list("xxyyzz"), least=2)
    >>> f"{found.bias['b'].value:.2f}"
    '0.67'
    """
    check_level(level)
    if not 0 < floor <= 1:
        raise BadData(f"The floor is a share above 0, at most 1, e.g. 0.25; given: {floor}.")
    who, what = label_column(raters, "rater", "Answer"), label_column(items, "item", "Answer")
    answers = Answers.of(values, who, what)  # refuses bad rows, before groups are formed
    group = _groups(groups, who)
    solve = {"projection": projection, "likelihood": likelihood}[method]
    found = {}
    for name in dict.fromkeys(group.tolist()):
        mine = group == name
        part = Answers.of(answers.values[mine], who[mine], what[mine])
        _check(part, name)
        solution = solve(part, Limits(floor, least))
        names = np.unique(who[mine]).tolist(), np.unique(what[mine]).tolist()
        found[name] = recovered(part, solution, names, f"P.910, {method}", level)
    return SubjectBias(found)


def _groups(groups: Labels | None, who: NDArray[Any]) -> NDArray[Any]:
    if groups is None:
        return np.full(len(who), EVERYBODY)
    given = label_column(groups, "group")
    if len(given) != len(who):
        raise BadData(f"There are {len(who)} answers and {len(given)} groups; give one each.")
    pairs = set(zip(who.tolist(), given.tolist(), strict=True))
    if len(pairs) > len({rater for rater, _ in pairs}):
        raise BadData("A rater belongs to one group; there is a rater with answers in two.")
    return given


def _check(part: Answers, group: Hashable) -> None:
    """Refuses raters who cannot be compared."""
    size = part.raters + part.items
    edges = csr_array((np.ones(part.n), (part.rater, part.raters + part.item)), (size, size))
    count, _ = connected_components(edges, directed=False)
    if count > 1:
        raise BadData(
            f"The raters of “{group}” fall into {count} sets that rated no item in common, so that "
            "bias and score cannot be told apart; recover each set on its own, or use `mos`."
        )
