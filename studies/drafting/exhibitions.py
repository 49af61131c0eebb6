"""Which paintings of which mimic raters see together, and beside which originals. Pure.

A set is as many paintings as one trial shows. The k-th sets of all conditions of a painter have the
same prompts, seeds and originals, so conditions are compared on equal terms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from studies.designs.factorial import Condition, matches
from studies.designs.selection import Picture
from studies.drafting.commissions import Studio
from studies.protocol import Experiment
from studies.trials import TRIALS, TrialKind, compares


@dataclass(frozen=True)
class Exhibition:
    """One set of paintings of a mimic, beside works by the painter whom it imitates."""

    cell: Condition
    condition: int | None
    """Position of the condition; None for practice."""
    originals: Sequence[Picture]
    paintings: Sequence[int]
    """Numbers of the paintings within the mimic's commission, from 0."""
    compared: Sequence[tuple[int | None, Condition]] = ()
    """Where several conditions are compared: position and cell of each."""


Wanted = tuple[Condition, int | None, Sequence[tuple[int | None, Condition]]]
"""Cell, position and what is compared, of something to show."""


def trial_kind(experiment: Experiment) -> TrialKind:
    """The kind of trial, built."""
    trial = experiment.study.trial
    return TRIALS.build(trial.kind, trial.settings, trial.preset)


def shown(experiment: Experiment, source: str) -> int:
    """How many pictures of one source (`artwork`, or each `condition`) a trial shows."""
    kind = trial_kind(experiment)
    number = sum(slot.shows == source for slot in kind.slots)
    return number // compares(kind) if source == "condition" else number


def exhibitions(
    experiment: Experiment,
    judged: Sequence[Wanted],
    conditions: Sequence[Condition],
    studios: Mapping[str, Studio],
    practice: Sequence[Wanted],
) -> list[Exhibition]:
    """All sets that are judged, condition by condition, and then those for practice.

    `practice` are cells without an artist. Practice shows further paintings of mimics that are
    trained anyway.
    """
    return [
        *_judged(experiment, judged, studios),
        *_rehearsed(experiment, conditions, studios, practice),
    ]


def _judged(
    experiment: Experiment, judged: Sequence[Wanted], studios: Mapping[str, Studio]
) -> Iterator[Exhibition]:
    for wanted in judged:
        for part in range(_parts(experiment, wanted[0])):
            yield _exhibition(experiment, studios, wanted, part)


def _rehearsed(
    experiment: Experiment,
    conditions: Sequence[Condition],
    studios: Mapping[str, Studio],
    practice: Sequence[Wanted],
) -> Iterator[Exhibition]:
    rng = Random(f"{experiment.stimuli.seed} practice")  # noqa: S311 (a design, no secret)
    for number, (bare, _, compared) in enumerate(practice):
        rule = {factor: [level] for factor, level in bare.items()}
        cell = rng.choice([found for found in conditions if matches(rule, found)])
        part = _parts(experiment, cell) + number
        others = [(None, {**each, "artist": cell["artist"]}) for _, each in compared]
        yield _exhibition(experiment, studios, (cell, None, others), part)


def _parts(experiment: Experiment, cell: Condition) -> int:
    """How many sets of each mimic are judged."""
    mimicry = experiment.stimuli.mimicries[cell["mimicry"]]
    return mimicry.paintings.count // shown(experiment, "condition")


def _exhibition(
    experiment: Experiment,
    studios: Mapping[str, Studio],
    wanted: Wanted,
    part: int,
) -> Exhibition:
    cell, condition, compared = wanted
    size, parts = shown(experiment, "condition"), _parts(experiment, cell)
    originals = studios[cell["artist"]].originals(part, parts, shown(experiment, "artwork"))
    paintings = range(part * size, (part + 1) * size)
    return Exhibition(cell, condition, originals, paintings, compared)
