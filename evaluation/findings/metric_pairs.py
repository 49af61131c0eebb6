"""Pairs of pictures that a metric orders as raters do, as an exhibit of a report. Pure."""

from collections.abc import Sequence

from pandas import DataFrame

from evaluation.analyses import Exhibit
from evaluation.findings.comparisons import columns
from evaluation.findings.metric_levels import NAMES, Grid
from evaluation.measuring.measurements import label_of
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.meta import PairwiseAccuracy

_NONE = Estimate.undefined(level=0.95, n=0, reason="not calibrated")


def pairs_exhibits(grid: Grid, known: Sequence[str]) -> list[Exhibit]:
    """Of two pictures, how often does the metric prefer the one that raters prefer?"""
    rows = []
    for k, name in enumerate(known):
        for by in grid.levels:
            found = grid.accuracy(by, k)
            if found is None:
                continue
            tied = grid.calibrated(k) if by == "group-by-item" else None
            rows.append(
                {
                    "metric": label_of(name),
                    "level": NAMES[by],
                    "pairs": found.pairs,
                    **columns("share_pairs", found.estimate),
                    "share_guess": guessing(found),
                    "share_tied_by_raters": _share(found.human_ties + found.both_ties, found.pairs),
                    "share_tied_by_metric": _share(
                        found.metric_ties + found.both_ties, found.pairs
                    ),
                    **columns("share_calibrated", tied.estimate if tied else _NONE),
                    "method": found.estimate.method,
                }
            )
    if not rows:
        return []
    caption = (
        "Of two pictures, the share of pairs that the metric orders as raters do; a tie of one side"
        " alone counts as wrong, of both as right. “By guessing” is what as many ties dealt out by"
        " chance would give: a half without any. “Ties calibrated”: small differences of the metric"
        " count as ties, how small being chosen on other painters (or artworks) than are scored;"
        " these raters held."
    )
    return [
        Exhibit("Pairs of pictures ordered as raters order them", DataFrame(rows), caption=caption)
    ]


def guessing(found: PairwiseAccuracy) -> float:
    """The share of pairs that would be ordered alike if metric and raters had nothing in common.

    Both tie as often as they do: t_r t_m + (1 - t_r)(1 - t_m) / 2.
    """
    by_raters = _share(found.human_ties + found.both_ties, found.pairs)
    by_metric = _share(found.metric_ties + found.both_ties, found.pairs)
    return by_raters * by_metric + (1 - by_raters) * (1 - by_metric) / 2


def _share(count: int, whole: int) -> float:
    return count / whole if whole else float("nan")
