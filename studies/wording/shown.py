"""Every text that a trial kind, a check or a channel lets participants read. Pure.

For extraction (the defaults of all plugins) and for the check of a file (what it wrote itself).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from studies.checks import THE_DIFFERENCE, Check
from studies.questions import Question
from studies.trials import TrialKind, page_of, parts_of, questions_of, slots_of


def of_trial(kind: TrialKind) -> list[str]:
    """Instructions, what is asked and what stands beside pictures, over all screens."""
    said: list[str] = list(kind.instructions)
    for part in parts_of(kind):
        page = page_of(kind, part)
        said += [page.title, page.intro] if page else []
        for slot in slots_of(kind, part):
            said += [slot.group, slot.label, slot.alt]
        for question in questions_of(kind, part):
            said += of_question(question)
    return _once(said)


def of_question(question: Question) -> list[str]:
    """The question, what stands beside it, and its choices; no letters of pictures."""
    own = [str(getattr(question, name, "")) for name in ("lead", "low", "high")]
    groups = question.groups(())
    words = [group.words for group in groups]
    words += [choice.words for group in groups for choice in group.choices]
    return _once([question.text, question.hint, question.reminder, *own, *words])


def of_check(check: Check) -> list[str]:
    """Questions about the person, exams, and what is said after practice; traps are no text."""
    said = [check.stores, *(text for text in check.feedback if text != THE_DIFFERENCE)]
    for asked in check.questions:
        said += [asked.text, asked.hint, *asked.choices]
    if check.exam:
        said += [check.exam.title, check.exam.lead]
        for each in check.exam.questions:
            said += [each.text, *each.choices]
    return _once(said)


def of_channel(channel: Any) -> list[str]:
    """Its settings that participants read: `channel.says`, where it has some."""
    return _once(getattr(channel, "says", ()))


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_worded(texts)))


def _worded(texts: Iterable[str]) -> Iterator[str]:
    """Without empty ones and those that say nothing in words: numbers, letters of pictures."""
    for text in texts:
        if sum(letter.isalpha() for letter in text) > 1:
            yield text
