"""Bonuses for people, by their pseudonyms: a line each, by the submission that stands for them."""

from collections.abc import Collection

from studies.channels import Exit
from studies.models import PanelStudy
from studies.recruitment.ledger import Line
from studies.recruitment.money import Money
from studies.recruitment.receipts import exit_code
from studies.recruitment.standing import by_person, standing
from studies.services import StudyError


def lines_for(
    *, panel_study: PanelStudy, codes: Collection[str], amount: Money, purpose: str
) -> list[Line]:
    """The lines that `ledger.intend` takes; raises StudyError where somebody is not known."""
    completed = exit_code(panel_study.study, Exit.COMPLETED)
    rows = panel_study.submissions.filter(participant__code__in=codes)
    theirs = by_person(rows.select_related("participant").order_by("pk"))
    people = [standing(one, completed) for one in theirs]
    missing = set(codes) - {one.participant.code for one in people if one.participant}
    if missing or not codes:
        raise StudyError(f"Nobody here is called {', '.join(sorted(missing)) or '“”'}.")
    return [Line(one, amount, purpose.strip()) for one in people]
