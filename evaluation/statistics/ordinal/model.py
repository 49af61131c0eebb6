"""`clmm` and `clm`: from a table and a formula to a fit."""

from collections.abc import Sequence
from dataclasses import replace
from math import isinf

import numpy as np
import pandas as pd

from evaluation.statistics.answers import Codes
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, check_level
from evaluation.statistics.formula import recipe_of
from evaluation.statistics.ordinal.cautions import left_out
from evaluation.statistics.ordinal.fit import Call, Fit
from evaluation.statistics.ordinal.fitting import Fitted, fitted
from evaluation.statistics.ordinal.links import LinkName, link_of
from evaluation.statistics.ordinal.problem import Problem
from evaluation.statistics.ordinal.response import response_of
from evaluation.statistics.ordinal.terms import Group, Term, parent_of, terms_of
from evaluation.statistics.ordinal.thresholds import StructureName, in_strata, structure_of

_WIDE = 6.0


def clmm(
    data: pd.DataFrame,
    response: str,
    fixed: str,
    groups: Sequence[Group],
    link: LinkName = "logit",
    thresholds: StructureName = "flexible",
    *,
    nodes: int = 1,
    level: float = ESTIMATE_LEVEL,
) -> Fit:
    """The cumulative link mixed model of one ordered answer, any number of random intercepts.

    data      a row an answer
    response  its column: numbers, or an ordered categorical; at least two values
    fixed     effects as a formula over columns, e.g. "condition + group + lpips_z"; `a:b`, `a*b`
              for interactions, "1" for none. Text columns are factors, their first level (in
              order, or as the categorical has it) is the reference; names are as R writes them.
    groups    columns of random intercepts, tuples of columns for interactions:
              ["rater", ("rater", "condition")]
    nodes     1 is the Laplace approximation; more are nodes of adaptive Gauss-Hermite quadrature,
              for a single intercept

    Raises BadData with a sentence for columns that are missing or have holes, answers that do not
    vary, and intercepts with one level. Agrees with R's ordinal::clmm (Christensen) to 1e-4, but
    for cloglog and loglog with one intercept: there R's clmm takes each of the two for the other,
    against its own clm and its own clmm with two intercepts; ours are those of clm throughout.

    >>> wine = pandas.read_csv("tests/data/statistics/wine.csv")
    >>> fit = clmm(wine, "rating", "temp + contact", ["judge"])
    >>> f"{fit.coefficients['tempwarm']:.3f}", round(fit.log_likelihood, 3)
    ('3.063 [1.896, 4.230]', -81.565)
    """
    if isinstance(groups, str):
        raise BadData(f"`groups` is a list of columns, e.g. [{groups!r}].")
    if not len(groups):
        raise BadData("clmm needs a random intercept; `clm` is the model without any.")
    if not isinstance(nodes, (int, np.integer)) or nodes < 1:
        raise BadData(f"`nodes` is a whole number from 1; given: {nodes!r}.")
    if nodes > 1 and len(groups) > 1:
        raise BadData("Quadrature with several nodes is for a single random intercept.")
    call = Call(data, response, fixed, tuple(groups), link, thresholds, nodes, level)
    return fit_call(call)


def clm(
    data: pd.DataFrame,
    response: str,
    fixed: str,
    link: LinkName = "logit",
    thresholds: StructureName = "flexible",
    *,
    level: float = ESTIMATE_LEVEL,
) -> Fit:
    """The cumulative link model without random effects: for answers that *are* independent.

    Answers of one rater, or about one picture, are not; for these `clmm` or `rating_model`.
    Arguments, errors and result as `clmm`.
    """
    return fit_call(Call(data, response, fixed, (), link, thresholds, 1, level))


def fit_call(call: Call, strata: str | None = None) -> Fit:
    """Fits what the call asks for; levels of `strata` have thresholds of their own each."""
    check_level(call.level)
    if not len(call.data):
        raise BadData("There is no answer to fit a model to.")
    answers = response_of(call.data, call.response)
    recipe = recipe_of(call.data, call.fixed)
    terms = terms_of(call.data, call.groups)
    _check_terms(terms, answers.codes)
    structure = structure_of(call.thresholds, answers.labels)
    stratum: Codes = np.zeros(len(call.data), dtype=np.intp)
    if strata is not None:
        by = terms_of(call.data, [strata])[0]
        structure, stratum = in_strata(structure, by.labels), by.codes
        others = [k for k in recipe.kept if not recipe.names[k].startswith(strata)]
        recipe = replace(recipe, kept=tuple(others))
    problem = Problem(
        answers.codes,
        stratum,
        recipe.matrix(call.data),
        tuple(recipe.names[k] for k in recipe.kept),
        terms,
        link_of(call.link),
        structure,
        (False,) * len(terms),
    )
    found = fitted(problem, call.nodes)
    said = answers.notes + _notes(found)
    if isinf(call.freedom):  # rating_model chose its intercepts, and says so
        factors = terms_of(call.data, list(recipe.levels))
        said += tuple(left_out(terms, factors, len(call.data)))
    return Fit(call, found, recipe, answers, said)


def _check_terms(terms: Sequence[Term], answers: Codes) -> None:
    for k, term in enumerate(terms):
        if term.levels < 2:
            raise BadData(
                f"The random intercept of {term.name!r} has one level only, which says nothing "
                "about others; leave it out."
            )
        if term.levels < len(answers) and _decides(term, answers):
            raise BadData(
                f"All answers within a level of {term.name!r} are alike (perfect agreement), so "
                "that its standard deviation has no finite estimate; there is no noise to model."
            )
        for other in terms[:k]:
            if parent_of(term, other) is not None and parent_of(other, term) is not None:
                raise BadData(
                    f"{term.name!r} and {other.name!r} group the answers alike, so that their "
                    "variances cannot be told apart; leave one out."
                )


def _decides(term: Term, answers: Codes) -> bool:
    """Whether the level alone says what every answer is."""
    known = np.zeros(term.levels, dtype=np.intp)
    known[term.codes] = answers
    return bool((known[term.codes] == answers).all())


def _notes(found: Fitted) -> tuple[str, ...]:
    problem, notes = found.problem, []
    for term, held in zip(problem.terms, problem.held, strict=True):
        if held:
            notes.append(f"the variance of {term.name} is estimated at its boundary, 0")
    sigma = problem.parts(found.maximum.values).sigma
    if sigma.max(initial=0) > _WIDE:
        notes.append(
            f"a standard deviation of {sigma.max():.1f} on the {problem.link.name} scale means "
            "levels that nearly decide the answer; the Laplace approximation is poor there"
        )
    if found.escaping:
        names = ", ".join(problem.names[k] for k in found.escaping)
        notes.append(
            f"{names}: no finite estimate, because the further they go, the better they predict "
            "some answers, and none the worse (separation: all answers under a condition at one "
            "end of the scale, say); if that condition is the reference, choose another"
        )
    if not found.maximum.converged:
        notes.append(
            f"the fit did not converge (largest gradient {found.maximum.gradient_norm:.2g}); "
            "estimates are withheld"
        )
    return tuple(notes)
