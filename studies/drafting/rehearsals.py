"""The design of a study before it is launched: played, put in numbers, and what cannot be met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from studies.channels import CHANNELS
from studies.checks import CHECKS
from studies.designs import arms, feasibility, shortfalls, telling
from studies.designs.assignment import Candidate
from studies.designs.coverage import Coverage
from studies.designs.dealing import Rules
from studies.designs.rehearsal import rehearse
from studies.designs.selection import SelectionError
from studies.designs.versions import versions
from studies.drafting import adapting
from studies.drafting.layout import Layout
from studies.live.plan import Plan, plan_of
from studies.live.room import places_of
from studies.live.shares import laid_out, rules_of
from studies.models import Condition, Study
from studies.protocol import Experiment
from studies.protocol.fieldwork import Fieldwork

WORK = 100_000
"""Participants × items that are played: half a second. A larger study is played in part."""


@dataclass(frozen=True)
class Rehearsal:
    """A design as it comes out when everybody stays, and when some leave and are replaced."""

    participants: int
    """That were played."""
    places: int
    stay: Coverage
    leave: Coverage
    drop_out: float
    rules: Rules

    @property
    def whole(self) -> bool:
        """Whether all places were played."""
        return self.participants == self.places


def rehearsal_of(study: Study) -> Rehearsal:
    """Of a study that is stored."""
    plan = plan_of(study)
    return play(plan, laid_out(study, plan))


def from_layout(experiment: Experiment, layout: Layout) -> Rehearsal:
    """Of a file that is checked."""
    plan = Plan(experiment.title, experiment.study)
    return play(plan, items_of(experiment, layout))


def play(plan: Plan, items: Sequence[Candidate]) -> Rehearsal:
    """Play the dealing with the study's own seed; the same picture each time."""
    places = places_of(plan)
    most = max(20, WORK // max(1, len(items)))
    return _played(
        tuple(items),
        replace(rules_of(plan), seeking=None),  # there are no answers to seek by
        min(places, most),
        places,
        plan.fieldwork.design.drop_out,
        plan.fieldwork.seed,
    )


@lru_cache(maxsize=8)  # a function of its arguments alone; a page asks for it again and again
def _played(
    items: tuple[Candidate, ...],
    rules: Rules,
    participants: int,
    places: int,
    drop_out: float,
    seed: int,
) -> Rehearsal:
    stay = rehearse(items, rules, participants, 0.0, seed)
    leave = rehearse(items, rules, participants, drop_out, seed) if drop_out else stay
    return Rehearsal(participants, places, stay, leave, drop_out, rules)


def items_of(experiment: Experiment, layout: Layout) -> list[Candidate]:
    """The items of a layout as they will be dealt."""
    between = experiment.study.design.between
    items = [
        Candidate(
            item=item.position,
            artwork=item.artwork.key,
            painter=item.artwork.painter,
            condition=arms.condition_of(item.cells),
            claims=0,
            arm=arms.arm_of(item.cells, between),
        )
        for item in layout.judged
    ]
    return versions(items)


def refuse_unmet(experiment: Experiment, layout: Layout) -> None:
    """Raises SelectionError with a sentence on each constraint that cannot be met."""
    found = _refusals(experiment.study, items_of(experiment, layout), layout.conditions)
    if found:
        raise SelectionError(" ".join(found))


def lines(rehearsal: Rehearsal, *, square: bool) -> list[str]:
    """The design in numbers, for the command line."""
    played = "" if rehearsal.whole else f" (the first {rehearsal.participants} were played)"
    found = [f"  dealing     to {rehearsal.places:,} places{played}, played without drop-out:"]
    found += [
        f"    {what}: {told}" for what, told in telling.numbers(rehearsal.stay, square=square)
    ]
    found.append(f"    largest difference within items: {telling.imbalance(rehearsal.stay)}")
    if rehearsal.drop_out:
        share, left = f"{rehearsal.drop_out:.0%}", rehearsal.leave
        found.append(f"  the same    when {share} leave and are replaced:")
        found += [f"    {what}: {told}" for what, told in telling.numbers(left, square=square)]
        found.append(f"    largest difference within items: {telling.imbalance(left)}")
    return found


def regrets(rehearsal: Rehearsal) -> list[str]:
    """What may be regretted after a launch, in sentences."""
    return shortfalls.regrets(rehearsal.stay, rehearsal.rules, rehearsal.places)


def obstacles(study: Study) -> list[str]:
    """The same of a stored study."""
    plan = plan_of(study)
    cells = list(Condition.objects.filter(study=study).values_list("levels", flat=True))
    return _refusals(plan.fieldwork, laid_out(study, plan), cells)


def _refusals(
    study: Fieldwork, items: Sequence[Candidate], cells: Sequence[Mapping[str, str]]
) -> list[str]:
    plan = Plan("", study)
    repeats = plan.repeats
    each, gap = (repeats.each, repeats.gap) if repeats else (0, 0)
    found = feasibility.unmet(items, rules_of(plan), each, gap)
    found += feasibility.levels(study.design.between, cells)
    return [*found, *_compared(study), *_quotas(study), *adapting.unmet(plan)]


def _compared(study: Fieldwork) -> list[str]:
    both = [f for f in study.design.between if study.compare and f in study.compare.factors]
    return [
        f"study.design.between: {factor} is compared on one screen (study.compare), so nobody can"
        " meet one level of it only: name it in one of the two."
        for factor in both
    ]


def _quotas(study: Fieldwork) -> list[str]:
    quotas, places = study.raters.quotas, study.raters.participants
    if quotas is None:
        return []
    found = []
    asked = sum(quotas.places.values())
    if asked > places:
        found.append(
            f"study.raters.quotas: the groups have {asked} places together, and participants is"
            f" {places}: raise participants to {asked}, or lower the quotas."
        )
    channel = study.channel.kind
    if quotas.by == "launch" and not CHANNELS.build(channel, study.channel.settings).strata:
        found.append(
            f"study.raters.quotas: people who come by {channel} carry no stratum, so all of them"
            " would be told that their places are taken: name the launch parameter that says it"
            " (`stratum` of open_link, panel or prolific), invite people by a list that says it, or"
            " use quotas by population."
        )
    known = _populations(study)
    if quotas.by == "population":
        unknown = sorted(set(quotas.places) - known)
        names = ", ".join(sorted(known)) or "none; add the check expertise"
        found += [
            f"study.raters.quotas: no check puts anybody in the population “{name}” (there are:"
            f" {names})."
            for name in unknown
        ]
    return found


def _populations(study: Fieldwork) -> set[str]:
    """Names of populations that checks put people in."""
    checks = [CHECKS.build(check.check, check.settings) for check in study.checks]
    found: set[str] = set()
    for check in checks:
        found |= set(getattr(check, "populations", ()))
        found |= {name for name in [getattr(check, "undisclosed", "")] if name}
    return found
