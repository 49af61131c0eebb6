"""Trials whose pictures did not arrive: offered again at the end of the session, never judged."""

from django.db.models import F, Max

from studies.models import Trial

AWAY = 1_000_000
"""Added to positions while they are rearranged: no session is that long."""


def postpone(trial: Trial, times: int) -> bool:
    """Put a trial behind all others of its session, if it was offered `times` times again or less.

    All open screens of its item go with it, in their order. False where it is not offered again;
    practice never is. The participant's row is held by the caller.
    """
    if trial.practice or trial.undelivered > times:
        return False
    session = trial.participant.trials
    later = session.filter(position__gte=trial.position, answered_at=None)
    rows = list(later.order_by("position"))
    moved = [row for row in rows if _belongs(row, trial)]
    order = [*(row for row in rows if row not in moved), *moved]
    places = [row.position for row in rows]
    last = session.aggregate(last=Max("block"))["last"]
    later.update(position=F("position") + AWAY)
    for row, place in zip(order, places, strict=True):
        row.position = place
        row.block = last if row in moved else row.block
    Trial.objects.bulk_update(order, ["position", "block"])
    return True


def leave_out(trial: Trial) -> None:
    """Give back the place on the item: its pictures did not arrive, whatever was tried."""
    open_screens = trial.participant.trials.filter(answered_at=None, released=False)
    for row in open_screens.filter(item=trial.item_id):
        if _belongs(row, trial):
            Trial.objects.filter(pk=row.pk).update(released=True)


def _belongs(row: Trial, trial: Trial) -> bool:
    """Whether two rows are screens of one showing of one item."""
    return (row.item_id, row.repeat, row.released) == (trial.item_id, trial.repeat, False)
