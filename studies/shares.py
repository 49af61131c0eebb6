"""A participant's share of the items: counted and dealt while the study's row is locked."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from django.db.models import Count, Q, QuerySet

from studies.designs.assignment import Candidate, arrange, ceiling, choose
from studies.models import Item, Participant, Stimulus, Trial
from studies.plan import Plan
from studies.trials import balanced_layout, parts_of


def candidates(participant: Participant) -> list[Candidate]:
    """The items this participant has not answered, each with its claims.

    A claim is an answered trial, or an unanswered one that a participant still holds. Simulated
    raters and real ones never count for each other.
    """
    mine = participant.trials.values("item")
    done = mine.filter(answered_at__isnull=False)
    half = mine.filter(released=True)  # answered in part, and given back
    held = _raters(participant, Q(trials__released=False) & ~Q(trials__participant=participant))
    rows = _items(participant).exclude(Q(pk__in=done) & ~Q(pk__in=half)).annotate(claims=held)
    keys = ("pk", "artwork_id", "artwork__painter", "condition__levels", "claims")
    together = _compared(participant)
    return [
        Candidate(item, artwork, painter, _treatment(levels, together.get(item, ())), claims)
        for item, artwork, painter, levels, claims in rows.values_list(*keys)
    ]


def most_claims(participant: Participant, plan: Plan) -> int | None:
    """How many claims an item may have and still be given to this participant."""
    given = _raters(participant, Q(trials__answered_at__isnull=False))
    counts = _items(participant).annotate(answered=given).values_list("answered", flat=True)
    return ceiling(counts, plan.fieldwork.raters.per_item)


def _items(participant: Participant) -> QuerySet[Item]:
    return Item.objects.filter(study=participant.study_id, practice=False)


def _raters(participant: Participant, which: Q) -> Count:
    """Counts raters of the same sort (real, simulated) with such a trial of an item: a kind may
    ask about one item on several screens."""
    peers = which & Q(trials__participant__simulated=participant.simulated)
    return Count("trials__participant", filter=peers, distinct=True)


def _compared(participant: Participant) -> dict[int, list[Mapping[str, str]]]:
    """Item → its conditions, where it compares several."""
    found: dict[int, list[Mapping[str, str]]] = {}
    rows = Stimulus.objects.filter(item__study=participant.study_id, condition__isnull=False)
    for item, levels in rows.order_by("slot").values_list("item", "condition__levels"):
        found.setdefault(item, []).append(levels)
    return found


def _treatment(levels: Mapping[str, str] | None, compared: Sequence[Mapping[str, str]]) -> str:
    """The condition without the artist: what was done to the picture, whoever painted it."""
    cells = [levels] if levels else compared
    return json.dumps([{f: level for f, level in cell.items() if f != "artist"} for cell in cells])


def deal(participant: Participant, plan: Plan, size: int, wanted: Trial | None = None) -> int:
    """Give the participant up to `size` items to judge; returns how many there were.

    Items that the participant held before (their trials were released) are taken up again where
    the draw falls on them; `wanted` is taken up before all others if there is room on its item.
    """
    held = set(participant.trials.filter(released=True).values_list("item", flat=True))
    rng = plan.rng("share", participant.seed, participant.trials.count())
    item = wanted.item_id if wanted else None
    most = most_claims(participant, plan)
    share = arrange(choose(candidates(participant), size, most, rng, item), rng)
    fresh = [candidate.item for candidate in share if candidate.item not in held]
    first = participant.trials.count()
    Trial.objects.bulk_create(_trials(participant, plan, fresh, first))
    again = [candidate.item for candidate in share if candidate.item in held]
    participant.trials.filter(item__in=again, released=True).update(released=False)
    return len(share)


def deal_practice(participant: Participant, plan: Plan) -> None:
    """Give the participant the practice trials, before any other."""
    items = Item.objects.filter(study=participant.study_id, practice=True)
    chosen = items.order_by("position").values_list("pk", flat=True)[: plan.practice_trials]
    Trial.objects.bulk_create(_trials(participant, plan, list(chosen), 0, practice=True))


def _trials(
    participant: Participant,
    plan: Plan,
    items: Sequence[int],
    first: int,
    *,
    practice: bool = False,
) -> list[Trial]:
    """A trial for each part of each item, one after the other from position `first`."""
    screens = [(item, part) for item in items for part in parts_of(plan.kind)]
    return [
        Trial(
            participant=participant,
            item_id=item,
            part=part,
            position=position,
            practice=practice,
            kind=plan.fieldwork.trial.kind,
            layout=_layout(participant, plan, part, position),
        )
        for position, (item, part) in enumerate(screens, first)
    ]


def _layout(participant: Participant, plan: Plan, part: str, position: int) -> dict[str, Any]:
    """Drawn from the participant's seed, sides balanced over the trials of each part."""

    def rng_of(purpose: str, number: int) -> Random:
        return plan.rng(purpose, participant.seed, part, number)

    return balanced_layout(plan.kind, rng_of, position // len(parts_of(plan.kind)))
