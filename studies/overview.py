"""The sums of an experiment before anybody rates: pictures, ratings, minutes, and what to mind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from studies.checks import CHECKS
from studies.designs.factorial import Condition
from studies.layout import Layout
from studies.protocol import Experiment
from studies.trials import TRIALS

WORDS_PER_MINUTE = 200
SECONDS_PER_PERSON_QUESTION = 15
SECONDS_PER_LOOK = 8
SECONDS_PER_QUESTION = 5
"""Cautious round figures for the estimate of a session; measure your own in a pilot."""


@dataclass(frozen=True)
class Sums:
    """What an experiment comes to."""

    conditions: int
    items: int
    practice_items: int
    pictures: dict[str, int]
    """Pictures to make: prepared, targets, protected, purified."""
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
    each = min(raters.items_each, items)
    return Sums(
        conditions=len(layout.conditions),
        items=items,
        practice_items=len(layout.items) - items,
        pictures=pictures(experiment, layout),
        ratings_needed=items * raters.per_item,
        ratings_offered=raters.participants * each,
        minutes=minutes(experiment, each, len(layout.items) - items),
        warnings=[
            *clean_arm(experiment, layout.conditions),
            *balance(experiment, items),
            *contact(experiment),
            *layout.notes,
        ],
    )


def pictures(experiment: Experiment, layout: Layout) -> dict[str, int]:
    """How many pictures of each sort are to be made; equal ones are made once."""
    stimuli = experiment.stimuli
    prepared: set[object] = set()
    targets: set[object] = set()
    protected: set[object] = set()
    purified: set[object] = set()
    for item in layout.items:
        picture, label, budget = item.artwork.sha256, item.cell["protection"], item.cell["budget"]
        protection = stimuli.protections[label]
        prepared.add(picture)
        if protection is not None:
            protected.add((picture, label, budget))
        if protection is not None and protection.style is not None:
            targets.add((picture, label))
        if stimuli.purifications[item.cell["purification"]] is not None:
            purified.add((picture, label, budget, item.cell["purification"]))
    sorts = {"prepared": prepared, "targets": targets, "protected": protected, "purified": purified}
    return {sort: len(found) for sort, found in sorts.items()}


def minutes(experiment: Experiment, items: int, practice: int) -> int:
    """How long a session takes, in whole minutes, rounded up."""
    study = experiment.study
    text = " ".join([study.information, *study.consent, study.debrief])
    asked = sum(len(CHECKS.build(c.check, c.settings).questions) for c in study.checks)
    questions = len(TRIALS.build(study.trial.kind, study.trial.settings).questions)
    per_trial = SECONDS_PER_LOOK + SECONDS_PER_QUESTION * questions
    seconds = asked * SECONDS_PER_PERSON_QUESTION + (items + practice) * per_trial
    return ceil(len(text.split()) / WORDS_PER_MINUTE + seconds / 60)


def clean_arm(experiment: Experiment, conditions: Iterable[Condition]) -> list[str]:
    """A warning where no untouched picture is judged."""
    stimuli = experiment.stimuli
    untouched = (
        stimuli.protections[cell["protection"]] is None
        and stimuli.purifications[cell["purification"]] is None
        for cell in conditions
    )
    if any(untouched):
        return []
    return [
        "There is no clean arm: add “clean: null” to the protections and “none: null” to the"
        " purifications, or nobody can tell what raters say of untouched pictures."
    ]


def contact(experiment: Experiment) -> list[str]:
    """A warning where raters would be told to write to nobody."""
    if "example.org" not in experiment.study.contact:
        return []
    return ["`contact` is still an example: raters must be able to reach somebody."]


def balance(experiment: Experiment, items: int) -> list[str]:
    """Warnings where participants × items_each and items × per_item do not fit."""
    raters = experiment.study.raters
    each = min(raters.items_each, items)
    needed, offered = items * raters.per_item, raters.participants * each
    found = []
    if raters.items_each > items:
        found.append(f"items_each is {raters.items_each}, but there are only {items} items.")
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
    elif offered - needed >= items:
        found.append(
            f"{raters.participants} participants × {each} items = {offered:,} ratings, more than"
            f" the {needed:,} that are needed: items get {offered // items} ratings each."
        )
    return found
