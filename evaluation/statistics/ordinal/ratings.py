"""The field's default model: four random intercepts, because every generated picture is its own.

Raters differ in level (rater) and in how they take a condition (rater:condition); artworks differ
(artwork), and so do the pictures made from one artwork under different conditions (stimulus).
Models with rater and artwork alone reject true null hypotheses in 21-36 % of studies (Barr et al.
2013, doi:10.1016/j.jml.2012.11.001, on why; docs/statistics/ordinal.md for the numbers).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData
from evaluation.statistics.formula import require
from evaluation.statistics.ordinal.fit import Call, Fit
from evaluation.statistics.ordinal.links import LinkName
from evaluation.statistics.ordinal.model import fit_call
from evaluation.statistics.ordinal.terms import Group, Term, parent_of, term_of
from evaluation.statistics.ordinal.thresholds import StructureName

_FEW = 6


@dataclass(frozen=True)
class _Candidate:
    """A random intercept that the design may or may not bear."""

    noun: str
    group: Group
    term: Term


def rating_model(
    ratings: pd.DataFrame,
    *,
    response: str | None = None,
    rater: str | None = None,
    artwork: str | None = None,
    stimulus: str | None = None,
    condition: str = "condition",
    fixed: str | None = None,
    link: LinkName = "logit",
    thresholds: StructureName = "flexible",
    level: float = ESTIMATE_LEVEL,
) -> Fit:
    """Ratings by condition, with intercepts of rater, artwork, stimulus and rater:condition.

    One question at a time.

    ratings   a row an answer. Columns left unnamed are looked for: `value` or `rating`,
              `participant` or `rater`, `artwork`, `item` or `stimulus`. Without a stimulus column
              it is the artwork under its condition; without artworks that intercept is dropped.
    fixed     effects beside or instead of the condition, e.g. "condition + group"

    `notes` of the result says what was fitted, and what the design could not bear and was dropped:
    intercepts with one level, with a level an answer, or grouping the answers as another does; and
    whether raters answer about one picture several times.
    Standard errors are those of `clmm`; intervals take t with G - 1 degrees of freedom and the
    factor √(G / (G - 1)), G being the scarcer of raters and artworks: variances that maximum
    likelihood finds in few of them are too small (coverage in docs/statistics/ordinal.md).
    Raises BadData for missing columns, holes, several questions at once, or no intercept at all.
    """
    _one_question(ratings)
    answer = _column(ratings, response, ("value", "rating"), "response")
    person = _column(ratings, rater, ("participant", "rater"), "rater")
    require(ratings, condition)
    kept, notes = _borne(_candidates(ratings, person, artwork, stimulus, condition))
    if not kept:
        raise BadData("No random intercept can be fitted to these ratings: " + "; ".join(notes))
    formula, said = _formula(ratings, fixed, condition)
    freedom = _freedom(kept)
    groups = tuple(candidate.group for candidate in kept)
    call = Call(ratings, answer, formula, groups, link, thresholds, 1, level, freedom)
    fit = fit_call(call)
    _, shown = _pictures(ratings, artwork, stimulus, condition)
    again = _asked_again(ratings, person, shown)
    words = (_fitted_words(call, kept), *said, *notes, *again, *_few(kept))
    return replace(fit, notes=words + fit.notes)


def _one_question(ratings: pd.DataFrame) -> None:
    questions = ratings["question"].unique().tolist() if "question" in ratings else []
    if len(questions) > 1:
        raise BadData(
            f"The table holds {len(questions)} questions ({', '.join(map(str, questions))}); they "
            "are different scales, so fit one at a time."
        )


def _column(ratings: pd.DataFrame, named: str | None, usual: Sequence[str], noun: str) -> str:
    found = _optional(ratings, named, usual)
    if found is None:
        raise BadData(
            f"The table has no column {' or '.join(usual)}; name the one that holds the {noun} "
            f"({noun}=…)."
        )
    return found


def _optional(ratings: pd.DataFrame, named: str | None, usual: Sequence[str]) -> str | None:
    if named is not None:
        require(ratings, named)
        return named
    return next((column for column in usual if column in ratings.columns), None)


def _candidates(
    ratings: pd.DataFrame, rater: str, artwork: str | None, stimulus: str | None, condition: str
) -> list[_Candidate | str]:
    """The four intercepts, or a sentence in the place of one."""
    work, shown = _pictures(ratings, artwork, stimulus, condition)
    conditions = term_of(ratings, condition)
    found: list[_Candidate | str] = [_candidate(ratings, "rater", rater)]
    if conditions.levels > 1:
        found.append(_candidate(ratings, "rater:condition", (rater, condition)))
    else:
        found.append("rater:condition dropped: there is one condition")
    found.append(_candidate(ratings, "stimulus", shown))
    if work is None:
        found.append("artwork dropped: the table does not name artworks")
    else:
        found.append(_candidate(ratings, "artwork", work))
    return [_told_apart(candidate, conditions) for candidate in found]


def _pictures(
    ratings: pd.DataFrame, artwork: str | None, stimulus: str | None, condition: str
) -> tuple[str | None, Group]:
    """The column of artworks, if any, and what tells one picture from another."""
    work = _optional(ratings, artwork, ("artwork",))
    picture = _optional(ratings, stimulus, ("item", "stimulus"))
    if work is None and picture is None:
        raise BadData("The table names neither artworks nor stimuli; give artwork=… or stimulus=…")
    if picture is None or parent_of(term_of(ratings, picture), term_of(ratings, condition)) is None:
        # seen under several conditions, it is what the pictures were made from
        return work or picture, (picture or str(work), condition)
    return work, picture


def _asked_again(ratings: pd.DataFrame, rater: str, shown: Group) -> tuple[str, ...]:
    """A note where raters answer about one picture several times: copied rows are no evidence."""
    person, picture = term_of(ratings, rater).codes, term_of(ratings, shown).codes
    again = int(pd.DataFrame({"rater": person, "picture": picture}).duplicated().sum())
    if not again:
        return ()
    return (
        f"some raters answer about one picture several times ({again} answers are not the first), "
        "and each counts as an answer of its own: leave out copied rows, and repetitions that "
        "should not count",
    )


def _told_apart(candidate: _Candidate | str, conditions: Term) -> _Candidate | str:
    """The candidate, or why it cannot be told from the conditions."""
    if isinstance(candidate, str) or conditions.levels < 2 or candidate.term.levels < 2:
        return candidate
    if parent_of(conditions, candidate.term) is None:
        return candidate
    return (
        f"{candidate.noun} dropped: each condition has one, which cannot be told from what the "
        "condition does; nothing here speaks of others"
    )


def _candidate(ratings: pd.DataFrame, noun: str, group: Group) -> _Candidate:
    return _Candidate(noun, group, term_of(ratings, group))


def _borne(candidates: Sequence[_Candidate | str]) -> tuple[list[_Candidate], list[str]]:
    kept: list[_Candidate] = []
    notes: list[str] = []
    for candidate in candidates:
        why = candidate if isinstance(candidate, str) else _unbearable(candidate, kept)
        if why:
            notes.append(why)
        elif isinstance(candidate, _Candidate):
            kept.append(candidate)
    return kept, notes


def _unbearable(candidate: _Candidate, kept: Sequence[_Candidate]) -> str:
    term = candidate.term
    if term.levels < 2:
        return f"{candidate.noun} dropped: there is one only, which says nothing about others"
    if term.levels == len(term.codes):
        return f"{candidate.noun} dropped: each has one answer, which cannot be told from noise"
    for other in kept:
        both = parent_of(term, other.term), parent_of(other.term, term)
        if both[0] is not None and both[1] is not None:
            return f"{candidate.noun} dropped: it groups the answers as {other.noun} does"
    return ""


def _formula(
    ratings: pd.DataFrame, fixed: str | None, condition: str
) -> tuple[str, tuple[str, ...]]:
    if fixed is not None:
        return fixed, ()
    if ratings[condition].nunique() > 1:
        return condition, ()
    only = ratings[condition].iloc[0]
    return "1", (f"no effect of the condition: it is {only} throughout",)


def _freedom(kept: Sequence[_Candidate]) -> float:
    """Of the scarcer of raters and artworks (stimuli where there are no artworks), less one."""
    sizes = {candidate.noun: candidate.term.levels for candidate in kept}
    pictures = sizes.get("artwork", sizes.get("stimulus", np.inf))
    return float(min(sizes.get("rater", np.inf), pictures) - 1)


def _fitted_words(call: Call, kept: Sequence[_Candidate]) -> str:
    named = ", ".join(f"{c.noun} ({c.term.levels} levels)" for c in kept)
    return (
        f"cumulative {call.link} model of {call.response} on {call.fixed}, {call.thresholds} "
        f"thresholds, random intercepts of {named}; {len(call.data)} answers"
    )


def _few(kept: Sequence[_Candidate]) -> tuple[str, ...]:
    return tuple(
        f"the variance of {c.noun} rests on {c.term.levels} levels and is hardly known"
        for c in kept
        if c.term.levels < _FEW
    )
