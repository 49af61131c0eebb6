"""The table of maps: one row an item and map, with the grid of its means. Pure.

Where an item has several pictures, its grid is the mean of theirs.
"""

from collections.abc import Iterable

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pandas import DataFrame

from evaluation.ratings import TableError

SIDE = 32
"""Cells of a stored grid along each side, whatever the shape of the picture."""
COLUMNS = ("item", "map", "version", "grid")
MARKS = ("participant", "item", "x", "y")
"""Columns of a table of marks that are needed."""

Grid = NDArray[float64]


def empty() -> DataFrame:
    """No maps."""
    return DataFrame({name: [] for name in COLUMNS}, dtype="object")


def no_marks() -> DataFrame:
    """No marks."""
    return DataFrame({name: [] for name in MARKS}, dtype="object")


def grid_of(cells: Iterable[float]) -> Grid:
    """A row's grid as [SIDE, SIDE], from the upper left corner."""
    found: Grid = np.asarray(tuple(cells), dtype=np.float64).reshape(SIDE, SIDE)
    return found


def marks_checked(table: DataFrame) -> DataFrame:
    """Marks from elsewhere: participant, item, x and y in [0, 1]; raises TableError."""
    lacking = [name for name in MARKS if name not in table]
    if lacking:
        raise TableError(f"The table of marks lacks the column “{lacking[0]}”.")
    try:
        places = table[["x", "y"]].astype("float64")
    except ValueError as error:
        raise TableError(f"The table of marks has a place that is no number: {error}.") from error
    wrong = ~((places >= 0) & (places <= 1)).all(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong.to_numpy())) + 2
        raise TableError(
            f"The table of marks has a place outside the picture in line {row}: x and y are shares"
            " of its width and height, from 0 to 1."
        )
    texts = {name: table[name].astype("str") for name in ("participant", "item")}
    return table.assign(**texts, x=places["x"], y=places["y"])
