"""Do the places that a rater marked lie where a map is high? One number a rater and picture. Pure.

Three measures of agreement from research on where people look, which marks of faults share the
form of (Bylinskii, Judd, Oliva, Torralba, Durand 2019, doi:10.1109/TPAMI.2018.2815601):

- AUC, shuffled: how often a marked place has a higher value than a place that raters marked in
  pictures of other artworks, ties counting half. 0.5 is chance, whatever the raters' habit of
  marking the middle.
- NSS: the mean over the marks of the map in units of its own spread. 0 is chance.
- correlation of the rater's own marks, smoothed, with the map over the cells. 0 is chance.

The ceiling is another rater: the same numbers for the smoothed marks of all others in that picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.ndimage import gaussian_filter

from evaluation.measuring.map_table import SIDE, Grid, grid_of

RATERS = "other raters"
"""Takes the place of a map's name: the marks of all other raters in the picture."""
CHANCE = {"auc": 0.5, "nss": 0.0, "correlation": 0.0}
FLAT = 1e-9
"""Spread of a map, relative to its size, below which it is the same everywhere."""

Cells = NDArray[int64]


@dataclass(frozen=True)
class Marked:
    """The marks of some raters in one picture, as cells of the grid."""

    item: str
    cluster: str
    """The artwork."""
    by: Mapping[str, Cells]
    """Rater → cells; only raters who marked something"""
    radius: float
    """Of smoothing (SD), as a share of the picture's side"""

    def density(self, without: str = "") -> Grid:
        """[SIDE, SIDE]: the marks of all raters, or of all but one, smoothed."""
        cells = [cells for rater, cells in self.by.items() if rater != without]
        return smoothed(counted(cells), self.radius)


def cells(marks: DataFrame) -> Cells:
    """Cells of marks with x and y in [0, 1], row by row from the upper left."""
    places = marks[["x", "y"]].to_numpy(dtype=np.float64)
    at = np.minimum((places * SIDE).astype(np.int64), SIDE - 1)
    found: Cells = at[:, 1] * SIDE + at[:, 0]
    return found


def counted(several: Sequence[Cells]) -> Grid:
    """How many marks each cell has."""
    joined = np.concatenate([np.empty(0, np.int64), *several])
    return np.bincount(joined, minlength=SIDE * SIDE).astype(np.float64).reshape(SIDE, SIDE)


def smoothed(grid: Grid, radius: float) -> Grid:
    """By a Gaussian with `radius` as its SD, as a share of the side; nothing lies beyond the edge.

    What falls over the edge is given back, so that a constant grid stays constant.
    """
    sigma = radius * SIDE
    kept = gaussian_filter(np.ones_like(grid), sigma, mode="constant")
    found: Grid = gaussian_filter(grid, sigma, mode="constant") / kept
    return found


def is_flat(grid: Grid) -> bool:
    """Whether a map is the same everywhere: it then points nowhere."""
    return bool(np.ptp(grid) <= FLAT * max(float(np.abs(grid).max()), FLAT))


def gathered(answers: DataFrame, marks: DataFrame, radius: float) -> list[Marked]:
    """The pictures in which anything was marked, by the raters of `answers`, in order.

    answers  participant, item, cluster
    """
    keys = ["participant", "item"]
    known = answers[[*keys, "cluster"]].drop_duplicates(keys)
    joint = marks[[*keys, "x", "y"]].astype(dict.fromkeys(keys, "object")).merge(known, on=keys)
    return [
        Marked(
            str(item),
            str(part["cluster"].iloc[0]),
            {str(rater): cells(own) for rater, own in part.groupby("participant", sort=True)},
            radius,
        )
        for item, part in joint.groupby("item", sort=True)
    ]


def scored(pictures: Sequence[Marked], maps: DataFrame) -> DataFrame:
    """One row a rater, picture and map: participant, item, cluster, map, auc, nss, correlation.

    `maps` as in `evaluation.measuring.map_table`. Maps that are the same everywhere have no rows;
    nor has `RATERS` where nobody else marked the picture.
    """
    known = {
        (str(row["item"]), str(row["map"])): grid_of(row["grid"]) for row in maps.to_dict("records")
    }
    names = sorted({name for _, name in known})
    rows: list[tuple[object, ...]] = [
        (rater, picture.item, picture.cluster, name, *found)
        for picture in pictures
        for elsewhere in [_elsewhere(picture, pictures)]
        for name in names
        if (picture.item, name) in known
        for grid in [known[picture.item, name]]
        if not is_flat(grid)
        for rater, found in _against(picture, smoothed(grid, picture.radius), elsewhere)
    ]
    rows += [row for picture in pictures for row in _among(picture, _elsewhere(picture, pictures))]
    columns = ["participant", "item", "cluster", "map", *CHANCE]
    return DataFrame(rows, columns=columns)


def _elsewhere(picture: Marked, pictures: Sequence[Marked]) -> Cells:
    """Marks in pictures of other artworks; all cells where there is none."""
    others = [p for p in pictures if p.cluster != picture.cluster]
    found = [cells for other in others for cells in other.by.values()]
    return np.concatenate(found) if found else np.arange(SIDE * SIDE)


def _against(
    picture: Marked, grid: Grid, elsewhere: Cells
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    for rater, own in picture.by.items():
        yield rater, agreement(own, grid, elsewhere, picture.radius)


def _among(picture: Marked, elsewhere: Cells) -> Iterator[tuple[object, ...]]:
    """Each rater against all others."""
    for rater, own in picture.by.items():
        if len(picture.by) > 1:
            others = picture.density(without=rater)
            found = agreement(own, others, elsewhere, picture.radius)
            yield rater, picture.item, picture.cluster, RATERS, *found


def agreement(
    own: Cells, grid: Grid, elsewhere: Cells, radius: float
) -> tuple[float, float, float]:
    """AUC, NSS and correlation of one rater's marks with a map that is not flat.

    own, elsewhere  cells of marks, and of those that they are held against
    grid            [SIDE, SIDE], smoothed
    """
    flat = grid.ravel()
    control = np.sort(flat[elsewhere])
    values = flat[own]
    below = np.searchsorted(control, values, "left") + np.searchsorted(control, values, "right")
    auc = float(below.mean() / (2 * len(control)))
    nss = float((values.mean() - flat.mean()) / flat.std())
    mine = smoothed(counted([own]), radius).ravel()
    return auc, nss, _correlation(mine, flat)


def _correlation(first: NDArray[float64], second: NDArray[float64]) -> float:
    return float(np.corrcoef(first, second)[0, 1])
