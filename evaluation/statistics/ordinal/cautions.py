"""What a mixed model leaves out that would make its intervals too short, in words.

A rater may take one condition better than another, and a picture may come out well under one only.
A model without these interactions counts what they do as evidence of the condition: it rejects
true nulls in 21-36 % of studies (Barr et al. 2013, doi:10.1016/j.jml.2012.11.001, on why;
docs/statistics/coverage.md for the numbers).
"""

from collections.abc import Sequence

from evaluation.statistics.ordinal.terms import Term, parent_of

FEW = 50
"""levels of a random intercept below which normal quantiles are noticeably short"""


def left_out(terms: Sequence[Term], factors: Sequence[Term], answers: int) -> list[str]:
    """A sentence for each factor that varies within an intercept's levels without their
    interaction; none for interactions that would have a level an answer."""
    return [
        f"{factor.name} is taken to do the same to every level of {term.name}; where it does not, "
        f"its interval is too short: add ({term.name}, {factor.name}) to `groups`, or take "
        "rating_model"
        for factor in factors
        for term in terms
        if _crossed(term, factor) and not _held(term, factor, terms)
        if len({*zip(term.codes.tolist(), factor.codes.tolist(), strict=True)}) < answers
    ]


def scarcest(terms: Sequence[Term]) -> Term | None:
    """The intercept with the fewest levels, where these are few."""
    found = min(terms, key=lambda term: term.levels, default=None)
    return found if found is not None and found.levels < FEW else None


def _crossed(term: Term, factor: Term) -> bool:
    return parent_of(term, factor) is None and parent_of(factor, term) is None


def _held(term: Term, factor: Term, terms: Sequence[Term]) -> bool:
    """Whether some intercept has levels of its own for the term's under each of the factor's."""
    return any(
        parent_of(other, term) is not None and parent_of(other, factor) is not None
        for other in terms
    )
