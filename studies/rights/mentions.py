"""Where somebody is named though no row points at them: pseudonyms in details and in sentences.

Erasure calls these: foreign keys find all other rows (erasure.py).
"""

import json

from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from studies.models import (
    Arrival,
    Bonus,
    BonusBatch,
    Event,
    Flag,
    PanelStudy,
    Participant,
    Review,
    Submission,
    TextDecision,
)

ERASED = "[erased]"
"""What stands where a pseudonym stood."""
SENTENCES: tuple[tuple[type[Model], str, str], ...] = (
    (Event, "details", "study"),
    (Flag, "evidence", "participant__study"),
    (Flag, "sentence", "participant__study"),
    (Review, "reason", "participant__study"),
    (TextDecision, "reason", "response__participant__study"),
    (Bonus, "purpose", "batch__panel_study__study"),
    (BonusBatch, "message", "panel_study__study"),
)
"""Columns in which one row may name another participant, and the way to its study."""


def close_submissions(participant: Participant) -> None:
    """What the panel says of their visits is tied to nobody from now on, not even when they come
    again; also of visits of which the panel has not told yet. The last comparison forgets them.

    Holds the panel's row, as `submissions.take` does, before the participant's is changed.
    """
    panel_study = PanelStudy.objects.select_for_update(no_key=True).filter(
        study=participant.study_id
    )
    row = panel_study.first()
    if row is None:
        return
    arrival = Arrival.objects.filter(participant=participant, channel=row.panel).first()
    visits = [visit for visit in (*arrival.earlier, arrival.visit) if visit] if arrival else []
    theirs = row.submissions.filter(Q(participant=participant) | Q(reference__in=visits))
    known = list(theirs.values_list("reference", flat=True))
    theirs.update(erased=True)
    unheard = sorted(set(visits) - set(known))
    now = timezone.now()
    Submission.objects.bulk_create(
        Submission(panel_study=row, reference=visit, state="UNKNOWN", stated_at=now, erased=True)
        for visit in unheard
    )
    names = {participant.code, *known}
    row.mismatches = [one for one in row.mismatches if not _names(one, names)]
    row.save(update_fields=["mismatches"])


def forget_mentions(participant: Participant) -> None:
    """Take the pseudonym out of every sentence about other people, and about the study."""
    code = participant.code
    for model, column, way in SENTENCES:
        rows = model._base_manager.filter(**{way: participant.study_id})
        found = rows.annotate(as_text=Cast(column, TextField())).filter(as_text__contains=code)
        for row in found:
            told = json.dumps(getattr(row, column), ensure_ascii=False)
            changed = json.loads(told.replace(code, ERASED))
            model._base_manager.filter(pk=row.pk).update(**{column: changed})


def _names(mismatch: object, names: set[str]) -> bool:
    text = json.dumps(mismatch, ensure_ascii=False)
    return any(name in text for name in names)
