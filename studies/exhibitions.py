"""Which paintings of which mimic raters see together, and beside which originals. Pure.

A set is as many paintings as one trial shows. The k-th sets of all conditions of a painter have the
same prompts, seeds and originals, so conditions are compared on equal terms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from studies.commissions import Studio
from studies.designs.factorial import Condition, matches
from studies.designs.selection import Picture
from studies.protocol import Experiment
from studies.trials import TRIALS, TrialKind


@dataclass(frozen=True)
class Exhibition:
    """One set of paintings of a mimic, beside works by the painter whom it imitates."""

    cell: Condition
    condition: int | None
    """Position of the condition; None for practice."""
    originals: Sequence[Picture]
    paintings: Sequence[int]
    """Numbers of the paintings within the mimic's commission, from 0."""


def trial_kind(experiment: Experiment) -> TrialKind:
    """The kind of trial, built."""
    trial = experiment.study.trial
    return TRIALS.build(trial.kind, trial.settings)


def shown(experiment: Experiment, source: str) -> int:
    """How many pictures of one source (`artwork`, `condition`) a trial shows."""
    return sum(slot.shows == source for slot in trial_kind(experiment).slots)


def exhibitions(
    experiment: Experiment,
    conditions: Sequence[Condition],
    studios: Mapping[str, Studio],
    practice: Sequence[Condition],
) -> list[Exhibition]:
    """All sets that are judged, condition by condition, and then those for practice.

    `practice` are cells without an artist. Practice shows further paintings of mimics that are
    trained anyway.
    """
    return [
        *_judged(experiment, conditions, studios),
        *_rehearsed(experiment, conditions, studios, practice),
    ]


def _judged(
    experiment: Experiment, conditions: Sequence[Condition], studios: Mapping[str, Studio]
) -> Iterator[Exhibition]:
    for position, cell in enumerate(conditions, start=1):
        for part in range(_parts(experiment, cell)):
            yield _exhibition(experiment, studios, cell, position, part)


def _rehearsed(
    experiment: Experiment,
    conditions: Sequence[Condition],
    studios: Mapping[str, Studio],
    practice: Sequence[Condition],
) -> Iterator[Exhibition]:
    rng = Random(f"{experiment.stimuli.seed} practice")  # noqa: S311 (a design, no secret)
    for number, wanted in enumerate(practice):
        rule = {factor: [level] for factor, level in wanted.items()}
        cell = rng.choice([found for found in conditions if matches(rule, found)])
        part = _parts(experiment, cell) + number
        yield _exhibition(experiment, studios, cell, None, part)


def _parts(experiment: Experiment, cell: Condition) -> int:
    """How many sets of each mimic are judged."""
    mimicry = experiment.stimuli.mimicries[cell["mimicry"]]
    return mimicry.paintings.count // shown(experiment, "condition")


def _exhibition(
    experiment: Experiment,
    studios: Mapping[str, Studio],
    cell: Condition,
    condition: int | None,
    part: int,
) -> Exhibition:
    size, parts = shown(experiment, "condition"), _parts(experiment, cell)
    originals = studios[cell["artist"]].originals(part, parts, shown(experiment, "artwork"))
    return Exhibition(cell, condition, originals, range(part * size, (part + 1) * size))
