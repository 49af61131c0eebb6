"""Items whose right answer is known: whether a study can hold them, and who answered wrongly. Pure.

Shared by the checks that place such items.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from studies.checking.sessions import Expected, Session, Verdict
from studies.questions import Question
from studies.trials import TrialKind

Right = Annotated[
    dict[str, Annotated[tuple[int | str, ...], Field(min_length=1, max_length=20)]],
    Field(max_length=20),
]
"""Question → the answers that are right: points (1, 2, …), names of slots, or `not_sure`."""


def unfit(kind: TrialKind, expected: Expected) -> tuple[str, ...]:
    """Why known answers do not fit a kind of trial, in sentences."""
    if not expected:
        names = ", ".join(question.name for question in kind.questions)
        return (
            "say in `expected` which answers are right, e.g. {name: [1, 2]};"
            f" the questions of this trial are: {names}.",
        )
    known = {question.name: question for question in kind.questions}
    unknown = sorted(set(expected) - set(known))
    if unknown:
        return (f"expected: this trial asks no “{unknown[0]}”; it asks: {', '.join(known)}.",)
    wrong = [_impossible(known[name], kind, right) for name, right in expected.items()]
    return tuple(sentence for sentence in wrong if sentence)


def _impossible(question: Question, kind: TrialKind, right: tuple[int | str, ...] | object) -> str:
    offered: set[int | str] = {*range(1, len(question.labels) + 1), "not_sure"}
    offered |= {slot.name for slot in kind.slots} | set(question.labels)
    assert isinstance(right, tuple | list)
    odd = [answer for answer in right if answer not in offered]
    return f"expected: “{question.name}” cannot be answered by {odd[0]!r}." if odd else ""


def wants_pictures(kind: TrialKind, check: str) -> tuple[str, ...]:
    """A sentence where items cannot be made: mimics' paintings have no known answer here."""
    if kind.shows_mimics or not any(slot.shows == "condition" for slot in kind.slots):
        return (
            f"{check} shows an artwork as a condition leaves it: it needs a trial about artworks,"
            " not about paintings of mimics or about no pictures. Leave this check out.",
        )
    return ()


def answered_wrongly(
    session: Session, check: str, may_fail: int, *, attention: bool
) -> Verdict | None:
    """Whether more than `may_fail` items that `check` placed were answered wrongly.

    An item counts once, however many screens it has. Says nothing before an answer to one is there.
    """
    items: dict[int, bool] = {}
    for trial in session.gold(check):
        items[trial.item] = items.get(trial.item, True) and trial.right
    if not items:
        return None
    wrong = [item for item, right in items.items() if not right]
    sentence = (
        f"{len(wrong)} of {len(items)} items with a known answer answered wrongly"
        f" (allowed: {may_fail})."
    )
    evidence: Mapping[str, object] = {"asked": len(items), "wrong": len(wrong), "items": wrong}
    failures = len(wrong) if attention else 0
    return Verdict(len(wrong) > may_fail, sentence, evidence, failures)
