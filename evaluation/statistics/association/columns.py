"""Columns that belong together: checked once, for everything that relates them."""

import numpy as np

from evaluation.statistics.answers import (
    Codes,
    Floats,
    Labels,
    floats,
    label_codes,
    label_column,
    number_column,
)
from evaluation.statistics.estimate import BadData


def paired(columns: dict[str, Labels], *, infinite: bool = False) -> list[Floats]:
    """The columns as floats of one length; a missing value is refused, and where `infinite` is
    False an infinite one too.

    >>> [column.tolist() for column in paired({"x": [1, 2], "y": [3, 4]})]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    found = {name: floats(column, f"{name}: row") for name, column in columns.items()}
    lengths = {name: column.shape for name, column in found.items()}
    if any(column.ndim != 1 for column in found.values()) or len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {shape}" for name, shape in lengths.items())
        raise BadData(
            f"Columns of one table are equally long and have one value a row; given: {said}."
        )
    if not next(iter(found.values())).size:
        raise BadData("There is no row to compute anything from.")
    for name, column in found.items():
        bad = np.flatnonzero(np.isnan(column) if infinite else ~np.isfinite(column))
        if len(bad):
            raise BadData(
                f"Row {bad[0] + 1} has no usable value of {name} ({column[bad[0]]}); leave out"
                " rows that were not measured."
            )
    return list(found.values())


def yes_no(outcome: Labels) -> Floats:
    """A column of yes (True or 1) and no (False or 0), as 1.0 and 0.0."""
    numbers = number_column(outcome, "Outcome")
    wrong = numbers[~np.isin(numbers, (0.0, 1.0))]
    if len(wrong):
        raise BadData(f"An outcome is yes (1) or no (0); given: {wrong[0]}.")
    return numbers


def cluster_codes(clusters: Labels | None, n: int) -> tuple[Codes, int]:
    """[n] from 0, and how many there are; without clusters, every row is its own."""
    if clusters is None:
        return np.arange(n), n
    labels = label_column(clusters, "cluster")
    if len(labels) != n:
        raise BadData(f"There are {n} rows and {len(labels)} cluster labels; give one each.")
    return label_codes(labels)
