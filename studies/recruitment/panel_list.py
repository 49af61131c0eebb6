"""A panel's own list of people beside our data: for panels that are asked by no API.

What does not agree is told by the line of the list and by the pseudonym; what the panel calls
somebody is looked up and not told again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config import csv_text
from studies.channels import Exit
from studies.live.plan import plan_of
from studies.models import Participant, Study
from studies.recruitment.agreement import GOES_WITH, MEANS, STANDS, Here
from studies.recruitment.arrivals import person_kind
from studies.recruitment.receipts import STATES
from studies.recruitment.reconcile import DUE
from studies.rights import identities
from studies.services import StudyError

PAID = {*DUE, Participant.State.WITHDRAWN}
"""Who may stand in a list of those who get something."""


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    line: int
    person: str
    code: str


def read_list(data: bytes, person: str, code: str = "") -> list[Listed]:
    """The lines of a table with these columns; raises StudyError with a sentence."""
    try:
        head, lines = csv_text.split(csv_text.decoded(data))
    except ValueError as error:
        raise StudyError(f"The list {error}" if str(error)[0].islower() else str(error)) from error
    for name in filter(None, (person, code)):
        if head.count(name) != 1:
            raise StudyError(
                f"The list has no column “{name}”, or several. Its columns are {', '.join(head)}."
            )
    found = []
    for number, cells in lines:
        row = dict(zip(head, cells, strict=False))
        found.append(Listed(number, row.get(person, "").strip(), row.get(code, "").strip()))
    return found


def compare(study: Study, listed: Sequence[Listed]) -> Iterator[str]:
    """A sentence for everything that does not agree. Raises StudyError where nobody is named."""
    channel = plan_of(study).channel
    if not channel.identifies:
        raise StudyError(f"{channel.label} names nobody: there is nothing to compare a list with.")
    lines: dict[int, int] = {}
    codes = {row.code: Exit(row.exit) for row in study.exit_codes.all()}
    for one in listed:
        person = identities.find(study, person_kind(study), one.person) if one.person else None
        if person is None:
            yield f"Line {one.line}: nobody arrived here by this name, or all of theirs is erased."
            continue
        first = lines.setdefault(person.pk, one.line)
        if first != one.line:
            yield f"Line {one.line}: {person.code} once more, as in line {first}."
            continue
        yield from _disagreements(one, person, codes)
    yield from _not_listed(study, lines)


def _disagreements(one: Listed, person: Participant, codes: dict[str, Exit]) -> Iterator[str]:
    here, shared = Here(person.state), plan_of(person.study).channel.shared_codes
    if person.state not in PAID:
        yield f"Line {one.line}: {person.code} {STANDS[here]}."
    if not one.code:
        return
    own = {} if shared else {person.completion_code: Exit.COMPLETED}
    leaving = (codes if shared else own).get(one.code)
    if leaving is None:
        yield f"Line {one.line}: the code that {person.code} gave is none of ours."
    elif here not in GOES_WITH[leaving]:
        yield f"Line {one.line}: {MEANS[leaving]} was given by {person.code}, who {STANDS[here]}."


def _not_listed(study: Study, lines: dict[int, int]) -> Iterator[str]:
    people = study.participants.filter(simulated=False, state__in=DUE).exclude(pk__in=lines)
    for person in people.order_by("pk"):
        leaving = next(way for way, state in STATES.items() if state == person.state)
        told = person.receipts.filter(exit=leaving).exists()
        why = "" if told else " They have not seen the last page, so no code or credit was given."
        stands = person.get_state_display()
        yield f"{person.code}: {stands} here, and the list does not name them.{why}"
