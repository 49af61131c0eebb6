"""Hidden repeats of a session that has changed: each still comes after its gap, or not at all."""

from collections.abc import Mapping, Sequence

from django.db.models import F, QuerySet

from studies.live.plan import Plan
from studies.models import Participant, Trial

AWAY = 1_000_000
"""Added to positions while they are rearranged: no session is that long."""

Showing = tuple[int, int]
"""An item, and which of its showings: 0 the first, a hidden repetition counts from 1."""


def settle(participant: Participant, plan: Plan) -> None:
    """Move open repeats back until they keep their gap, and let go those that cannot any more.

    For after somebody came back to other items, or a picture did not arrive. The participant's row
    is held by the caller.
    """
    if plan.repeats is None:
        return
    rows = list(_held(participant).filter(answered_at=None).order_by("position"))
    waiting: dict[Showing, list[Trial]] = {}
    for row in rows:
        waiting.setdefault((row.item_id, row.repeat), []).append(row)
    answered = _held(participant).exclude(answered_at=None).order_by("position")
    done = dict.fromkeys(answered.values_list("item", "repeat"))
    kept, dropped = _in_turn([key for key in done if key not in waiting], waiting, plan.repeats.gap)
    order = [row for key in [*kept, *dropped] for row in waiting[key]]
    if order != rows:
        _write(participant, order, rows)
    given_up = [row.pk for key in dropped for row in waiting[key]]
    Trial.objects.filter(pk__in=given_up).update(released=True)


def _in_turn(
    shown: Sequence[Showing], waiting: Mapping[Showing, object], gap: int
) -> tuple[list[Showing], list[Showing]]:
    """The order in which the open showings come, and those for which there is no place left."""
    shown, left, order = list(shown), list(waiting), list[Showing]()
    while left:
        following = next((key for key in left if _fits(key, shown, gap)), None)
        if following is None:
            break
        left.remove(following)
        shown.append(following)
        order.append(following)
    return order, left


def _fits(key: Showing, shown: Sequence[Showing], gap: int) -> bool:
    """Whether it may follow what was shown: at least `gap` others lie between, never none."""
    item, repeat = key
    if repeat == 0:
        return True
    return (item, 0) in shown and len(shown) - 1 - shown.index((item, 0)) >= max(gap, 1)


def _write(participant: Participant, order: Sequence[Trial], rows: Sequence[Trial]) -> None:
    """Give the places of `rows`, and the parts of the session they are in, to `order`."""
    places = [(row.position, row.block) for row in rows]
    participant.trials.filter(pk__in=[row.pk for row in rows]).update(position=F("position") + AWAY)
    for row, (position, block) in zip(order, places, strict=True):
        row.position, row.block = position, block
    Trial.objects.bulk_update(order, ["position", "block"])


def _held(participant: Participant) -> QuerySet[Trial]:
    return participant.trials.filter(practice=False, released=False)
