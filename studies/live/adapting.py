"""What adaptive dealing goes by in a live study, and what is written down of it.

Answers of real people and of SIMULATED raters never count for each other, nor do practice, known
answers, hidden repeats and whoever is left out.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT

from studies.checking.findings import left_out_people
from studies.designs.assignment import Candidate
from studies.designs.dealing import Share
from studies.designs.seeking import Seeking, Won
from studies.designs.stopping import Stopping
from studies.live.plan import Plan
from studies.models import Event, Item, Participant, Response, Study
from studies.protocol.adaptive import Pairs, Stop
from studies.questions import Question


@dataclass(frozen=True)
class Heard:
    """What answers of one sort of raters said so far; all empty where nothing is adaptive."""

    won: Won = field(default_factory=dict)
    closed: Collection[int] = ()
    """Items that have stopped."""
    answers: int = 0

    @property
    def sha256(self) -> str:
        """Of all that the dealing went by: equal states deal alike, for the same seed."""
        told = [sorted(self.won.items()), sorted(self.closed), self.answers]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def mark(self, items: Sequence[Candidate]) -> list[Candidate]:
        """The items, those that have stopped closed."""
        if not self.closed:
            return list(items)
        return [replace(item, closed=item.item in self.closed) for item in items]


def question_of(plan: Plan, section: Pairs | Stop) -> Question | None:
    """The question whose answers are gone by; None where the kind has no such one."""
    asked = plan.kind.questions
    named = [q for q in asked if section.question in (None, q.name)]
    return named[0] if named else None


def seeking_of(plan: Plan) -> Seeking | None:
    """How comparisons are sought, if they are."""
    pairs = plan.fieldwork.adaptive.pairs
    return Seeking(pairs.random_share, pairs.prior) if pairs else None


def stopping_of(plan: Plan) -> Stopping | None:
    """The rule by which items stop, if there is one."""
    stop = plan.fieldwork.adaptive.items
    question = question_of(plan, stop) if stop else None
    if stop is None or question is None:
        return None
    least, points = plan.fieldwork.raters.per_item, len(question.labels)
    return Stopping(stop.half_width, least, stop.at_most, points, stop.confidence, stop.above)


def heard(
    study: Study,
    plan: Plan,
    items: Sequence[Candidate],
    left_out: Collection[int],
    *,
    simulated: bool,
) -> Heard:
    """What dealing goes by now; no query where nothing is adaptive, one otherwise."""
    adaptive = plan.fieldwork.adaptive
    if adaptive.pairs and (question := question_of(plan, adaptive.pairs)):
        rows = _answers(study, question.name, left_out, simulated=simulated)
        return _wins(rows, plan, {item.item: item.condition for item in items})
    if adaptive.items and (question := question_of(plan, adaptive.items)):
        rows = _answers(study, question.name, left_out, simulated=simulated)
        return _stopped(rows, plan)
    return Heard()


def stopped(study: Study, plan: Plan, *, simulated: bool) -> list[int]:
    """Positions of the items that have stopped, for the page of a live study."""
    if plan.fieldwork.adaptive.items is None:
        return []
    found = heard(study, plan, [], left_out_people(study), simulated=simulated)
    rows = Item.objects.filter(pk__in=list(found.closed)).order_by("position")
    return list(rows.values_list("position", flat=True))


def note(participant: Participant, plan: Plan, by: Heard, share: Share, dealt: int) -> None:
    """Write down what a share went by: nothing where nothing is adaptive.

    `dealt` is how many trials the participant had before: with their seed it is the seed of the
    draw, so that an audit can replay it.
    """
    adaptive = plan.fieldwork.adaptive
    if adaptive.pairs is None and adaptive.items is None:
        return
    keys = {*by.closed, *(draw.item for draw in share.draws)}
    place = dict(Item.objects.filter(pk__in=keys).values_list("pk", "position"))
    told = {
        "answers": by.answers,
        "state_sha256": by.sha256,
        "trials_before": dealt,
        "stopped": sorted(place[item] for item in by.closed),
        "draws": [
            {"item": place[d.item], "why": d.why, "gain": d.gain, "chance": d.chance}
            for d in share.draws
        ],
    }
    Event.objects.create(
        study_id=participant.study_id, participant=participant, kind="adapted", details=told
    )


def _answers(
    study: Study, question: str, left_out: Collection[int], *, simulated: bool
) -> QuerySet[Response]:
    return (
        Response.objects.filter(
            participant__study=study,
            participant__simulated=simulated,
            question=question,
            trial__practice=False,
            trial__repeat=0,
            trial__item__gold="",
        )
        .exclude(participant__in=list(left_out))
        .order_by()
    )


def _wins(rows: QuerySet[Response], plan: Plan, pair_of: Mapping[int, str]) -> Heard:
    """Of each pair of conditions; an answer that decides for neither is half a win for each."""
    sides = {slot.name: slot.alternative for slot in plan.kind.slots if slot.shows == "condition"}
    won: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    answers = 0
    counted = rows.annotate(chosen=KT("details__chosen"), unsure=KT("details__not_sure"))
    for item, chosen, unsure, number in counted.values_list(
        "trial__item", "chosen", "unsure"
    ).annotate(number=Count("pk")):
        if item not in pair_of or (chosen not in sides and not unsure):
            continue
        answers += number
        for side in (0, 1):
            part = 0.5 if chosen not in sides else float(sides[chosen] == side)
            won[pair_of[item]][side] += number * part
    return Heard({pair: (one, other) for pair, (one, other) in won.items()}, (), answers)


def _stopped(rows: QuerySet[Response], plan: Plan) -> Heard:
    rule, counts = stopping_of(plan), defaultdict[int, Counter[int]](Counter)
    if rule is None:
        return Heard()
    for item, value, number in (
        rows.exclude(value=None).values_list("trial__item", "value").annotate(number=Count("pk"))
    ):
        counts[item][value] += number
    closed = sorted(item for item, found in counts.items() if rule.stops(found))
    return Heard({}, closed, sum(sum(found.values()) for found in counts.values()))
