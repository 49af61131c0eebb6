"""Shares and means of each condition, and the differences between conditions. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from pandas import DataFrame

from evaluation.findings.comparisons import Compared, How, Pair, Points, columns, family, share
from evaluation.ratings import amount, by_factors, condition_name, points
from evaluation.statistics import psr
from evaluation.statistics.clustered import Clustered, clustered_difference, clustered_mean
from evaluation.statistics.estimate import Estimate

DEGRADED = ("degradation", "dose")
DOSE = ("protection", "budget", *DEGRADED)
"""Pictures that were degraded on purpose are never taken together with those that were not."""
TREATMENT = ("protection", "budget", "purification", *DEGRADED)


@dataclass(frozen=True)
class Cell:
    """Answers under one condition; columns value, participant, item and cluster."""

    name: str
    levels: Mapping[str, str]
    answers: DataFrame
    share: psr.ProtectionSuccess
    mean: Clustered


@dataclass(frozen=True)
class Contrast:
    """One condition against another, on the raters and artworks that they share."""

    first: Cell
    second: Cell
    pair: Pair
    share: Compared
    mean: Estimate

    @property
    def name(self) -> str:
        return f"{self.second.name} against {self.first.name}"

    @property
    def sentence(self) -> str:
        return self.share.sentence(self.name)


def cells(
    answers: DataFrame, factors: Sequence[str], clean: str | None, willing: Points, how: How
) -> list[Cell]:
    """Every cell of the crossing of `factors`, the untouched arm first."""
    found = [
        _cell(levels, part, clean, willing, how) for levels, part in by_factors(answers, *factors)
    ]
    return sorted(found, key=lambda cell: cell.levels["protection"] != clean)


def contrasts(
    found: Sequence[Cell], clean: str | None, willing: Points, how: How
) -> list[Contrast]:
    """Each condition against the untouched one, and each budget against the next lower one.

    Always at the same purification and degradation where these are factors. P-values are adjusted
    by Holm over all of them.
    """
    sides = [*_against_clean(found, clean), *_neighbours(found, clean)]
    pairs = [Pair(a.answers, b.answers, willing) for a, b in sides]
    tests: list[Callable[[float], psr.PsrDifference]] = [
        partial(pair.difference, how) for pair in pairs
    ]
    return [
        Contrast(first, second, pair, compared, _difference_of_means(pair, how.level))
        for (first, second), pair, compared in zip(
            sides, pairs, family(tests, how.level), strict=True
        )
    ]


def cell_table(found: Sequence[Cell]) -> DataFrame:
    """One row a condition."""
    return DataFrame(
        [
            {
                "condition": cell.name,
                **cell.levels,
                "n": cell.share.n,
                "raters": cell.share.raters,
                "items": cell.share.artwork_count,
                "artworks": cell.mean.items,
                **columns("share", cell.share.answers),
                **columns("share_items", cell.share.artworks),
                **columns("mean", cell.mean.estimate),
                "design_effect": cell.share.design_effect,
                "method": cell.share.answers.method,
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
                **contrast.share.columns,
                **columns("mean_difference", contrast.mean),
                "method": contrast.share.estimate.method,
            }
            for contrast in compared
        ]
    )


def _cell(
    levels: dict[str, str], part: DataFrame, clean: str | None, willing: Points, how: How
) -> Cell:
    who, what = part["participant"], part["cluster"]
    mean = clustered_mean(part["value"], who, what, bounds=(1, points(part)), level=how.level)
    return Cell(condition_name(levels, clean), levels, part, share(part, willing, how), mean)


def _difference_of_means(pair: Pair, level: float) -> Estimate:
    value, who, what = (pair.column(name) for name in ("value", "participant", "cluster"))
    scale = (1, points(pair.first))
    return clustered_difference(value, who, what, pair.side, bounds=scale, level=level).estimate


def _against_clean(found: Sequence[Cell], clean: str | None) -> Iterator[tuple[Cell, Cell]]:
    untouched = {_beside(c): c for c in found if c.levels["protection"] == clean}
    for cell in found:
        if cell.levels["protection"] != clean and _beside(cell) in untouched:
            yield untouched[_beside(cell)], cell


def _neighbours(found: Sequence[Cell], clean: str | None) -> Iterator[tuple[Cell, Cell]]:
    arms: dict[tuple[str, ...], list[Cell]] = {}
    for cell in found:
        if cell.levels["protection"] != clean:
            arms.setdefault((cell.levels["protection"], *_beside(cell)), []).append(cell)
    for arm in arms.values():
        ladder = sorted(arm, key=lambda cell: amount(cell.levels["budget"]))
        yield from pairwise(ladder)


def _beside(cell: Cell) -> tuple[str, ...]:
    """What was done beside the protection."""
    return tuple(cell.levels.get(factor, "") for factor in ("purification", *DEGRADED))
