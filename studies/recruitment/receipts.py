"""Receipts: no code without data. What is stored is read back, counted and hashed; then a code.

A receipt is written once per participant and way of leaving. It is made from rows that another
transaction has committed, so a code that somebody saw always stands for answers that are kept.
"""

import hashlib
import json

from django.db import IntegrityError, transaction

from studies.channels import Exit
from studies.live.places import new_code
from studies.live.plan import plan_of
from studies.models import ExitCode, Participant, Receipt, Response, Study

CODE_LENGTH = 8
STATES = {
    Exit.COMPLETED: Participant.State.FINISHED,
    Exit.SCREENED_OUT: Participant.State.SCREENED_OUT,
    Exit.WITHDRAWN: Participant.State.WITHDRAWN,
    Exit.FAILED: Participant.State.LAPSED,
}
"""The state in which a participant may leave that way."""


def exit_code(study: Study, leaving: Exit) -> str:
    """The study's own code for one way of leaving; drawn when first asked for."""
    row = study.exit_codes.filter(exit=leaving).first()
    return row.code if row else _draw(study, leaving)


def receipt_for(participant: Participant, leaving: Exit) -> Receipt | None:
    """The receipt of somebody who left this way; None where what is stored does not bear it out."""
    kept = Receipt.objects.filter(participant=participant, exit=leaving).first()
    if kept:
        return kept
    participant = Participant.objects.select_related("study").get(pk=participant.pk)
    if participant.state != STATES.get(leaving):
        return None
    if leaving is Exit.COMPLETED and not _is_whole(participant):
        return None
    if leaving is Exit.FAILED and not _is_our_fault(participant):
        return None
    return _write(participant, leaving)


def stored(participant: Participant) -> tuple[int, str]:
    """How many answers are stored of a participant, and their SHA-256, in a fixed order."""
    rows = Response.objects.filter(participant=participant).order_by("pk")
    told = [list(row) for row in rows.values_list("trial", "question", "answer", "value", "scale")]
    text = json.dumps(told, ensure_ascii=False)
    return len(told), hashlib.sha256(text.encode()).hexdigest()


def _write(participant: Participant, leaving: Exit) -> Receipt:
    answers, sha256 = stored(participant)
    shared = plan_of(participant.study).channel.shared_codes
    code = exit_code(participant.study, leaving) if shared else participant.completion_code
    try:
        with transaction.atomic():
            return Receipt.objects.create(
                participant=participant, exit=leaving, code=code, answers=answers, sha256=sha256
            )
    except IntegrityError:  # two tabs at once: the other one wrote it
        return Receipt.objects.get(participant=participant, exit=leaving)


def _is_whole(participant: Participant) -> bool:
    """Whether every trial that was dealt and kept has its answer rows, and there is one."""
    counted = participant.trials.filter(practice=False, answered_at__isnull=False)
    waiting = participant.trials.filter(answered_at__isnull=True, released=False)
    bare = participant.trials.filter(answered_at__isnull=False, responses=None)
    return counted.exists() and not waiting.exists() and not bare.exists()


def _is_our_fault(participant: Participant) -> bool:
    """Whether somebody left because no picture arrived."""
    lost = participant.trials.filter(undelivered__gt=0, answered_at__isnull=True)
    waiting = participant.trials.filter(answered_at__isnull=True, undelivered=0)
    return lost.exists() and not waiting.exists()


def _draw(study: Study, leaving: Exit) -> str:
    while True:
        try:
            with transaction.atomic():
                row, _ = ExitCode.objects.get_or_create(
                    study=study, exit=leaving, defaults={"code": new_code(CODE_LENGTH)}
                )
        except IntegrityError:  # one code in 10¹² is drawn twice: draw again
            continue
        return row.code
