"""The sums of an experiment before anybody rates: pictures, ratings, minutes, and what to mind."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

from studies.checks import CHECKS
from studies.designs.arms import arm_of
from studies.designs.factorial import UNDEGRADED, Condition
from studies.designs.quotas import opened
from studies.designs.selection import Picture
from studies.drafting.exhibitions import trial_kind
from studies.drafting.layout import Layout, Placed
from studies.protocol import Experiment
from studies.protocol.fieldwork import Raters
from studies.protocol.stimuli import Stimuli
from studies.protocol.wordings import translated_scales
from studies.showing.flicker import expected, flicker_of

WORDS_PER_MINUTE = 200
SECONDS_PER_PERSON_QUESTION = 15
SECONDS_PER_LOOK = 8  # at one picture, or two beside each other
SECONDS_PER_QUESTION = 5
"""Cautious round figures for the estimate of a session; measure your own in a pilot."""


@dataclass(frozen=True)
class Sums:
    """What an experiment comes to."""

    conditions: int
    items: int
    practice_items: int
    pictures: dict[str, int]
    """To make: pictures (prepared, targets, protected, purified, paintings, degraded), and
    mimics."""
    ratings_needed: int
    """items × per_item"""
    ratings_offered: int
    """participants × items_each (or all items, where there are fewer)"""
    minutes: int
    """A session of one rater, estimated."""
    warnings: Sequence[str]


def sum_up(experiment: Experiment, layout: Layout) -> Sums:
    """Do the sums of a checked experiment."""
    raters, items = experiment.study.raters, len(layout.judged)
    met = smallest_arm(experiment, layout)
    each = min(raters.items_each, met)
    return Sums(
        conditions=len(layout.conditions),
        items=items,
        practice_items=sum(item.practice for item in layout.items),
        pictures=pictures(experiment, layout),
        ratings_needed=items * raters.per_item,
        ratings_offered=raters.participants * each,
        minutes=minutes(experiment, each, len(layout.items) - items),
        warnings=[
            *clean_arm(experiment, layout.conditions),
            *balance(experiment, items, met),
            *contact(experiment),
            *translated_scales(experiment.study),
            *flickers(experiment),
            *layout.notes,
        ],
    )


def smallest_arm(experiment: Experiment, layout: Layout) -> int:
    """How many items there are for a participant, by the levels that `between` gives them; where
    levels differ, the fewest."""
    between = experiment.study.design.between
    return min(Counter(arm_of(item.cells, between) for item in layout.judged).values())


def flickers(experiment: Experiment) -> list[str]:
    """What is allowed to flicker, in a sentence; nothing where nothing does."""
    wanted = flicker_of(trial_kind(experiment))
    return [expected(wanted)] if wanted else []


def pictures(experiment: Experiment, layout: Layout) -> dict[str, int]:
    """How many pictures of each sort, and mimics, are to be made; equal ones are made once."""
    made: dict[str, set[object]] = {sort: set() for sort in SORTS}
    shown_items = layout.items if experiment.stimuli.pictured else ()
    for item, cell in ((shown, cell) for shown in shown_items for cell in shown.cells):
        if item.paintings:
            _add_paintings(made, experiment.stimuli, layout, item, cell)
        else:
            steps = _add_picture(made, experiment.stimuli, item.artwork, cell)
            _add_degraded(made, cell, [steps])
    return {sort: len(found) for sort, found in made.items()}


SORTS = ("prepared", "targets", "protected", "purified", "mimics", "paintings", "degraded")


def _add_picture(
    made: Mapping[str, set[object]], stimuli: Stimuli, artwork: Picture, cell: Condition
) -> tuple[str, ...]:
    """Counts an artwork under a condition, with all it is made from; what it comes to."""
    picture, label, budget = artwork.sha256, cell["protection"], cell["budget"]
    protection, purification = stimuli.protections[label], cell["purification"]
    steps: tuple[str, ...] = (picture,)
    made["prepared"].add(picture)
    if protection is not None:
        steps = (*steps, label, budget)
        made["protected"].add(steps)
    if protection is not None and protection.style is not None:
        made["targets"].add((picture, label))
    if stimuli.purifications[purification] is not None:
        steps = (*steps, purification)
        made["purified"].add(steps)
    return steps


def _add_paintings(
    made: Mapping[str, set[object]],
    stimuli: Stimuli,
    layout: Layout,
    item: Placed,
    cell: Condition,
) -> None:
    """Counts a set of paintings, the originals beside it, and the mimic with all it learns from."""
    made["prepared"].update(original.sha256 for original in item.originals)
    label = cell["mimicry"]
    mimicry = stimuli.mimicries[label]
    commission = layout.studios[item.artwork.painter].commissions[label]
    taught = [
        (_add_picture(made, stimuli, lesson.picture, cell), lesson.caption)
        if lesson.cloaked
        else ((lesson.picture.sha256,), lesson.caption)
        for lesson in commission.lessons
    ]
    made["prepared"].update(lesson.picture.sha256 for lesson in commission.lessons)
    method = mimicry.model_dump_json(include={"method", "settings", "network"})
    mimic = (method, *taught)
    made["mimics"].add(mimic)
    sampler = mimicry.paintings.model_dump_json(include={"sampler"})
    pairs = (commission.pair(number) for number in item.paintings)
    painted = [(mimic, sampler, pair) for pair in pairs]
    made["paintings"].update(painted)
    _add_degraded(made, cell, painted)


def _add_degraded(
    made: Mapping[str, set[object]], cell: Condition, begun: Iterable[object]
) -> None:
    """Counts what a degradation makes of the pictures that it begins with."""
    if cell["degradation"] != UNDEGRADED["degradation"]:
        made["degraded"].update((one, cell["degradation"], cell["dose"]) for one in begun)


def minutes(experiment: Experiment, items: int, practice: int) -> int:
    """How long a session takes, in whole minutes, rounded up."""
    study = experiment.study
    text = " ".join([study.information, *study.consent, study.debrief])
    asked = sum(len(CHECKS.build(c.check, c.settings).questions) for c in study.checks)
    kind = trial_kind(experiment)
    look = SECONDS_PER_LOOK * max(bool(kind.slots), len(kind.slots) // 2)
    per_trial = look + SECONDS_PER_QUESTION * len(kind.questions)
    seconds = asked * SECONDS_PER_PERSON_QUESTION + (items + practice) * per_trial
    return ceil(len(text.split()) / WORDS_PER_MINUTE + seconds / 60)


def clean_arm(experiment: Experiment, conditions: Iterable[Condition]) -> list[str]:
    """A warning where nothing untouched is judged: by mimics, or by people looking at pictures."""
    stimuli, cells = experiment.stimuli, list(conditions)
    clean = [
        cell
        for cell in cells
        if stimuli.protections[cell["protection"]] is None
        and stimuli.purifications[cell["purification"]] is None
        and cell["degradation"] == UNDEGRADED["degradation"]
    ]
    if not stimuli.mimicries:
        return [] if clean else [NO_CLEAN_PICTURES]
    having = {(cell["artist"], cell["mimicry"]) for cell in clean}
    lacking = [c for c in cells if (c["artist"], c["mimicry"]) not in having]
    if not lacking:
        return []
    if not clean:
        return [NO_CLEAN_MIMIC.format("There")]
    named = dict.fromkeys(f"{cell['mimicry']} of {cell['artist']}" for cell in lacking)
    return [NO_CLEAN_MIMIC.format(f"For {', '.join(named)} there")]


NO_CLEAN_PICTURES = (
    "There is no clean arm: add “clean: null” to the protections and “none: null” to the"
    " purifications, or nobody can tell what raters say of untouched pictures."
)
NO_CLEAN_MIMIC = (
    "{} is no clean arm, a mimic that learns from untouched art: add “clean: null” to the"
    " protections and “none: null” to the purifications (and do not skip them), or a protection"
    " that works cannot be told from a mimic that fails anyway."
)


def contact(experiment: Experiment) -> list[str]:
    """A warning where raters would be told to write to nobody."""
    if "example.org" not in experiment.study.contact:
        return []
    return ["`contact` is still an example: raters must be able to reach somebody."]


def balance(experiment: Experiment, items: int, met: int) -> list[str]:
    """Warnings where participants × items_each and items × per_item do not fit; `met` of the items
    are there for one participant."""
    raters = experiment.study.raters
    each = min(raters.items_each, met)
    needed, offered = items * raters.per_item, raters.participants * each
    found = []
    if raters.items_each > met:
        where = " of one level of study.design.between" if met < items else ""
        found.append(f"items_each is {raters.items_each}, but there are only {met} items{where}.")
    found += too_few(experiment, items, met)
    if offered - needed >= items:
        found.append(
            f"{raters.participants} participants × {each} items = {offered:,} ratings, more than"
            f" the {needed:,} that are needed: items get {offered // items} ratings each."
        )
        found += at_once(experiment, items, each)
    return found


def at_once(experiment: Experiment, items: int, each: int) -> list[str]:
    """A warning where people would be turned away although there are places."""
    raters, adaptive = experiment.study.raters, experiment.study.adaptive
    places = opened(raters.participants, raters.over_recruit)
    if adaptive.pairs or adaptive.items or _starts(raters, raters.per_item, items, each) >= places:
        return []
    would_do = next(n for n in count(raters.per_item) if _starts(raters, n, items, each) >= places)
    return [
        f"As long as an item lacks answers it is given to {raters.per_item} raters and one more, so"
        f" after about {_starts(raters, raters.per_item, items, each):,} of {places:,} starts the"
        f" next waits until others have answered. Raise per_item to {would_do} if all may come at"
        " once."
    ]


def _starts(raters: Raters, per_item: int, items: int, each: int) -> int:
    """How many can be given a whole share before anybody has answered."""
    return items * (opened(per_item, raters.over_recruit) + 1) // each


def too_few(experiment: Experiment, items: int, met: int) -> list[str]:
    """The part of `balance` on items that cannot have their ratings."""
    raters = experiment.study.raters
    each = min(raters.items_each, met)
    needed, offered = items * raters.per_item, raters.participants * each
    found = []
    if raters.participants < raters.per_item:
        found.append(
            f"per_item is {raters.per_item}, but only {raters.participants} participants can take"
            " part, and nobody judges an item twice."
        )
    if offered < needed:
        found.append(
            f"{raters.participants} participants × {each} items = {offered:,} ratings, but"
            f" {items:,} items × {raters.per_item} = {needed:,} are needed:"
            f" {ceil(needed / each):,} participants would do"
            + (f", or per_item {offered // items}." if offered >= items else ".")
        )
    return found
