"""Fits a cloak detector, and says how well it does on painters it has not seen. Pure.

Kinds of pictures, each of the same works in the same order: `clean`; other kinds that nobody
cloaked (noise, JPEG), so that noise alone is no alarm; and cloaked ones. Half of the weight is on
the cloaked, a quarter on the clean, a quarter on the spoilt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from evaluation.seeing.cloak_model import CloakModel
from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.association import auc
from evaluation.statistics.estimate import Estimate

CLEAN = "clean"
PENALTY = 1.0
FOLDS = 5


@dataclass(frozen=True)
class Gathered:
    """Marks [works, 48] of each kind of picture, and the painter of each work."""

    uncloaked: Mapping[str, Floats]
    """with the kind `clean`"""
    cloaked: Mapping[str, Floats]
    painters: Sequence[str]

    @property
    def painter(self) -> Codes:
        """[works]: the painter's number."""
        return np.unique(np.array(self.painters), return_inverse=True)[1]

    def of(self, works: Codes) -> tuple[Floats, Floats, Floats]:
        """Marks, 1 where cloaked, weights: of all kinds of some works."""
        others = max(len(self.uncloaked) - 1, 1)
        parts = [
            (marks[works], 0.0, 0.5 if kind == CLEAN else 0.5 / others)
            for kind, marks in self.uncloaked.items()
        ]
        parts += [(marks[works], 1.0, 1 / len(self.cloaked)) for marks in self.cloaked.values()]
        ones = np.ones(len(works))
        return (
            np.concatenate([marks for marks, _, _ in parts]),
            np.concatenate([answer * ones for _, answer, _ in parts]),
            np.concatenate([weight * ones for _, _, weight in parts]),
        )


def fit(gathered: Gathered, works: Codes, card: Mapping[str, Any]) -> CloakModel:
    """The regression of these works: weighted likelihood with a ridge penalty on the weights."""
    marks, answers, weights = gathered.of(works)
    mean, deviation = marks.mean(0), marks.std(0) + 1e-9
    scaled = (marks - mean) / deviation

    def loss(place: Floats) -> tuple[float, Floats]:
        odds = scaled @ place[1:] + place[0]
        value = (weights * (np.logaddexp(0, odds) - answers * odds)).sum()
        gap = weights * (expit(odds) - answers)
        slope = np.r_[gap.sum(), scaled.T @ gap + PENALTY * place[1:]]
        return float(value + PENALTY / 2 * (place[1:] ** 2).sum()), slope

    place = minimize(loss, np.zeros(marks.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return CloakModel(
        mean=_short(mean),
        deviation=_short(deviation),
        low=_short(scaled.min(0)),
        high=_short(scaled.max(0)),
        weights=_short(place[1:]),
        offset=_short(place[:1])[0],
        card=card,
    )


def foretold(gathered: Gathered) -> dict[str, Floats]:
    """Kind → log-odds [works], each by a detector that has seen no picture of that painter."""
    painter = gathered.painter
    kinds = {**gathered.uncloaked, **gathered.cloaked}
    found = {kind: np.zeros(len(painter)) for kind in kinds}
    for fold in range(min(FOLDS, painter.max() + 1)):
        aside = painter % FOLDS == fold
        model = fit(gathered, np.flatnonzero(~aside), {})
        for kind, marks in kinds.items():
            found[kind][aside] = model.log_odds(marks[aside])
    return found


def areas(told: Mapping[str, Floats], gathered: Gathered, cloak: str, against: str) -> Estimate:
    """Area under the ROC curve of one cloak against one uncloaked kind, clustered by painter."""
    scores = np.concatenate([told[against], told[cloak]])
    cloaked = np.repeat([0, 1], len(gathered.painters))
    return auc(scores, cloaked, clusters=np.tile(gathered.painter, 2))


def _short(numbers: Floats) -> tuple[float, ...]:
    """To seven digits, so that the file is short."""
    return tuple(float(f"{value:.7g}") for value in numbers)
