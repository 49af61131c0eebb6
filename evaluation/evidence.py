"""Everything that an analysis may look at, for one group of raters. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pandas import DataFrame, concat

from evaluation.findings.calibrations import Calibration
from evaluation.findings.surveyed import Asked
from evaluation.measuring import map_table, pair_table, set_table
from evaluation.measuring import measurements as measured
from evaluation.ratings import FACTORS

ITEM = ("item", "artwork", "artist", "era", "surface", *FACTORS)
"""Columns of the table of items that every table of ratings has."""


@dataclass(frozen=True)
class Evidence:
    """Answers, what metrics say, and what was there to be judged."""

    ratings: DataFrame
    """of one group, as `evaluation.ratings.checked` gives them"""
    measurements: DataFrame = field(default_factory=measured.empty)
    """item, metric, value (inf allowed), version; also of items that nobody rated"""
    items: DataFrame | None = None
    """One row an item of the study, also of those that nobody rated: at least the columns `ITEM`.
    None where only the ratings are known: then `of_items` are those that were rated."""
    calibrations: tuple[Calibration, ...] = ()
    """Calibrated metrics of earlier studies that are among the measurements."""

    sets: DataFrame = field(default_factory=set_table.empty)
    """Sets of pictures compared by set metrics: columns of `evaluation.measuring.set_table`."""

    marks: DataFrame = field(default_factory=map_table.no_marks)
    """Places that raters marked: participant, item, x, y as shares of the picture, [0, 1]"""
    maps: DataFrame = field(default_factory=map_table.empty)
    """Where metrics see a change: columns `evaluation.measuring.map_table.COLUMNS`"""

    pairs: DataFrame = field(default_factory=pair_table.no_pairs)
    """Which of two conditions was preferred: columns `evaluation.measuring.pair_table.COLUMNS`; of
    all groups, told apart by the participant"""

    asked: tuple[Asked, ...] = ()
    """The questions of the study, as their pages had them; empty for tables from elsewhere."""

    populations: tuple[str, ...] = ()
    """All populations of the study that `ratings` are one of, people or SIMULATED raters."""

    @property
    def of_items(self) -> DataFrame:
        """One row an item, in the order of names: the study's, and any others that were rated."""
        rated = self.ratings[list(ITEM)].drop_duplicates("item")
        known = rated if self.items is None else _joined([self.items, rated])
        return known.sort_values("item", ignore_index=True)

    def of(self, ratings: DataFrame) -> "Evidence":
        """The same with the ratings of one group; the populations beside it are remembered."""
        alike = self.ratings[self.ratings["simulated"].isin(ratings["simulated"])]
        names = tuple(sorted(alike["population"].unique()))
        return replace(self, ratings=ratings, populations=self.populations or names)


def _joined(tables: Sequence[DataFrame]) -> DataFrame:
    """Rows of the first table, and those of the others whose items it lacks."""
    return concat(list(tables), ignore_index=True).drop_duplicates("item")
