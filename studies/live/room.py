"""Whether there is room in a live study: places of all, and of each group of people."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from studies.designs.quotas import REST, group_of, groups
from studies.live.plan import Plan, plan_of
from studies.models import Participant, Study

HOLDING = (Participant.State.ACTIVE, Participant.State.FINISHED)
"""States of participants who have a place."""


def is_full(study: Study, stratum: str = "") -> bool:
    """Whether nobody could start now, counting places that silent participants still seem to hold
    as free; only looks. `stratum` is what the way in says of the person."""
    silent = Q(state=Participant.State.ACTIVE, lease_until__lt=timezone.now())
    return not _room(plan_of(study), _holders(study).exclude(silent), stratum)


def has_room(study: Study, plan: Plan, stratum: str = "") -> bool:
    """Whether one more real participant may start. The study's row is held by the caller."""
    return _room(plan, _holders(study), stratum)


def in_quota(participant: Participant, plan: Plan) -> bool:
    """Whether the group that a participant turns out to belong to has room for them.

    The study's row is held by the caller.
    """
    quotas = plan.fieldwork.raters.quotas
    if quotas is None or quotas.by != "population" or participant.simulated:
        return True
    others = _holders(participant.study).exclude(pk=participant.pk).filter(~Q(responses=None))
    group = group_of(participant.population, quotas.places)
    return _taken(others, "population", quotas.places)[group] < _opened(plan)[group]


def filling(study: Study) -> list[tuple[str, int, int]]:
    """(group, places taken, places opened) of each quota; empty where there are none."""
    plan = plan_of(study)
    quotas = plan.fieldwork.raters.quotas
    if quotas is None:
        return []
    field = "population" if quotas.by == "population" else "stratum"
    taken = _taken(_holders(study), field, quotas.places)
    return [
        (group, taken[group], places)
        for group, places in _opened(plan).items()
        if places or group != REST or taken[group]
    ]


def places_of(plan: Plan) -> int:
    """Places that the study opens, with those for expected exclusions: each group's are rounded up
    by themselves, and no group may find those of all taken before its own are."""
    return sum(_opened(plan).values())


def _holders(study: Study) -> QuerySet[Participant]:
    return study.participants.filter(simulated=False, state__in=HOLDING)


def _room(plan: Plan, holders: QuerySet[Participant], stratum: str) -> bool:
    if holders.count() >= places_of(plan):
        return False
    quotas = plan.fieldwork.raters.quotas
    if quotas is None or quotas.by != "launch":
        return True
    group = group_of(stratum, quotas.places)
    return _taken(holders, "stratum", quotas.places)[group] < _opened(plan)[group]


def _opened(plan: Plan) -> dict[str, int]:
    raters = plan.fieldwork.raters
    quotas = raters.quotas.places if raters.quotas else {}
    return groups(raters.participants, quotas, raters.over_recruit)


def _taken(holders: QuerySet[Participant], field: str, quotas: Mapping[str, int]) -> Counter[str]:
    found = Counter[str]()
    rows = holders.order_by().values_list(field).annotate(number=Count("pk", distinct=True))
    for name, number in rows:
        found[group_of(name, quotas)] += number
    return found
