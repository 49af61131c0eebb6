"""Whether the questions that an analysis reads have a scale that it can read. Pure.

A question states what its answers are (`measured`): points in order, places on a line, names,
preferences among pictures, texts. An analysis states which of these it takes (`takes`). Where they
do not fit, the numbers of the answers would still go through the formulas and mean nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from config.plugins import record
from evaluation.analyses import ANALYSES, Analysis
from evaluation.findings.surveyed import Asked
from evaluation.ratings import TableError
from evaluation.reporting.behind import questions_of
from evaluation.words import listed
from studies.questions import ANSWERS, Measured

USUAL: Mapping[Measured, tuple[str, ...]] = {
    "ordinal": ("opinion", "agreement"),
    "interval": ("opinion", "agreement"),
    "nominal": ("survey",),
    "preference": ("preference",),
    "text": ("survey",),
}
"""Analyses for questions that none has for its own."""
USUAL_FOR: Mapping[str, tuple[Measured, ...]] = {
    "opinion": ("ordinal", "interval"),
    "survey": ("nominal", "text"),
}
"""Of them, those that a report of a study with pictures takes up by itself: with the questions that
none has for its own. (Agreement is about all, preferences come with comparisons.)"""


def check_scales(name: str, analysis: Analysis, asked: Sequence[Asked]) -> None:
    """Raises TableError where the analysis called `name` cannot read a question of its settings.

    Questions that are not among `asked` (tables from elsewhere) are not judged.
    """
    wanted = questions_of(analysis) or ()
    for question in asked:
        if question.name in wanted and question.measured not in takes(analysis):
            raise TableError(unfit(name, question, takes(analysis)))


def takes(analysis: Analysis) -> Collection[Measured]:
    """The scales that an analysis can read; all where it does not say."""
    stated: Collection[Measured] = getattr(analysis, "takes", tuple(ANSWERS))
    return stated


def fits(analysis: Analysis, asked: Sequence[Asked]) -> bool:
    """Whether an analysis can read all questions that its settings name; where these name none and
    it looks for questions itself, whether there is one."""
    wanted = questions_of(analysis)
    if wanted is None and "questions" in record(analysis):
        return any(each.measured in takes(analysis) for each in asked)
    mine = [each for each in asked if each.name in (wanted or ())]
    return all(each.measured in takes(analysis) for each in mine)


def unfit(name: str, question: Asked, taken: Collection[Measured]) -> str:
    """Why the analysis cannot read the question, and which to use instead."""
    needs = listed([ANSWERS[each] for each in taken])
    return (
        f"The answers to “{question.name}” are {ANSWERS[question.measured]}, and the analysis"
        f" {name} reads {needs}. Use {_either(instead(question))} instead."
    )


def unclaimed(name: str, asked: Sequence[Asked]) -> list[str]:
    """Questions that no analysis is made for, and that the analysis called `name` is for then."""
    able = [each for each in asked if each.measured in USUAL_FOR[name]]
    return [each.name for each in able if not _own(each)]


def instead(question: Asked) -> list[str]:
    """The analyses made for a question: those that look for it by name, else the usual ones."""
    return _own(question) or [name for name in USUAL[question.measured] if name in ANALYSES]


def _own(question: Asked) -> list[str]:
    built: dict[str, Any] = {name: ANALYSES.build(name) for name in ANALYSES.names()}
    return [
        name
        for name, analysis in built.items()
        if question.measured in getattr(analysis, "takes", ())
        and question.name in (questions_of(analysis) or ())
        and "metrics" not in record(analysis)  # those need measurements first
    ]


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)
