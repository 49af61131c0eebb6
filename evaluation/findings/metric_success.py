"""A metric as a judge of success: does it tell successes from failures, and how surely? Pure.

Each answer is a case: the rater called the picture a success of its protection (or acceptable), or
did not. A metric does not give probabilities; those that are calibrated here come from a logistic
regression on the metric, fitted to the answers about other painters (artworks, where there are too
few painters).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series
from scipy.special import expit

from evaluation.analyses import Exhibit
from evaluation.findings.comparisons import columns
from evaluation.measuring.measurements import label_of
from evaluation.statistics.answers import Floats
from evaluation.statistics.association import calibration, crossed_auc
from evaluation.statistics.association.reliability_curve import logistic
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.folds import Predictor, cross_predict
from evaluation.statistics.meta import finite

FOLDS = 5
OTHERS, ALL = "other raters' mean (lower bound of the ceiling)", "all raters' mean (upper bound)"


@dataclass(frozen=True)
class Success:
    """Answers as cases, and metrics turned so that more means success."""

    answers: DataFrame
    """sorted; columns hit (0 or 1), item, participant, cluster, artist"""
    metrics: DataFrame
    """by item, a column each"""
    said: str
    """“answers of 1 to 2”"""
    level: float

    @classmethod
    def of(
        cls,
        answers: DataFrame,
        metrics: DataFrame,
        inside: tuple[int, int],
        level: float,
    ) -> "Success":
        """Of answers to one question; `metrics` are turned so that more means closer to success."""
        hit = answers["value"].between(*inside).astype(float)
        rows = answers.assign(hit=hit).sort_values(["participant", "item"], ignore_index=True)
        return cls(rows, metrics, f"answers of {inside[0]} to {inside[1]}", level)

    def column(self, name: str) -> Floats:
        """[n]: a metric of each answer's picture, infinite values moved beyond the others."""
        bounded = finite(self.metrics[name].to_numpy(dtype=np.float64)[None])[0]
        found = self.answers["item"].map(Series(bounded, index=self.metrics.index))
        return np.asarray(found.to_numpy(dtype=np.float64))

    def area(self, scores: Floats | Series) -> Estimate:
        """How well these scores of answers tell success from failure."""
        rows = self.answers
        return crossed_auc(
            np.asarray(scores), rows["hit"], rows["participant"], rows["cluster"], level=self.level
        )


def exhibits(success: Success, known: Sequence[str]) -> list[Exhibit]:
    """Areas beside what raters reach of each other, and calibration."""
    return [_areas(success, known), *_calibrations(success, known)]


def _areas(success: Success, known: Sequence[str]) -> Exhibit:
    rows = [(label_of(name), success.area(success.column(name))) for name in known]
    rows += [(said, success.area(scores)) for said, scores in _raters(success)]
    table = DataFrame(
        [
            {
                "score": name,
                **columns("area", area),
                "chance_area": 0.5,
                "n": area.n,
                "method": area.method,
            }
            for name, area in rows
        ]
    )
    caption = (
        f"Area under the ROC curve for success ({success.said}), each answer a case: of a success"
        " and a failure, how often the metric scores the success higher. Intervals speak of other"
        " raters and other artworks. No metric can pass what raters know of each other: between"
        " the area of the other raters' mean of the same picture and that of all raters' mean."
    )
    return Exhibit("Telling success from failure (ROC)", table, caption=caption)


def _raters(success: Success) -> list[tuple[str, Series]]:
    """What raters' own means reach, the answer itself left out or counted."""
    rows = success.answers
    by_item = rows.groupby("item")["hit"]
    total, count = by_item.transform("sum"), by_item.transform("count")
    if (count < 2).any():
        return []
    return [(OTHERS, (total - rows["hit"]) / (count - 1)), (ALL, total / count)]


def _calibrations(success: Success, known: Sequence[str]) -> list[Exhibit]:
    rows = []
    for name in known:
        told = label_of(name)
        try:
            found = calibration(
                _probabilities(success, name),
                success.answers["hit"],
                clusters=success.answers["cluster"],
                level=success.level,
            )
        except BadData as error:
            bare = Estimate.undefined(
                level=success.level, n=len(success.answers), reason=_reason(error)
            )
            rows.append({"metric": told, **_row([bare] * 4), "error": float("nan"), "n": bare.n,
                         "method": bare.method})  # fmt: skip
            continue
        parts = [found.intercept, found.slope, found.in_the_large, found.brier]
        rows.append(
            {
                "metric": told,
                **_row(parts),
                "error": found.error,
                "n": found.brier.n,
                "method": found.slope.method,
            }
        )
    caption = (
        "Probabilities of success by a logistic regression on the metric, fitted to answers about"
        f" other {_apart(success)[0]} than they are tried on. Right ones have intercept 0 and slope"
        " 1; a slope below 1 means too sure of itself, and a metric that knows nothing has none."
        " “Off on average” is the share of successes minus the mean probability. Variances are"
        " between artworks."
    )
    return [Exhibit("Calibration of a metric's probabilities", DataFrame(rows), caption=caption)]


def _row(parts: Sequence[Estimate]) -> dict[str, float]:
    names = ("intercept", "slope", "off_on_average", "brier_score")
    return {
        key: value
        for name, part in zip(names, parts, strict=True)
        for key, value in columns(name, part).items()
    }


def _probabilities(success: Success, name: str) -> Floats:
    """[n]: cross-fitted."""
    values = success.column(name)
    if np.ptp(values) == 0:
        raise BadData("a metric that is the same everywhere tells nothing apart.")
    scaled = ((values - values.mean()) / values.std())[:, None]
    apart = success.answers[_apart(success)[1]]
    predicted, _ = cross_predict(
        scaled,
        success.answers["hit"],
        scaled[:0],
        fit=_logistic,
        artists=apart,
        folds=min(FOLDS, int(apart.nunique())),
    )
    return np.clip(predicted, 1e-6, 1 - 1e-6)


def _apart(success: Success) -> tuple[str, str]:
    """What folds are made of, in words and as a column."""
    several = success.answers["artist"].nunique() > 2
    return ("painters", "artist") if several else ("artworks", "cluster")


def _logistic(features: Floats, outcomes: Floats) -> Predictor:
    """Where outcomes are all alike or separated, their share (moved in by half a case)."""
    share = (outcomes.sum() + 0.5) / (len(outcomes) + 1)
    design = np.column_stack([np.ones(len(features)), features])
    beta, converged = logistic(design, outcomes)
    if not converged or outcomes.min() == outcomes.max():
        return lambda rows: np.full(len(rows), share)
    return lambda rows: np.asarray(expit(np.column_stack([np.ones(len(rows)), rows]) @ beta))


def _reason(error: BadData) -> str:
    text = str(error)
    return f"{text[0].lower()}{text[1:].removesuffix('.')}"
