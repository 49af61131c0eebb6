"""The difference of a metric that should count as a tie (Deutsch, Foster and Freitag 2023).

People with a five-point scale tie often, a continuous metric never does (arXiv 2305.14324).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.answers import Floats, floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta.grid import By, check_by

Place = tuple[NDArray[np.intp], NDArray[np.intp]]
"""rows and columns of the cells of a group"""


SLACK = 1 + 1e-9  # 0.3 - 0.1 and 0.2 are one difference, though floats have two


@dataclass(frozen=True)
class Group:
    """Entries whose pairs are compared: human scores, metric, and which cells they are."""

    human: Floats
    metric: Floats
    place: Place

    def __len__(self) -> int:
        return len(self.human)


@dataclass(frozen=True)
class TieCalibration:
    """The epsilon under which a metric is most accurate, on the data it was chosen on."""

    epsilon: float
    accuracy: float
    """on these very data, so flattered: never report it as the metric's accuracy"""
    accuracy_without: float
    """the same with epsilon 0"""
    pairs: int


def tie_calibration(human: ArrayLike, metric: ArrayLike, *, by: By = "none") -> TieCalibration:
    """The epsilon with the best accuracy of `metric` for `human`, both [S, I] or both [n].

    All differences that occur are tried. Differences of concordant and of human-tied pairs are
    sorted apart, and counted against each other: 50 million pairs take seconds. Ties of accuracy
    go to the smaller epsilon.

    >>> tie_calibration([1, 1, 1, 4], [0, 2, 6, 8]).epsilon
    4.0
    """
    check_by(by)
    groups = groups_of(cells(human), cells(metric), by)
    sizes = [len(group) * (len(group) - 1) // 2 for group in groups]
    if not sizes:
        raise BadData("No group has two judged entries, so there is no pair to calibrate on.")
    tied, concordant = _distances(groups, sizes)
    if len(set(sizes)) == 1:
        found = _best_counted(tied, concordant, sum(sizes))
    else:
        found = _best_weighted(groups, sizes)
    return TieCalibration(*found, sum(sizes))


def cells(values: ArrayLike) -> Floats:
    """[S, I] as it is; [n] as one condition's items."""
    given = floats(values, "Value")
    return given[None] if given.ndim == 1 else given


def groups_of(human: Floats, metric: Floats, by: By) -> list[Group]:
    """The groups that have a pair, of `human` [S, I] (nan where not judged) and `metric` [S, I].

    At level “condition” the one group has means, which stand in the first column.
    """
    if human.ndim != 2 or human.shape != metric.shape:
        raise BadData(
            f"Human and metric are both conditions × items; given: {human.shape} and"
            f" {metric.shape}."
        )
    judged = np.asarray(~(np.isnan(human) | np.isnan(metric)))
    if by == "condition":
        found = [_of_means(human, metric, judged)]
    else:
        found = [Group(human[place], metric[place], place) for place in _places(judged, by)]
    return [group for group in found if len(group) > 1]


def _of_means(human: Floats, metric: Floats, judged: NDArray[np.bool_]) -> Group:
    rows = np.flatnonzero(judged.any(1))
    counts = judged[rows].sum(1)
    means = [np.where(judged, c, 0.0)[rows].sum(1) / counts for c in (human, metric)]
    return Group(means[0], means[1], (rows, np.zeros_like(rows)))


def _places(judged: NDArray[np.bool_], by: By) -> list[Place]:
    rows, columns = np.nonzero(judged)
    if by == "none":
        return [(rows, columns)]
    label = columns if by == "group-by-item" else rows
    return [(rows[label == k], columns[label == k]) for k in np.unique(label)]


def _distances(groups: Sequence[Group], sizes: Sequence[int]) -> tuple[Floats, Floats]:
    """|Δ metric| of pairs that people tie, and of pairs that both order alike; sorted."""
    ties = sum(_tied_pairs(group.human) for group in groups)
    tied, concordant = np.empty(ties), np.empty(sum(sizes) - ties)
    filled = [0, 0]
    for group in groups:
        order = np.argsort(group.human, kind="stable")
        h, m = group.human[order], group.metric[order]
        ends = np.searchsorted(h, h, side="right")
        for k in range(len(h) - 1):
            same = np.abs(m[k + 1 : ends[k]] - m[k])
            above = m[ends[k] :] - m[k]
            above = above[above > 0]
            tied[filled[0] : filled[0] + len(same)] = same
            concordant[filled[1] : filled[1] + len(above)] = above
            filled = [filled[0] + len(same), filled[1] + len(above)]
    concordant = concordant[: filled[1]]
    tied.sort()
    concordant.sort()
    return tied, concordant


def _tied_pairs(h: Floats) -> int:
    counts = np.unique(h, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _best_counted(tied: Floats, concordant: Floats, pairs: int) -> tuple[float, float, float]:
    """Only where a human-tied pair joins can accuracy rise, so only those differences are tried."""
    without = len(concordant) + int(np.searchsorted(tied, 0.0, side="right"))
    if not len(tied):
        return 0.0, without / pairs, without / pairs
    last = np.flatnonzero(np.append(tied[1:] > tied[:-1] * SLACK, True))
    below = np.searchsorted(concordant, tied[last] * SLACK, side="right")
    right = len(concordant) - below + last + 1
    best = int(right.argmax())
    if right[best] <= without:
        return 0.0, without / pairs, without / pairs
    return float(tied[last[best]]), float(right[best] / pairs), without / pairs


def _best_weighted(groups: Sequence[Group], sizes: Sequence[int]) -> tuple[float, float, float]:
    """The same where groups have unequal numbers of pairs, and count alike."""
    parts = [_distances([group], [size]) for group, size in zip(groups, sizes, strict=True)]
    distance = np.concatenate([np.concatenate(part) for part in parts])
    gain = np.concatenate(
        [
            np.repeat([1.0 / size, -1.0 / size], [len(tied), len(concordant)])
            for (tied, concordant), size in zip(parts, sizes, strict=True)
        ]
    )
    right = sum(len(part[1]) / size for part, size in zip(parts, sizes, strict=True))
    order = np.argsort(distance, kind="stable")
    distance, total = distance[order], right + np.cumsum(gain[order])
    last = np.flatnonzero(np.append(distance[1:] > distance[:-1] * SLACK, True))
    without = float(total[last][distance[last] == 0][-1]) if (distance == 0).any() else right
    best = last[int(total[last].argmax())] if len(last) else None
    if best is None or total[best] <= without + 1e-12:
        return 0.0, without / len(sizes), without / len(sizes)
    return float(distance[best]), float(total[best] / len(sizes)), without / len(sizes)
