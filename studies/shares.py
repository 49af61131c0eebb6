"""A participant's share of the items: counted and dealt while the study's row is locked."""

import json
from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet

from studies.designs.assignment import Candidate, arrange, ceiling, choose
from studies.models import Item, Participant, Trial
from studies.plan import Plan


def candidates(participant: Participant) -> list[Candidate]:
    """The items this participant has not answered, each with its claims.

    A claim is an answered trial, or an unanswered one that a participant still holds. Simulated
    raters and real ones never count for each other.
    """
    done = participant.trials.filter(answered_at__isnull=False).values("item")
    held = _trials_of_peers(participant, Q(trials__released=False))
    rows = _items(participant).exclude(pk__in=done).annotate(claims=held)
    keys = ("pk", "artwork_id", "artwork__painter", "condition__levels", "claims")
    return [
        Candidate(item, artwork, painter, _treatment(levels), claims)
        for item, artwork, painter, levels, claims in rows.values_list(*keys)
    ]


def most_claims(participant: Participant, plan: Plan) -> int | None:
    """How many claims an item may have and still be given to this participant."""
    given = _trials_of_peers(participant, Q(trials__answered_at__isnull=False))
    counts = _items(participant).annotate(answered=given).values_list("answered", flat=True)
    return ceiling(counts, plan.fieldwork.raters.per_item)


def _items(participant: Participant) -> QuerySet[Item]:
    return Item.objects.filter(study=participant.study_id, practice=False)


def _trials_of_peers(participant: Participant, which: Q) -> Count:
    """Counts an item's trials of raters of the same sort (real, simulated)."""
    return Count("trials", filter=which & Q(trials__participant__simulated=participant.simulated))


def _treatment(levels: Mapping[str, str]) -> str:
    """The condition without the artist: what was done to the picture, whoever painted it."""
    return json.dumps({factor: level for factor, level in levels.items() if factor != "artist"})


def deal(participant: Participant, plan: Plan, size: int, wanted: Trial | None = None) -> int:
    """Give the participant up to `size` items to judge; returns how many there were.

    Items that the participant held before (their trials were released) are taken up again where
    the draw falls on them; `wanted` is taken up before all others if there is room on its item.
    """
    held = {trial.item_id: trial for trial in participant.trials.filter(released=True)}
    rng = plan.rng("share", participant.seed, participant.trials.count())
    item = wanted.item_id if wanted else None
    most = most_claims(participant, plan)
    share = arrange(choose(candidates(participant), size, most, rng, item), rng)
    fresh = [candidate.item for candidate in share if candidate.item not in held]
    first = participant.trials.count()
    Trial.objects.bulk_create(
        _trial(participant, plan, item, position) for position, item in enumerate(fresh, first)
    )
    again = [held[candidate.item].pk for candidate in share if candidate.item in held]
    Trial.objects.filter(pk__in=again).update(released=False)
    return len(share)


def deal_practice(participant: Participant, plan: Plan) -> None:
    """Give the participant the practice trials, before any other."""
    items = Item.objects.filter(study=participant.study_id, practice=True)
    chosen = items.order_by("position").values_list("pk", flat=True)[: plan.practice_trials]
    Trial.objects.bulk_create(
        _trial(participant, plan, item, position, practice=True)
        for position, item in enumerate(chosen)
    )


def _trial(
    participant: Participant, plan: Plan, item: int, position: int, *, practice: bool = False
) -> Trial:
    return Trial(
        participant=participant,
        item_id=item,
        position=position,
        practice=practice,
        kind=plan.fieldwork.trial.kind,
        layout=plan.kind.layout(plan.rng("layout", participant.seed, position)),
    )
