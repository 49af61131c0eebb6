"""Claims about groups of painters as contrasts of success shares, each with its verdict. Pure.

A claim is a difference whose sign was foretold. It is supported where the interval lies above 0,
contradicted where it lies below, and shown not to matter where two one-sided tests put it within a
margin fixed beforehand; else the study cannot tell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Literal

from pandas import DataFrame, Series

from evaluation.findings.comparisons import columns
from evaluation.ratings import NO_LEVEL
from evaluation.statistics.clustered import Difference, clustered_difference
from evaluation.statistics.contrasts import contrast
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.multiplicity import holm

Drawn = Literal["painters", "artworks"]
UNITS: Mapping[Drawn, str] = {"painters": "artist", "artworks": "cluster"}
"""What is drawn again beside raters → the column that names it."""
ARM = ("protection", "budget", "mimicry")
SUPPORTED, CONTRADICTED = "supported", "contradicted"
NOTHING, UNKNOWN = "no difference that matters", "cannot tell"


@dataclass(frozen=True)
class Claim:
    """One claim, asked of one purification, with one kind of sample."""

    name: str
    purification: str
    drawn: Drawn
    difference: Difference
    within: Estimate
    """the same with the interval of two one-sided tests (level less twice the error)"""
    painters: int
    adjusted: float = nan
    """Holm's p within the family"""

    def verdict(self, margin: float | None) -> str:
        estimate = self.difference.estimate
        if estimate.excludes(0.0) and self.adjusted < 1 - estimate.level:
            return SUPPORTED if estimate.value > 0 else CONTRADICTED
        ends = max(-self.within.low, self.within.high)  # nan where there is no interval
        if margin is not None and ends < margin:
            return NOTHING
        return UNKNOWN

    def row(self, margin: float | None) -> dict[str, object]:
        """As a row of a table of claims."""
        estimate = self.difference.estimate
        return {
            "claim": self.name,
            "purification": self.purification,
            "sample": f"other raters and other {self.drawn}",
            "n": estimate.n,
            "painters": self.painters,
            **columns("share_difference", estimate),
            "p": self.difference.p,
            "p_holm": self.adjusted,
            "verdict": self.verdict(margin),
            "method": estimate.method,
        }


def gain(
    rows: DataFrame,
    name: str,
    column: str,
    levels: tuple[str, str],
    purification: str,
    drawn: Drawn,
    level: float,
) -> Claim | None:
    """How much more a purification undoes for painters of the first of `levels` than of the second.

    What it undoes is the share of success of the protected arm less that of the purified one, the
    mean over all protected arms that have both for either kind of painter; None where none has.
    rows  answers with hit (0 or 1), participant, cluster, artist and the factors.
    """
    rows = rows[rows[column].isin(levels)]
    if rows.empty:
        return None
    rows = rows.assign(cell=_cells(rows, column))
    weights = _weights(rows, levels, purification)
    if not weights:
        return None
    kept = rows[rows["cell"].isin(list(weights))]

    def tested(at: float) -> Difference:
        return contrast(
            kept["hit"], kept["participant"], kept[UNITS[drawn]], kept["cell"], weights,
            groups=kept[column], bounds=(0, 1), level=at,
        )  # fmt: skip

    return _claim(name, purification, drawn, kept, tested, level)


def damage(
    clean: DataFrame, purified: DataFrame, name: str, purification: str, drawn: Drawn, level: float
) -> Claim:
    """How much more often mimicry fails when unprotected art was purified than when it was not."""
    both = _shared(clean, purified)
    side = [False] * len(both[0]) + [True] * len(both[1])
    hit, who, what, painter = (
        [*both[0][key], *both[1][key]] for key in ("hit", "participant", UNITS[drawn], "artist")
    )

    def tested(at: float) -> Difference:
        return clustered_difference(hit, who, what, side, strata=painter, bounds=(0, 1), level=at)

    kept = DataFrame({"artist": painter})
    return _claim(name, purification, drawn, kept, tested, level)


def adjusted(found: Sequence[Claim]) -> list[Claim]:
    """With Holm's p over all of them that rest on one kind of sample."""
    told: list[Claim] = []
    for drawn in UNITS:
        mine = [claim for claim in found if claim.drawn == drawn]
        p = holm([claim.difference.p for claim in mine]).tolist()
        told += [replace(claim, adjusted=each) for claim, each in zip(mine, p, strict=True)]
    return told


def purifications(rows: DataFrame) -> list[str]:
    """Those of the table, in order."""
    return sorted(set(rows["purification"]) - {NO_LEVEL})


def _claim(
    name: str,
    purification: str,
    drawn: Drawn,
    kept: DataFrame,
    tested: Callable[[float], Difference],
    level: float,
) -> Claim:
    painters = int(kept["artist"].nunique())
    try:
        found, within = tested(level), tested(2 * level - 1)
    except BadData as error:
        none = Estimate.undefined(level=level, n=len(kept), reason=str(error))
        return Claim(name, purification, drawn, Difference(none, 0, 0, nan), none, painters)
    return Claim(name, purification, drawn, found, within.estimate, painters)


def _cells(rows: DataFrame, column: str) -> Series:
    return rows[[*ARM, "purification", column]].agg("\x1f".join, axis=1)


def _weights(rows: DataFrame, levels: tuple[str, str], purification: str) -> dict[str, float]:
    known, found = set(rows["cell"]), []
    for arm in sorted({tuple(row) for row in rows[list(ARM)].itertuples(index=False)}):
        cells = {
            (treated, level): "\x1f".join([*arm, treated, level])
            for treated in (NO_LEVEL, purification)
            for level in levels
        }
        if set(cells.values()) <= known:
            found.append(cells)
    return dict(_signed(found, levels)) if found else {}


def _signed(
    found: Sequence[Mapping[tuple[str, str], str]], levels: tuple[str, str]
) -> Iterator[tuple[str, float]]:
    for cells in found:
        for (treated, level), cell in cells.items():
            plus = (treated == NO_LEVEL) == (level == levels[0])
            yield cell, (1.0 if plus else -1.0) / len(found)


def _shared(first: DataFrame, second: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The rows about painters whom both have."""
    both = set(first["artist"]) & set(second["artist"])
    return first[first["artist"].isin(both)], second[second["artist"].isin(both)]
