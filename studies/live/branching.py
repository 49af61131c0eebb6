"""Pages that earlier answers leave out: closed without an answer, in the transaction that saved."""

from collections.abc import Collection, Mapping
from datetime import datetime

from studies.models import Participant, Response, Trial
from studies.trials import TrialKind

LEFT_OUT = "left_out"
"""In `layout` of a trial that was never shown, because the answers before it led past it."""


def pass_over(participant: Participant, kind: TrialKind, now: datetime) -> bool:
    """Close the pages that are next and do not apply; the caller holds the participant's row.

    Nothing is asked and no answer is stored. They count as done, so that nobody who comes back is
    asked what did not apply. Whether there were any.
    """
    applies, passed = getattr(kind, "applies", None), False
    while applies and (trial := _next(participant)):
        if applies(trial.part, said(participant, trial)):
            break
        passed = True
        trial.answered_at, trial.layout = now, {**trial.layout, LEFT_OUT: True}
        trial.save(update_fields=["answered_at", "layout"])
    return passed


def said(participant: Participant, trial: Trial) -> Mapping[str, Collection[str]]:
    """Question → words chosen so far on the other pages of the same showing of an item."""
    rows = Response.objects.filter(
        participant=participant, trial__item=trial.item_id, trial__repeat=trial.repeat
    )
    return {
        question: _words(answer, details.get("chosen"))
        for question, answer, details in rows.values_list("question", "answer", "details")
    }


def _words(answer: str, chosen: object) -> list[str]:
    if isinstance(chosen, list):
        return [str(words) for words in chosen]
    return [str(chosen) if chosen else answer]


def _next(participant: Participant) -> Trial | None:
    waiting = participant.trials.filter(answered_at__isnull=True, released=False)
    return waiting.order_by("position").first()
