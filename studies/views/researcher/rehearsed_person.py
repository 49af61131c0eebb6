"""Questions about the person in a preview: what checks make of the answers, told and never kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from studies.checking.sessions import Session, Verdict
from studies.checks import Check, PersonQuestion
from studies.designs.quotas import group_of, groups
from studies.live.answers import read_choices
from studies.live.plan import Plan
from studies.views.researcher.rehearsed_exams import FOLLOWS

GIVEN, NOTHING = "given", ""
"""A line of text stands in no address: only whether there was one."""


@dataclass(frozen=True)
class Told:
    """What came of the questions about the person."""

    written: str
    """For the address of the page that comes next: the place of each choice."""
    sentences: tuple[str, ...]
    ends: bool
    """Whether the study ends here for participants."""
    step: ClassVar[str] = "about"
    """The page that it is of."""

    def __str__(self) -> str:
        return " ".join(self.sentences)


def told(plan: Plan, sent: Mapping[str, object]) -> Told:
    """What follows from answers (question → the words of a choice); raises IncompleteAnswer."""
    given = read_choices(plan.person_questions, sent)
    answers = {q.name: _kept(q, given[q.name]) for q in plan.person_questions}
    population = next(filter(None, (check.population(answers) for check in plan.checks)), "")
    found = list(_found(plan, answers, population))
    ended = any(check.consequence == "screen_out" for _, check, verdict in found if verdict.failed)
    sentences = [f"Population: {population}."] if population else []
    sentences += [_sentence(*each) for each in found]
    room = _has_places(plan, population)
    sentences += [] if room else [f"No place is for this group: {FOLLOWS['screen_out']}"]
    places = (str(_choices(q).index(answers[q.name])) for q in plan.person_questions)
    return Told("about-" + ".".join(places), tuple(sentences), ended or not room)


def read_told(plan: Plan, written: str) -> Told | None:
    """The outcome that an address tells of; None where it tells of none."""
    name, _, listed = written.partition("-")
    places = listed.split(".")
    if name != "about" or len(places) != len(plan.person_questions):
        return None
    sent = {}
    for question, place in zip(plan.person_questions, places, strict=True):
        offered = {str(number): choice for number, choice in enumerate(_choices(question))}
        if place not in offered:
            return None
        sent[question.name] = offered[place]
    return told(plan, sent)


def _choices(question: PersonQuestion) -> tuple[str, ...]:
    return question.choices or (NOTHING, GIVEN)


def _kept(question: PersonQuestion, answer: str) -> str:
    return answer if question.choices else GIVEN if answer else NOTHING


def _found(
    plan: Plan, answers: Mapping[str, str], population: str
) -> Iterator[tuple[str, Check, Verdict]]:
    """What checks that ask about the person can say at once."""
    session = Session(about=answers, population=population)
    for name, check in plan.named_checks.items():
        verdict = check.evaluate(session) if check.questions else None
        if verdict is not None:
            yield name, check, verdict


def _sentence(name: str, check: Check, verdict: Verdict) -> str:
    follows = FOLLOWS[check.consequence] if verdict.failed else "they go on."
    return f"{name}: {verdict.sentence} {'Failed' if verdict.failed else 'Passed'}: {follows}"


def _has_places(plan: Plan, population: str) -> bool:
    """Whether a quota by population leaves a place for such a person at all."""
    raters = plan.fieldwork.raters
    if raters.quotas is None or raters.quotas.by != "population":
        return True
    places = groups(raters.participants, raters.quotas.places, raters.over_recruit)
    return places[group_of(population, raters.quotas.places)] > 0
