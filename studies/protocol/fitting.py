"""Whether what a file names fits together: checks and their study, analyses and questions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from config.plugins import PluginError, PluginFolder, record
from studies import checks
from studies.channels import CHANNELS
from studies.checks import CHECKS, Scene
from studies.protocol.fieldwork import Check, Fieldwork
from studies.protocol.problems import Place
from studies.questions import ANSWERS, Measured, Question
from studies.trials import TrialKind

ASKED = "\0asked"
"""A name that no question has: to see which settings of an analysis name questions."""

Found = Iterator[tuple[Place, str]]
"""Where in the file, and what is wrong there."""


def unfit_checks(study: Fieldwork, kind: TrialKind) -> Found:
    """Checks say themselves in what studies they cannot stand."""
    built = {i: made for i, check in enumerate(study.checks) if (made := _built(check))}
    mixed_in = sum(part.each for c in built.values() for part in (c.known, c.repeats) if part)
    channel = study.channel.kind
    paid = channel in CHANNELS and CHANNELS.load(channel).pays
    scene = Scene(kind, channel, paid, study.raters.items_each, mixed_in)
    for i, made in built.items():
        for sentence in made.refusals(scene):
            yield ("study", "checks", i), f"the check {study.checks[i].check}: {sentence}"


def _built(check: Check) -> checks.Check | None:
    """A check with its settings; None where these are wrong, which is noted elsewhere."""
    try:
        return CHECKS.build(check.check, check.settings)
    except PluginError:
        return None


def unread(
    catalogue: PluginFolder[Any], name: str, filled: Mapping[str, Any], asked: Sequence[Question]
) -> Iterator[tuple[str, str]]:
    """Setting of the analysis `name`, and why it cannot read the scale of a question named there.

    Analyses that do not state what they take (`takes`) read all. The report refuses likewise
    (evaluation/reporting/scales.py); here it is said before anybody has answered.
    """
    takes: Collection[Measured] | None = getattr(catalogue.load(name), "takes", None)
    if takes is None or not asked:
        return
    reads = f"the analysis {name} reads {_either([ANSWERS[each] for each in takes])}"
    for setting in question_settings(catalogue, name):
        named = filled[setting] if isinstance(filled[setting], list) else [filled[setting]]
        wrong = [each for each in asked if each.name in named and each.measured not in takes]
        for each in wrong:
            said = f"The answers to “{each.name}” are {ANSWERS[each.measured]}, and {reads}."
            yield setting, f"{said} {_made_for(catalogue, each)}"
        if filled[setting] is None and not any(each.measured in takes for each in asked):
            has = _either(sorted({ANSWERS[each.measured] for each in asked}), "and")
            yield (
                setting,
                (
                    f"The answers of this study are {has}, and {reads}."
                    f" {_made_for(catalogue, asked[0])}"
                ),
            )


def question_settings(catalogue: PluginFolder[Any], name: str) -> list[str]:
    """The settings of an analysis that name questions."""
    names_of = getattr(catalogue.load(name), "names", None)
    return [key for key, known in (names_of([ASKED]) if names_of else {}).items() if ASKED in known]


def _made_for(catalogue: PluginFolder[Any], question: Question) -> str:
    """The analyses that look for this question by name; else those that state its scale; else
    those that read all questions, whatever they are."""
    stated = {each: getattr(catalogue.load(each), "takes", None) for each in catalogue.names()}
    able = [each for each, takes in stated.items() if question.measured in (takes or ())]
    every = [
        e for e, takes in stated.items() if takes is None and "questions" in catalogue.settings(e)
    ]
    own = [each for each in able if _looks_for(catalogue, each, question.name)]
    return f"Such answers are for: {', '.join(own or able or every)}."


def _looks_for(catalogue: PluginFolder[Any], name: str, question: str) -> bool:
    """Whether an analysis reads the question when nothing is said about it."""
    left = record(catalogue.build(name))
    named = (left[setting] for setting in question_settings(catalogue, name))
    return any(question in (one if isinstance(one, list) else [one]) for one in named if one)


def _either(words: Sequence[str], link: str = "or") -> str:
    return f" {link} ".join(words)
