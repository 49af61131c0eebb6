"""Shares and means of each condition, and the differences between conditions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pandas import DataFrame

from evaluation import words
from evaluation.ratings import amount, by_factors, condition_name, points
from evaluation.statistics.clustered import (
    Clustered,
    Difference,
    clustered_difference,
    clustered_mean,
    clustered_share,
)
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.multiplicity import holm

DOSE = ("protection", "budget")
TREATMENT = ("protection", "budget", "purification")


@dataclass(frozen=True)
class Cell:
    """Answers under one condition; `answers` has the columns hit, value, participant, cluster."""

    name: str
    levels: Mapping[str, str]
    answers: DataFrame
    share: Clustered
    mean: Clustered


@dataclass(frozen=True)
class Contrast:
    """One condition against another, on the raters and artworks that they share."""

    first: Cell
    second: Cell
    share: Difference
    mean: Difference
    adjusted: float = float("nan")
    """Holm's p of the difference of shares, within the family it was computed with"""
    family: int = 0

    @property
    def name(self) -> str:
        return f"{self.second.name} against {self.first.name}"

    @property
    def sentence(self) -> str:
        change = words.points(self.share.estimate)
        if not self.share.estimate.has_interval:
            return f"{self.name}: {change}, untested ({self.share.estimate.method})."
        said = words.verdict(self.share.p, self.adjusted, self.family)
        return f"{self.name}: {change}, {said} ({words.p_value(self.adjusted)})."


def cells(
    answers: DataFrame, factors: Sequence[str], clean: str | None, level: float
) -> list[Cell]:
    """Every cell of the crossing of `factors`, the untouched arm first."""
    found = [_cell(levels, part, clean, level) for levels, part in by_factors(answers, *factors)]
    return sorted(found, key=lambda cell: cell.levels["protection"] != clean)


def contrasts(
    answers: DataFrame, factors: Sequence[str], clean: str | None, level: float
) -> list[Contrast]:
    """Each condition against the untouched one, and each budget against the next lower one.

    Always at the same purification where that is a factor. P-values are adjusted by Holm over all
    of them.
    """
    found = cells(answers, factors, clean, level)
    pairs = [*_against_clean(found, clean), *_neighbours(found, clean)]
    compared = [_contrast(first, second, level) for first, second in pairs]
    adjusted = holm([contrast.share.p for contrast in compared])
    return [
        replace(contrast, adjusted=float(p), family=len(compared))
        for contrast, p in zip(compared, adjusted, strict=True)
    ]


def cell_table(found: Sequence[Cell]) -> DataFrame:
    """One row a condition."""
    return DataFrame(
        [
            {
                "condition": cell.name,
                **cell.levels,
                "n": cell.share.estimate.n,
                "raters": cell.share.raters,
                "items": cell.answers["item"].nunique(),
                "artworks": cell.share.items,
                **columns("share", cell.share.estimate),
                **columns("mean", cell.mean.estimate),
                "design_effect": cell.share.design_effect,
                "method": cell.share.estimate.method,
            }
            for cell in found
        ]
    )


def contrast_table(compared: Sequence[Contrast]) -> DataFrame:
    """One row a difference."""
    return DataFrame(
        [
            {
                "comparison": contrast.name,
                "n": contrast.share.estimate.n,
                "raters": contrast.share.raters,
                **columns("share_difference", contrast.share.estimate),
                "p": contrast.share.p,
                "p_holm": contrast.adjusted,
                **columns("mean_difference", contrast.mean.estimate),
                "verdict": words.verdict(contrast.share.p, contrast.adjusted, contrast.family),
            }
            for contrast in compared
        ]
    )


def columns(name: str, estimate: Estimate) -> dict[str, float]:
    """An estimate as three columns of a table."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _cell(levels: dict[str, str], part: DataFrame, clean: str | None, level: float) -> Cell:
    who, what = part["participant"], part["cluster"]
    share = clustered_share(part["hit"], who, what, level=level)
    mean = clustered_mean(part["value"], who, what, bounds=(1, points(part)), level=level)
    return Cell(condition_name(levels, clean), levels, part, share, mean)


def _contrast(first: Cell, second: Cell, level: float) -> Contrast:
    parts = [cell.answers for cell in (first, second)]
    who, what, value, hit = (
        [*parts[0][name], *parts[1][name]] for name in ("participant", "cluster", "value", "hit")
    )
    arm = [False] * len(parts[0]) + [True] * len(parts[1])
    scale = (1, points(parts[0]))
    return Contrast(
        first,
        second,
        clustered_difference(hit, who, what, arm, bounds=(0, 1), level=level),
        clustered_difference(value, who, what, arm, bounds=scale, level=level),
    )


def _against_clean(found: Sequence[Cell], clean: str | None) -> Iterator[tuple[Cell, Cell]]:
    untouched = {_purification(c): c for c in found if c.levels["protection"] == clean}
    for cell in found:
        if cell.levels["protection"] != clean and _purification(cell) in untouched:
            yield untouched[_purification(cell)], cell


def _neighbours(found: Sequence[Cell], clean: str | None) -> Iterator[tuple[Cell, Cell]]:
    arms: dict[tuple[str, str], list[Cell]] = {}
    for cell in found:
        if cell.levels["protection"] != clean:
            arms.setdefault((cell.levels["protection"], _purification(cell)), []).append(cell)
    for arm in arms.values():
        ladder = sorted(arm, key=lambda cell: amount(cell.levels["budget"]))
        yield from pairwise(ladder)


def _purification(cell: Cell) -> str:
    return cell.levels.get("purification", "")
