"""What must hold for a verdict on metrics to mean what it says, checked with numbers. Pure."""

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame
from scipy.stats import spearmanr

from evaluation import words
from evaluation.analyses import Assumption
from evaluation.findings.metric_levels import FEW_CONDITIONS, Grid
from evaluation.measuring.measurements import label_of

FEW_RATERS, FEW_ARTWORKS, FEW_ANSWERS = 10, 10, 3
CROWDED = 0.8
"""Share of answers at one point from which a scale is hardly used."""
TIED = 0.5
BENT = 0.15
"""Difference of rank and straight-line correlation from which a relation is called bent."""


def assumptions(grid: Grid, answers: DataFrame, values: DataFrame) -> tuple[Assumption, ...]:
    """Of answers (score, item, participant) and metrics [item, metric] as a grid took them."""
    return (
        _conditions(grid),
        _samples(grid),
        _answers_each(answers),
        _crossed(grid),
        _range(answers),
        _ties(grid, list(values.columns)),
        _straight(grid, list(values.columns)),
    )


def _conditions(grid: Grid) -> Assumption:
    enough = grid.conditions >= FEW_CONDITIONS
    said = words.counted(grid.conditions, "condition")
    if enough:
        return Assumption(
            "Enough conditions", True, f"{said}: they are a sample, and others like them are meant."
        )
    return Assumption(
        "Enough conditions",
        False,
        f"{said}, and {FEW_CONDITIONS} would be needed to speak of others: what is said holds for"
        " these very conditions.",
    )


def _samples(grid: Grid) -> Assumption:
    people = grid.people
    enough = people.raters >= FEW_RATERS and people.artworks >= FEW_ARTWORKS
    said = (
        f"{words.counted(people.raters, 'rater')} and {words.counted(people.artworks, 'artwork')}"
    )
    wide = "" if enough else ": intervals are wide, and few verdicts are possible"
    return Assumption("Enough raters and artworks", enough, f"{said}{wide}.")


def _answers_each(answers: DataFrame) -> Assumption:
    counts = answers.groupby("item").size()
    held = bool(counts.median() >= FEW_ANSWERS)
    return Assumption(
        "Several answers a picture",
        held,
        f"A picture has {counts.median():.3g} answers (median; {counts.min()} to {counts.max()});"
        " the ceiling is known from answers of different raters to the same picture.",
    )


def _crossed(grid: Grid) -> Assumption:
    if not grid.named:
        return Assumption(
            "Each artwork under several conditions",
            None,
            "The table names no artworks, so nothing can be said within them.",
        )
    several = float((grid.judged.sum(0) > 1).mean())
    return Assumption(
        "Each artwork under several conditions",
        several > 0.5,
        f"{several:.0%} of the artworks were judged under two conditions or more; within artworks,"
        " those alone count.",
    )


def _range(answers: DataFrame) -> Assumption:
    shares = answers["score"].value_counts(normalize=True)
    most, point = float(shares.max()), shares.idxmax()
    held = most < CROWDED
    said = f"{most:.0%} of the scores are {point:g}, the most common one"
    if not held:
        said += ": the range is restricted, which lowers correlations and the ceiling alike"
    return Assumption("A range of answers", held, f"{said}.")


def _ties(grid: Grid, known: Sequence[str]) -> Assumption:
    judged = grid.judged > 0
    tied = {
        label_of(name): 1 - len(np.unique(metric[judged])) / int(judged.sum())
        for name, metric in zip(known, grid.metrics, strict=True)
    }
    many = [f"{name} ({share:.0%})" for name, share in tied.items() if share > TIED]
    if not many:
        return Assumption("Few ties", True, "No metric gives most pictures a value of another.")
    return Assumption(
        "Few ties",
        False,
        f"Most pictures share their value with another by {words.listed(many)}: such a metric"
        " cannot order them, which counts against it.",
    )


def _straight(grid: Grid, known: Sequence[str]) -> Assumption:
    """Ranks need no straight line; where it is bent, Pearson's r elsewhere will differ."""
    people, place = grid.people.means, grid.people.place
    bent = []
    for name, metric in zip(known, grid.metrics, strict=True):
        numbers = metric[place]
        if np.ptp(numbers) == 0 or np.ptp(people) == 0:
            continue
        line, ranks = np.corrcoef(people, numbers)[0, 1], spearmanr(people, numbers)[0]
        if abs(line - ranks) > BENT:
            bent.append(f"{label_of(name)} ({line:.2f} by a line, {ranks:.2f} by ranks)")
    if not bent:
        return Assumption(
            "A straight line is not needed",
            True,
            f"Metrics are taken by rank; a straight line would say the same within {BENT:g} here.",
        )
    return Assumption(
        "A straight line is not needed",
        True,
        f"Metrics are taken by rank, and for {words.listed(bent)} that matters: a plain Pearson"
        " correlation would understate or overstate them.",
    )
