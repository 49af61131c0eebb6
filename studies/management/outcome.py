"""What a verb of `manage.py experiment` came to: lines for people, data for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from studies.designs import telling
from studies.drafting import adapting, rehearsals
from studies.drafting.overview import Sums
from studies.drafting.rehearsals import Rehearsal
from studies.live.plan import Plan
from studies.models import Study
from studies.protocol import Experiment
from studies.queries import Making, making
from studies.reads.monitoring import turnout


@dataclass(frozen=True)
class Outcome:
    """Lines to print, or `data` with --json."""

    lines: Sequence[str]
    data: Mapping[str, Any] = field(default_factory=dict)


def of_check(
    experiment: Experiment,
    sums: Sums | None,
    warnings: Sequence[str],
    advice: Sequence[str],
    dealt: Rehearsal | None = None,
) -> Outcome:
    """The sums of a file; without them where its collection is not imported yet."""
    lines = [f"{experiment.experiment}: the file is in order."]
    if sums is not None:
        lines += _sums(experiment, sums)
    adaptive: list[str] = []
    if dealt is not None:
        square = experiment.study.design.order == "latin_square"
        lines += rehearsals.lines(dealt, square=square)
        plan = Plan(experiment.title, experiment.study)
        adaptive = adapting.told(plan, len(dealt.stay.items))
        lines += [f"  adaptive    {line}" for line in adaptive]
    told = [*(sums.warnings if sums else []), *warnings]
    data = {
        "experiment": experiment.experiment,
        "valid": True,
        "sums": asdict(sums) if sums else None,
        "design": {
            name: dict(telling.numbers(found), imbalance=telling.imbalance(found))
            for name, found in (("stay", dealt.stay), ("leave", dealt.leave))
        }
        if dealt
        else None,
        "adaptive": adaptive,
        "warnings": told,
        "advice": list(advice),
    }
    lines += [*(f"Warning: {warning}" for warning in told), *(f"Advice: {each}" for each in advice)]
    return Outcome(lines, data)


def _sums(experiment: Experiment, sums: Sums) -> list[str]:
    raters = experiment.study.raters
    each = sums.ratings_offered // raters.participants
    pictures = {sort: count for sort, count in sums.pictures.items() if sort != "mimics"}
    sorts = ", ".join(f"{count:,} {sort}" for sort, count in pictures.items() if count)
    trainings = _trainings(experiment, sums)
    return [
        f"  conditions  {sums.conditions:,}",
        f"  items       {sums.items:,}, and {sums.practice_items} for practice",
        f"  pictures    {sorts}",
        *trainings,
        f"  needed      {sums.items:,} items × {raters.per_item} = {sums.ratings_needed:,} ratings",
        f"  offered     {raters.participants:,} participants × {each} items"
        f" = {sums.ratings_offered:,} ratings",
        f"  a session   about {sums.minutes} minutes",
    ]


def _trainings(experiment: Experiment, sums: Sums) -> list[str]:
    """How many mimics are trained, and by which mimicries: usually most of the work."""
    mimics = sums.pictures["mimics"]
    if not mimics:
        return []
    known = experiment.stimuli.mimicries.items()
    steps = ", ".join(
        f"{label}: {mimicry.settings['steps']:,} steps" if mimicry.settings.get("steps") else label
        for label, mimicry in known
    )
    return [f"  trainings   {mimics:,} mimics ({steps})"]


def of_draft(study: Study) -> Outcome:
    """A draft that was applied."""
    work = making(study)
    items = study.items.filter(practice=False).count()
    conditions = study.conditions.count()
    return Outcome(
        [
            f"{study.slug}: a draft with {items:,} items under {conditions:,} conditions;"
            f" {work.made:,} of {work.total:,} pictures are made.",
            f"Next: manage.py experiment generate {study.slug} --wait",
        ],
        {"study": study.slug, "items": items, "conditions": conditions, **_making(work)},
    )


def of_generating(study: Study, work: Making) -> Outcome:
    """Where the work on the pictures stands."""
    missing = work.total - work.made
    line = f"{study.slug}: {work.made:,} of {work.total:,} pictures are made"
    then = (
        f"Next: manage.py experiment launch {study.slug}"
        if work.complete
        else f"{missing:,} are queued; workers (manage.py work) make them."
    )
    return Outcome([f"{line}.", then], {"study": study.slug, **_making(work)})


def of_launch(study: Study, link: str, warnings: Sequence[str]) -> Outcome:
    """A study that is open."""
    design = study.protocol.design_sha256
    return Outcome(
        [
            f"{study.slug} is live, frozen under {design}.",
            f"Raters' link: {link}",
            *(f"Warning: {warning}" for warning in warnings),
        ],
        {"study": study.slug, "design": design, "link": link, "warnings": list(warnings)},
    )


def of_move(study: Study) -> Outcome:
    """A study that was paused, resumed or closed."""
    state = study.get_state_display()
    return Outcome([f"{study.slug} is {state}."], {"study": study.slug, "state": study.state})


def of_status(study: Study) -> Outcome:
    """One study: its state, its pictures, and who took part, real and SIMULATED raters apart."""
    work = making(study)
    lines = [f"{study.slug}: {study.get_state_display()}, {work.made:,} of {work.total:,} pictures"]
    data: dict[str, Any] = {"study": study.slug, "state": study.state, **_making(work)}
    for turned in turnout(study):
        sort = "SIMULATED raters" if turned.simulated else "participants"
        lines.append(
            f"  {sort}: {turned.started} started, {turned.finished} finished,"
            f" {turned.answered:,} trials answered"
        )
        key = "simulated" if turned.simulated else "participants"
        data[key] = {**asdict(turned), "started": turned.started}
    return Outcome(lines, data)


def _making(work: Making) -> dict[str, Any]:
    return {
        "pictures": {
            "total": work.total,
            "made": work.made,
            "jobs": {state: count for state, count in work.states.items() if count},
            "messages": list(work.messages),
        }
    }
