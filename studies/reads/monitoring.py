"""Reads of a running study: how its pictures come along, who takes part, which items are covered.

Real and simulated raters are counted apart everywhere; no number holds both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from generation.models import Job
from studies.live.plan import plan_of
from studies.models import Event, Item, Participant, Response, Stimulus, Study, Trial
from studies.queries import Making

COUNTS = Q(practice=False, answered_at__isnull=False)
"""Trials that count: answered, and not for practice."""


@dataclass(frozen=True)
class Pictures:
    """How far the pictures of a study are."""

    total: int = 0
    made: int = 0
    stopped: int = 0
    """Failed or cancelled: they will not come unless they are asked for again."""
    moving: bool = False
    """Whether more can come without anybody doing anything."""

    @property
    def complete(self) -> bool:
        """Whether every picture is there."""
        return 0 < self.total == self.made


def pictures(studies: Iterable[int]) -> Mapping[int, Pictures]:
    """Primary key of each study → how far the pictures are that raters will see; one query.

    Each recipe counts once, however many items share it. Absent: a study without pictures.
    """
    missing = Q(recipe__image=None, recipe__jobs__purpose=Job.Purpose.MAKE)
    stopped = missing & Q(recipe__jobs__state__in=[Job.State.FAILED, Job.State.CANCELLED])
    rows = (
        Stimulus.objects.filter(item__study__in=list(studies))
        .values_list("item__study")
        .annotate(
            total=Count("recipe", distinct=True),
            made=Count("recipe", distinct=True, filter=Q(recipe__image__isnull=False)),
            stopped=Count("recipe", distinct=True, filter=stopped),
            asked=Count("recipe", distinct=True, filter=missing),
        )
    )
    return {
        study: Pictures(total, made, stopped, asked > stopped)
        for study, total, made, stopped, asked in rows
    }


def pictures_of(making: Making) -> Pictures:
    """The same of one study, with all that its pictures are made from."""
    stopped = making.states[Job.State.FAILED] + making.states[Job.State.CANCELLED]
    return Pictures(making.total, making.made, stopped, making.moving)


@dataclass(frozen=True)
class Turnout:
    """The participants of one sort, real or simulated."""

    simulated: bool
    active: int = 0
    finished: int = 0
    lapsed: int = 0
    screened_out: int = 0
    withdrawn: int = 0
    answered: int = 0
    """Trials that were answered, without practice."""

    @property
    def started(self) -> int:
        """Everybody who agreed to take part."""
        gone = self.lapsed + self.screened_out + self.withdrawn
        return self.active + self.finished + gone


Sorts = tuple[Turnout, Turnout]
"""Real participants, then simulated ones."""

NOBODY: Sorts = (Turnout(False), Turnout(True))


def turnouts(studies: Iterable[int]) -> Mapping[int, Sorts]:
    """Primary key of each study → who took part; two queries. Absent: nobody yet."""
    chosen = list(studies)
    rows = (
        Participant.objects.filter(study__in=chosen)
        .values_list("study", "simulated", "state")
        .annotate(number=Count("pk"))
    )
    people = Counter({(study, sort, state): number for study, sort, state, number in rows})
    trials = (
        Trial.objects.filter(COUNTS, participant__study__in=chosen)
        .order_by()
        .values_list("participant__study", "participant__simulated")
        .annotate(number=Count("pk"))
    )
    answered = Counter({(study, sort): number for study, sort, number in trials})
    return {
        study: (_turnout(study, False, people, answered), _turnout(study, True, people, answered))
        for study in {study for study, _, _ in people}
    }


def _turnout(
    study: int,
    simulated: bool,
    people: Counter[tuple[int, bool, str]],
    answered: Counter[tuple[int, bool]],
) -> Turnout:
    states = {state.value: people[study, simulated, state] for state in Participant.State}
    return Turnout(simulated, **states, answered=answered[study, simulated])


def turnout(study: Study) -> Sorts:
    """Who took part in one study."""
    return turnouts([study.pk]).get(study.pk, NOBODY)


@dataclass(frozen=True)
class Cell:
    """One item of a coverage strip; `heat` runs from 0 (no ratings) to 5 (all it needs)."""

    position: int
    ratings: int
    heat: int


@dataclass(frozen=True)
class Coverage:
    """How many ratings each item has from one sort of raters; `goal` is what each needs."""

    simulated: bool
    goal: int
    ratings: tuple[tuple[int, int], ...]
    """(position of the item, its ratings), in the order of the items."""

    @property
    def cells(self) -> list[Cell]:
        """One cell per item."""
        return [Cell(position, found, self.heat(found)) for position, found in self.ratings]

    @property
    def histogram(self) -> list[tuple[int, int, int]]:
        """(ratings, number of items with so many, heat), from none up to the most there are."""
        counts = Counter(found for _, found in self.ratings)
        return [(found, counts[found], self.heat(found)) for found in sorted(counts)]

    def heat(self, ratings: int) -> int:
        """0 for none, 1 to 4 on the way, 5 for all that are needed."""
        share = min(ratings / self.goal, 1.0)
        return 0 if ratings == 0 else 1 + int(4 * share)

    @property
    def covered(self) -> int:
        """Items that have all the ratings they need."""
        return sum(ratings >= self.goal for _, ratings in self.ratings)

    @property
    def total(self) -> int:
        """Ratings over all items."""
        return sum(ratings for _, ratings in self.ratings)


def ratings(*, simulated: bool) -> Count:
    """How often an item was judged by one sort of raters."""
    counted = Q(trials__answered_at__isnull=False, trials__practice=False)
    return Count("trials", filter=counted & Q(trials__participant__simulated=simulated))


def coverage(study: Study, goal: int) -> tuple[Coverage, Coverage]:
    """By real raters, then by simulated ones; one query."""
    rows = list(
        Item.objects.filter(study=study, practice=False, gold="")
        .annotate(real=ratings(simulated=False), made_up=ratings(simulated=True))
        .values_list("position", "real", "made_up")
        .order_by("position")
    )
    return (
        Coverage(False, goal, tuple((position, real) for position, real, _ in rows)),
        Coverage(True, goal, tuple((position, made_up) for position, _, made_up in rows)),
    )


def answered(study: Study) -> QuerySet[Trial]:
    """Answered trials, newest first, with all that a row of a table shows."""
    return (
        Trial.objects.filter(COUNTS, participant__study=study)
        .select_related("participant", "item__artwork", "item__condition")
        .prefetch_related(
            Prefetch("responses", Response.objects.order_by("pk")),
            Prefetch("item__stimuli", Stimulus.objects.select_related("recipe").order_by("pk")),
        )
        .order_by("-answered_at", "-pk")
    )


@dataclass(frozen=True)
class Spread:
    """How the answers to one question about one item fall on its scale."""

    question: str
    simulated: bool
    labels: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def points(self) -> list[tuple[int, str, int]]:
        """(point, label, answers) from the lowest point up."""
        return [
            (point, label, count)
            for point, (label, count) in enumerate(
                zip(self.labels, self.counts, strict=True), start=1
            )
        ]

    @property
    def total(self) -> int:
        """All answers."""
        return sum(self.counts)


def spreads(study: Study, item: Item) -> list[Spread]:
    """Answers about an item by question and sort of rater; only those that there are."""
    rows = (
        Response.objects.filter(trial__item=item, trial__practice=False)
        .values_list("question", "participant__simulated", "value")
        .annotate(number=Count("pk"))
    )
    counts = Counter({(question, sort, value): number for question, sort, value, number in rows})
    found = [
        Spread(
            question.name,
            sort,
            question.labels,
            tuple(counts[question.name, sort, point + 1] for point in range(len(question.labels))),
        )
        for sort in (False, True)
        for question in plan_of(study).kind.questions
    ]
    return [spread for spread in found if spread.total]


def participants(study: Study) -> QuerySet[Participant]:
    """Everybody who took part, newest first, with the number of trials answered and to answer."""
    counted = Q(trials__practice=False)
    return study.participants.annotate(
        answered=Count("trials", filter=counted & Q(trials__answered_at__isnull=False)),
        dealt=Count("trials", filter=counted & Q(trials__released=False)),
    ).order_by("-consented_at", "-pk")


def events(study: Study) -> QuerySet[Event]:
    """What happened to the study itself, newest first (participants' own events left out)."""
    return study.events.filter(participant=None).select_related("actor").order_by("-at", "-pk")
