"""What the jobs page shows: counts, batches at work, failures by their reason, what came last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Count, Max, Min
from django.utils import timezone

from generation.jobs import UNFINISHED
from generation.models import Job, Production, Recipe
from generation.steps import KINDS

STRANDED_AFTER = timedelta(seconds=30)
SHOWN = 8


@dataclass(frozen=True)
class StepCounts:
    """The jobs of one method by state, states without jobs as 0."""

    recipe: Recipe
    """One of its recipes, for its name."""
    counts: dict[str, int]


@dataclass(frozen=True)
class RunningBatch:
    """Jobs that one worker holds under one claim."""

    lead: Job
    jobs: Sequence[Job]

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.jobs)


@dataclass(frozen=True)
class Reason:
    """Jobs that share a message: why they failed, or wait for another attempt."""

    lead: Job
    number: int
    until: datetime | None


@dataclass(frozen=True)
class FinishedBatch:
    """A tensor batch that ran."""

    lead: Recipe
    made: int
    """Images; 1 for a mimic."""
    seconds: float
    device: str
    started_at: datetime

    @property
    def each(self) -> float:
        """Seconds."""
        return self.seconds / self.made


@dataclass(frozen=True)
class Overview:
    """All that the page shows at one moment."""

    counts: dict[str, int]
    steps: Sequence[StepCounts]
    running: Sequence[RunningBatch]
    failures: Sequence[Reason]
    """Of jobs that were begun and failed themselves, the newest first."""
    followers: int
    """Jobs that failed without being begun, because of an input."""
    resting: Sequence[Reason]
    finished: Sequence[FinishedBatch]
    stranded: bool
    """Whether jobs have been ready for a while and no worker takes them."""

    @property
    def total(self) -> int:
        """Jobs that are wanted: all but the cancelled ones."""
        return sum(self.counts.values()) - self.counts[Job.State.CANCELLED]

    @property
    def unfinished(self) -> int:
        """Jobs that are still to be done."""
        return sum(self.counts[state] for state in UNFINISHED)

    @property
    def ended(self) -> int:
        """Jobs that are done or failed."""
        return self.total - self.unfinished


def overview() -> Overview:
    """How things are with all jobs, now."""
    counts = _counted(Job.objects.values_list("state").annotate(Count("pk")))
    return Overview(
        counts=counts,
        steps=_steps(),
        running=_running(),
        failures=_failures(),
        followers=Job.objects.filter(state=Job.State.FAILED, attempts=0).count(),
        resting=_resting(),
        finished=_finished(),
        stranded=not counts[Job.State.RUNNING] and _long_ready(),
    )


def _counted(pairs: object) -> dict[str, int]:
    return {**dict.fromkeys(Job.State.values, 0), **dict(pairs)}  # type: ignore[call-overload]


def _steps() -> list[StepCounts]:
    rows = (
        Job.objects.values_list("recipe__kind", "recipe__method", "state")
        .annotate(number=Count("pk"), first=Min("recipe_id"))
        .order_by("recipe__kind", "recipe__method")
    )
    found = []
    for _, grouped in groupby(rows, key=lambda row: row[:2]):
        members = list(grouped)
        counts = _counted((state, number) for _, _, state, number, _ in members)
        found.append(StepCounts(Recipe.objects.get(pk=members[0][4]), counts))
    order = list(KINDS)
    return sorted(found, key=lambda step: order.index(step.recipe.kind))


def _running() -> list[RunningBatch]:
    running = Job.objects.filter(state=Job.State.RUNNING).select_related("recipe")
    batches = groupby(running.order_by("started_at", "claim", "pk"), key=lambda job: job.claim)
    return [RunningBatch(jobs[0], jobs) for jobs in (list(grouped) for _, grouped in batches)]


def _failures() -> list[Reason]:
    rows = (
        Job.objects.filter(state=Job.State.FAILED, attempts__gt=0)
        .values("message")
        .annotate(number=Count("pk"), lead=Min("pk"), last=Max("finished_at"))
        .order_by("-last", "message")
    )
    return _reasons([(row["lead"], row["number"], None) for row in rows[:SHOWN]])


def _resting() -> list[Reason]:
    rows = (
        Job.objects.filter(state=Job.State.READY, not_before__gt=timezone.now())
        .values("message")
        .annotate(number=Count("pk"), lead=Min("pk"), until=Min("not_before"))
        .order_by("until")
    )
    return _reasons([(row["lead"], row["number"], row["until"]) for row in rows[:SHOWN]])


def _reasons(rows: Sequence[tuple[int, int, datetime | None]]) -> list[Reason]:
    leads = Job.objects.select_related("recipe").in_bulk([lead for lead, _, _ in rows])
    return [Reason(leads[lead], number, until) for lead, number, until in rows if lead in leads]


def _finished() -> list[FinishedBatch]:
    productions = list(Production.objects.order_by("-started_at")[:SHOWN])
    recipes = Recipe.objects.in_bulk([production.recipe_keys[0] for production in productions])
    return [
        FinishedBatch(
            recipes[production.recipe_keys[0]],
            len(production.recipe_keys),
            production.seconds,
            production.device,
            production.started_at,
        )
        for production in productions
    ]


def _long_ready() -> bool:
    past = timezone.now() - STRANDED_AFTER
    return Job.objects.filter(
        state=Job.State.READY, created_at__lt=past, queued_at__lt=past
    ).exists()
