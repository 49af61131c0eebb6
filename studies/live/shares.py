"""A participant's share of the items: counted and dealt while the study's row is locked.

Who gets what is decided by pure functions (studies/designs/dealing.py); here is what they are told,
and what is written down.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from random import Random

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from studies.checking.findings import OUT, left_out_people
from studies.designs.arms import Cell, arm_of, condition_of
from studies.designs.assignment import Candidate, Limits
from studies.designs.dealing import (
    Rules,
    Seat,
    Share,
    anything_left,
    deal_again,
    deal_share,
)
from studies.designs.session import Turn, weave
from studies.designs.versions import versions
from studies.live.adapting import Heard, heard, note, seeking_of, stopping_of
from studies.live.breaks import recut
from studies.live.plan import Plan, plan_of
from studies.live.repeats import settle
from studies.live.room import HOLDING
from studies.models import Condition, Item, Participant, Stimulus, Study, Trial
from studies.trials import Layout, balanced_layout, parts_of

UNBOUNDED = 1_000_000_000
"""More raters than any item has."""


def rules_of(plan: Plan) -> Rules:
    """The design that shares of a study follow."""
    raters, design = plan.fieldwork.raters, plan.fieldwork.design
    square = design.order == "latin_square"
    limits = Limits(design.per_painter, design.per_artwork, square)
    stopping = stopping_of(plan)
    return Rules(
        raters.items_each,
        raters.per_item,
        limits,
        square,
        design.blocks,
        stopping.at_most if stopping else None,
        seeking_of(plan),
        raters.over_recruit,
    )


def deal(participant: Participant, plan: Plan) -> int:
    """Give a new participant a seat and a share; returns how many items there were.

    Known answers and hidden repeats that checks ask for are mixed in, and the session is cut into
    its blocks. The participant is changed, not saved.
    """
    dealt = participant.trials.count()
    rng = plan.rng("share", participant.seed, dealt)
    counts = _Counts(participant)
    items = candidates(participant, plan, counts)
    by = _heard(participant, plan, items, counts)
    peers = holders(participant, counts.left_out)
    near = seats(peers.filter(stratum=participant.stratum))
    share = deal_share(by.mark(items), rules_of(plan), near, rng, by.won, seats(peers))
    if share is None:
        return 0
    note(participant, plan, by, share, dealt)
    seat = share.seat
    participant.arm, participant.row, participant.met = seat.arm, seat.row, seat.met
    gold, repeats = _known(participant, plan, counts, share, rng), plan.repeats
    blocks = plan.fieldwork.design.blocks
    each, gap = (repeats.each, repeats.gap) if repeats else (0, 0)
    _write(participant, plan, weave(_turns(share), gold, each, gap, blocks, rng))
    return len(share.items)


def deal_more(
    participant: Participant, plan: Plan, wanted: Trial | None = None, *, late: bool = False
) -> int:
    """Fill up the share of a participant who came back; returns how many trials wait for them.

    Items that they held before (their trials were released) are taken up again where the draw
    falls on them; `wanted`, then what they had looked at, before all others if there is room on the
    item. With them come their known answers, and repeats of what they judged. An item of which they
    judged one screen of several stays theirs: the limits count what somebody has met. Whoever is
    `late` is given of what they held before, whatever others have claimed of it since. Whoever had
    looked at nothing takes another seat where theirs has nothing left. The participant is changed,
    not saved.
    """
    dealt, held = participant.trials.count(), _held_before(participant)
    counts = _Counts(participant)
    by, share = _again(participant, plan, counts, held, wanted, late=late)
    if not share.items and not late and held.lacks:
        return 0
    seat = share.seat
    participant.arm, participant.row, participant.met = seat.arm, seat.row, seat.met
    note(participant, plan, by, share, dealt)
    new = [turn for turn in _turns(share) if turn.item not in held.known]
    _write(participant, plan, new)
    take_up(participant, [*held.done, *(candidate.item for candidate in share.items)])
    settle(participant, plan)
    recut(participant, plan)
    return participant.trials.filter(released=False, answered_at=None).count()


def _again(
    participant: Participant,
    plan: Plan,
    counts: "_Counts",
    held: "_Held",
    wanted: Trial | None = None,
    *,
    late: bool = False,
) -> tuple[Heard, Share]:
    """What comes on return, and what its draw had heard; only looks."""
    rng = plan.rng("share", participant.seed, participant.trials.count())
    items, rules = candidates(participant, plan, counts), rules_of(plan)
    by = _heard(participant, plan, items, counts)
    if late:
        items = [item for item in items if item.item in held.known]
        rules = replace(rules, at_most=UNBOUNDED, seeking=None)
    else:
        items = by.mark(items)
    seat = Seat(participant.arm, participant.row, participant.met)
    item = wanted.item_id if wanted else None
    share = deal_again(items, rules, seat, held.done, item, rng, by.won, held.seen)
    if not share.items and held.is_untouched and wanted is None:
        peers = holders(participant, counts.left_out)
        near = seats(peers.filter(stratum=participant.stratum))
        share = deal_share(items, rules, near, rng, by.won, seats(peers)) or share
    return by, share


@dataclass(frozen=True)
class _Held:
    """Items that somebody had before they left."""

    done: set[int]
    """Judged, if only on one screen of several."""
    half: set[int]
    """Of these, those with a screen that was not."""
    released: set[int]
    """Not judged, or on some screens only: given to whoever came."""
    seen: set[int]
    """Looked at, and not judged on any screen."""

    @property
    def known(self) -> set[int]:
        return self.done | self.released

    @property
    def is_untouched(self) -> bool:
        """Whether they have met nothing of the design yet."""
        return not self.done and not self.seen

    @property
    def lacks(self) -> bool:
        """Whether a share without new items would leave nothing, or leave out what was theirs."""
        return not self.half and (not self.done or bool(self.released - self.done))


def _held_before(participant: Participant) -> _Held:
    first = participant.trials.filter(practice=False, repeat=0, item__gold="")
    done = set(first.filter(released=False).values_list("item", flat=True))
    released = set(first.filter(released=True).values_list("item", flat=True))
    looked = first.filter(released=True, undelivered=0).exclude(shown_at=None)
    seen = set(looked.values_list("item", flat=True)) - done
    return _Held(done, done & released, released, seen)


def take_up(participant: Participant, items: Iterable[int]) -> None:
    """Hold again what was released of these items, and every known answer."""
    known = Q(item__in=list(items)) | ~Q(item__gold="") | Q(practice=True)
    released = participant.trials.filter(known, released=True, answered_at=None)
    released.update(released=False)


def deal_practice(participant: Participant, plan: Plan) -> None:
    """Give the participant the practice trials, before any other."""
    items = Item.objects.filter(study=participant.study_id, practice=True).order_by("position")
    chosen = [Turn(item.pk, item.artwork_id) for item in items[: plan.practice_trials]]
    _write(participant, plan, chosen, practice=True)


def all_in_hands(study: Study, returning: Participant | None = None) -> bool:
    """Whether a newcomer, or somebody who returns and has not begun, would be given nothing now.

    What silent participants seem to hold counts as free; only looks. Where a check may leave out
    what one of them answered, that shows only when their place is taken back: a start has to say.
    """
    plan, person = plan_of(study), returning or Participant(study=study)
    if _may_be_left_out(study, plan):
        return False
    counts = _Counts(person, silent_since=timezone.now())
    if returning:
        return not _again(returning, plan, counts, _held_before(returning))[1].items
    items = candidates(person, plan, counts)
    marked = _heard(person, plan, items, counts).mark(items)
    return not anything_left(marked, rules_of(plan))


def _may_be_left_out(study: Study, plan: Plan) -> bool:
    """Whether somebody is silent whose answers a check may leave out once they are given up."""
    if not any(check.consequence in OUT for check in plan.checks):
        return False
    silent = Q(state=Participant.State.ACTIVE, lease_until__lt=timezone.now())
    return study.participants.filter(silent, trials__answered_at__isnull=False).exists()


def candidates(participant: Participant, plan: Plan, counts: "_Counts") -> list[Candidate]:
    """All items that count, each with its claims by others of the same sort.

    A claim is an answered trial, or an unanswered one that a participant still holds. Simulated
    raters and real ones never count for each other; nor do raters whose answers are left out.
    """
    held, given = counts.claims, counts.answered
    return [
        replace(item, claims=held[item.item], answered=given[item.item])
        for item in _frozen_items(participant.study, plan)
    ]


def _heard(
    participant: Participant, plan: Plan, items: Sequence[Candidate], counts: "_Counts"
) -> Heard:
    simulated = participant.simulated
    return heard(participant.study, plan, items, counts.left_out, simulated=simulated)


def _frozen_items(study: Study, plan: Plan) -> Sequence[Candidate]:
    """The items of a launched study never change: they are read once a process."""
    sha256 = study.protocol.design_sha256
    if not sha256:
        return laid_out(study, plan)
    return _kept(_Launched(study, plan, (study.pk, study.launched_at, sha256)))


@dataclass(frozen=True)
class _Launched:
    study: Study = field(compare=False)
    plan: Plan = field(compare=False)
    key: tuple[object, ...]


@lru_cache(maxsize=16)
def _kept(launched: _Launched) -> Sequence[Candidate]:
    return tuple(laid_out(launched.study, launched.plan))


def laid_out(study: Study, plan: Plan) -> list[Candidate]:
    """All items that count, as nobody has judged them yet."""
    cells, between = _cells(study), plan.fieldwork.design.between
    named = {key: (condition_of(each), arm_of(each, between)) for key, each in cells.items()}
    rows = _items(study).filter(gold="")
    found = []
    for item, artwork, painter, condition in rows.values_list(
        "pk", "artwork", "artwork__painter", "condition"
    ):
        name, arm = named.get(condition or -item, ("", ""))
        found.append(Candidate(item, artwork, painter or "", name, 0, 0, arm))
    return versions(found)


def holders(participant: Participant, left_out: Iterable[int]) -> QuerySet[Participant]:
    """Others of the same sort who hold places."""
    return Participant.objects.filter(
        study=participant.study_id, simulated=participant.simulated, state__in=HOLDING
    ).exclude(pk__in=[*left_out, participant.pk])


def seats(people: QuerySet[Participant]) -> Counter[Seat]:
    """Seats that these have."""
    rows = people.values_list("arm", "row", "met").annotate(number=Count("pk")).order_by()
    return Counter({Seat(arm, row, met): number for arm, row, met, number in rows})


class _Counts:
    """Raters of each item, of the same sort as `participant`; two queries and one for exclusions.

    A kind may ask about one item on several screens: raters are counted, not screens.
    """

    def __init__(self, participant: Participant, silent_since: datetime | None = None) -> None:
        self.left_out = left_out_people(participant.study)
        others = Q(released=False) & ~Q(participant=participant.pk)
        if silent_since:
            others &= Q(answered_at__isnull=False) | ~Q(
                participant__state=Participant.State.ACTIVE,
                participant__lease_until__lt=silent_since,
            )
        rows = (
            Trial.objects.filter(
                participant__study=participant.study_id,
                participant__simulated=participant.simulated,
                practice=False,
                repeat=0,
            )
            .exclude(participant__in=list(self.left_out))
            .order_by()
            .values_list("item")
            .annotate(
                held=Count("participant", distinct=True, filter=others),
                answered=Count("participant", distinct=True, filter=Q(answered_at__isnull=False)),
            )
        )
        self.claims, self.answered = Counter[int](), Counter[int]()
        for item, held, answered in rows:
            self.claims[item], self.answered[item] = held, answered


def _items(study: Study) -> QuerySet[Item]:
    return Item.objects.filter(study=study, practice=False).order_by("position")


def _cells(study: Study) -> Mapping[int, Sequence[Cell]]:
    """Key of a condition → its one cell; minus the key of an item that compares → all its cells."""
    conditions = Condition.objects.filter(study=study)
    levels: dict[int, Cell] = dict(conditions.values_list("pk", "levels"))
    found: dict[int, list[Cell]] = defaultdict(list)
    compared = Stimulus.objects.filter(item__study=study, condition__isnull=False)
    for item, condition in compared.order_by("slot").values_list("item", "condition"):
        found[-item].append(levels[condition])
    return {**{key: [cell] for key, cell in levels.items()}, **found}


def _known(
    participant: Participant, plan: Plan, counts: _Counts, share: Share, rng: Random
) -> list[Turn]:
    """Items with known answers, as many as each check asks for.

    Artworks that the participant does not judge besides come first, then fewest raters.
    """
    judged = {item.artwork for item in share.items}
    chosen: list[Turn] = []
    for check, known in plan.known.items():
        items = list(_items(participant.study).filter(gold=check).values_list("pk", "artwork"))
        drawn = rng.sample(items, len(items))
        drawn.sort(key=lambda item: (item[1] in judged, counts.claims[item[0]]))
        chosen += [Turn(item, artwork) for item, artwork in drawn[: known.each]]
    return rng.sample(chosen, len(chosen))


def _turns(share: Share) -> list[Turn]:
    return [Turn(candidate.item, candidate.artwork) for candidate in share.items]


def _write(
    participant: Participant, plan: Plan, turns: Sequence[Turn], *, practice: bool = False
) -> None:
    """A trial for each part of each turn, one after the other behind what is there."""
    ends = participant.trials.aggregate(position=Max("position"), block=Max("block"))
    first = 0 if ends["position"] is None else ends["position"] + 1
    screens = [(turn, part) for turn in turns for part in parts_of(plan.kind)]
    Trial.objects.bulk_create(
        Trial(
            participant=participant,
            item_id=turn.item,
            part=part,
            position=position,
            practice=practice,
            repeat=turn.repeat,
            block=max(turn.block, ends["block"] or 0),
            kind=plan.fieldwork.trial.kind,
            layout=_layout(participant, plan, part, position),
        )
        for position, (turn, part) in enumerate(screens, first)
    )


def _layout(participant: Participant, plan: Plan, part: str, position: int) -> Layout:
    """Drawn from the participant's seed, sides balanced over the trials of each part."""

    def rng_of(purpose: str, number: int) -> Random:
        return plan.rng(purpose, participant.seed, part, number)

    return balanced_layout(plan.kind, rng_of, position // len(parts_of(plan.kind)))
