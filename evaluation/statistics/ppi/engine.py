"""The sums behind prediction-powered estimates (PPI++, Angelopoulos, Duchi and Zrnic 2023).

With answers Y and predictions f of labelled images, f' of unlabelled ones (arXiv 2311.01453):

    θ̂ = λ mean(f') + mean(Y - λ f)      λ* = cov(Y, f) / ((1 + n/N) var f), clipped to [0, 1]

as published with var = λ² var(f')/N + var(Y - λ f)/n, which takes images for independent. Here each
answer and each unlabelled image contributes

    E = (Y - λ f - their mean)/n        E = λ (f' - their mean)/N

and E is summed within artists, or within raters and within artists, before it is squared:
G/(G - 1) Σ_g (Σ E)², two-way as in `clustered.py`, with t of the scarcer - 1 degrees of freedom. An
artist with labelled and unlabelled images is one cluster: more images by the same artists save
images, not artists.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from evaluation.statistics.answers import (
    Codes,
    Floats,
    Labels,
    flag_column,
    label_column,
    number_column,
)
from evaluation.statistics.estimate import BadData, Estimate


@dataclass(frozen=True)
class Powered:
    """A prediction-powered estimate beside the classical one of the same answers."""

    estimate: Estimate
    classical: Estimate
    """of the answers alone, with the same kind of variance"""
    tuning: float
    """λ: how far the metric is believed; 0 where it adds nothing"""
    correlation: float
    """r of the metric with the answers it was compared with; nan where one does not vary"""
    effective_n: float
    """answers that the classical estimate would need for the same variance"""
    saved: float
    """share of answers (and of raters and artists in proportion) that the metric saves, 0 to 1;
    below 0 where it costs some"""
    raters_saved: float
    """that many raters less would have done; nan where raters are not named"""

    def __str__(self) -> str:
        return f"{self.estimate} (from answers alone {self.classical}; λ = {self.tuning:.2f})"


@dataclass(frozen=True)
class Pool:
    """Answers and predictions of one condition, or two with signs."""

    answers: Floats
    predicted: Floats
    unlabelled: Floats
    sign: Floats
    """[n]: 1, or -1 for the condition that is subtracted"""
    sign_unlabelled: Floats
    artist: Codes | None
    artist_unlabelled: Codes | None
    rater: Codes | None
    weight: Floats
    """[n]: what an answer counts; 1 where its image was as likely to be labelled as any other"""

    @classmethod
    def of(
        cls,
        answers: Labels,
        predicted: Labels,
        unlabelled: Labels,
        *,
        second: tuple[Labels, Labels] | None,
        artists: Labels | None,
        artists_unlabelled: Labels | None,
        raters: Labels | None,
        weights: Labels | None = None,
    ) -> "Pool":
        y, f, u = (
            number_column(column, noun)
            for column, noun in (
                (answers, "Answer"),
                (predicted, "Prediction"),
                (unlabelled, "Unlabelled prediction"),
            )
        )
        _check(y, f, u)
        arms = [np.ones(len(y)), np.ones(len(u))]
        if second is not None:
            arms = [_signs(side, len(x)) for side, x in zip(second, (y, u), strict=True)]
        if artists is None and artists_unlabelled is not None:
            raise BadData("Name the artists of the labelled images too, or of neither.")
        heavy = np.ones(len(y)) if weights is None else _weights(weights, len(y))
        people = None if raters is None else _codes(raters, len(y), "rater")
        if artists is None:
            return cls(y, f, u, arms[0], arms[1], None, None, people, heavy)
        mine = _labels(artists, len(y), "artist")
        others = [] if artists_unlabelled is None else _labels(artists_unlabelled, len(u), "artist")
        codes = np.unique([*mine, *others], return_inverse=True)[1].ravel().astype(np.intp)
        rest = None if artists_unlabelled is None else codes[len(y) :]
        return cls(y, f, u, arms[0], arms[1], codes[: len(y)], rest, people, heavy)

    def arm(self, sign: float) -> tuple[Floats, Floats, Floats]:
        """Answers, predictions and unlabelled predictions of one condition."""
        mine = self.sign == sign
        return (
            self.answers[mine],
            self.predicted[mine],
            self.unlabelled[self.sign_unlabelled == sign],
        )

    @property
    def signs(self) -> list[float]:
        return [1.0, -1.0] if (self.sign < 0).any() else [1.0]

    def value(self, tuning: Floats) -> float:
        """θ̂, or the difference of two; `tuning` [n] is each answer's λ."""
        total = 0.0
        for sign in self.signs:
            y, f, u = self.arm(sign)
            own, heavy = tuning[self.sign == sign], self.weight[self.sign == sign]
            rectified = y - own * (f - (u.mean() if len(u) else 0.0))
            total += sign * float((heavy * rectified).sum() / heavy.sum())
        return total

    def variance(self, tuning: Floats) -> tuple[float, float, str]:
        """v, degrees of freedom (inf for independent images), and what was clustered."""
        labelled, unlabelled = self._parts(tuning)
        if self.artist is None and self.rater is None:
            return self._independent(labelled, unlabelled), float("inf"), "images independent"
        terms, counts, said = [], [], []
        if self.artist is not None:
            terms.append(self._by_artist(labelled, unlabelled))
            counts.append(len(np.unique(self.artist)))
            said.append(f"{counts[-1]} artists")
        if self.rater is not None:
            sums = np.bincount(self.rater, labelled).astype(np.float64)
            terms.append(_corrected(sums, len(sums)))
            counts.append(len(sums))
            said.append(f"{counts[-1]} raters")
        said += self._unnamed
        rest = 0.0
        if self.artist_unlabelled is None and unlabelled.any():
            rest = float(unlabelled @ unlabelled)
            said.append("unlabelled images taken for unrelated: name their artists if they are not")
        together = sum(terms) - (self._cells(labelled) if len(terms) == 2 else 0.0)
        return max(together, *terms) + rest, min(counts) - 1.0, ", ".join(said)

    @property
    def _unnamed(self) -> list[str]:
        """What is taken for independent for want of a name."""
        if self.rater is None:
            return ["answers of one rater taken for unrelated: name raters if they repeat"]
        if self.artist is None:
            return ["images of one artist taken for unrelated: name artists if they repeat"]
        return []

    def _parts(self, tuning: Floats) -> tuple[Floats, Floats]:
        """E of each answer and of each unlabelled image."""
        labelled, unlabelled = np.zeros(len(self.answers)), np.zeros(len(self.unlabelled))
        for sign in self.signs:
            mine, theirs = self.sign == sign, self.sign_unlabelled == sign
            u = self.unlabelled[theirs]
            centre = u.mean() if len(u) else 0.0
            rectified = self.answers[mine] - tuning[mine] * (self.predicted[mine] - centre)
            share = self.weight[mine] / self.weight[mine].sum()
            away = rectified - rectified[0]  # exact where all are alike
            labelled[mine] = sign * share * (away - float(share @ away))
            unlabelled[theirs] = sign * float(share @ tuning[mine]) * (u - centre) / max(len(u), 1)
        return labelled, unlabelled

    def _independent(self, labelled: Floats, unlabelled: Floats) -> float:
        total = 0.0
        for sign in self.signs:
            for part in (labelled[self.sign == sign], unlabelled[self.sign_unlabelled == sign]):
                total += _corrected(part, len(part))
        return total

    def _by_artist(self, labelled: Floats, unlabelled: Floats) -> float:
        assert self.artist is not None
        who, what = self.artist, labelled
        if self.artist_unlabelled is not None:
            who = np.concatenate([who, self.artist_unlabelled])
            what = np.concatenate([what, unlabelled])
        sums = np.bincount(who, what).astype(np.float64)
        return _corrected(sums, len(np.unique(self.artist)))

    def _cells(self, labelled: Floats) -> float:
        assert self.artist is not None
        assert self.rater is not None
        cell = self.rater * (int(self.artist.max()) + 1) + self.artist
        sums = np.bincount(np.unique(cell, return_inverse=True)[1].ravel(), labelled)
        return float(sums @ sums)


def best_tuning(pool: Pool, kept: Floats | None = None) -> float:
    """λ* of the answers where `kept` is true, over the conditions together; in [0, 1]."""
    together, apart = 0.0, 0.0
    for sign in pool.signs:
        mine = (pool.sign == sign) & (True if kept is None else kept.astype(bool))
        n, total = int(mine.sum()), int((pool.sign_unlabelled == sign).sum())
        if n < 2 or not total:
            continue
        covariance = np.cov(pool.answers[mine], pool.predicted[mine])
        together += covariance[0, 1] / n
        apart += covariance[1, 1] * (1 / n + 1 / total)
    return float(np.clip(together / apart, 0.0, 1.0)) if apart > 1e-300 else 0.0


def interval(
    value: float, variance: float, freedom: float, level: float, n: int, said: str
) -> Estimate:
    """Symmetric; normal for infinite degrees of freedom."""
    if freedom < 1:
        reason = f"one cluster says nothing about others ({said})"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    if not variance > 0:
        reason = "the answers do not vary"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    se, half = sqrt(variance), (1 + level) / 2
    quantile = float(student.ppf(half, freedom) if np.isfinite(freedom) else norm.ppf(half))
    which = f"t({freedom:.0f})" if np.isfinite(freedom) else "normal"
    reach = quantile * se
    return Estimate(value, value - reach, value + reach, se, level, n, f"{said}, {which}")


def _corrected(sums: Floats, clusters: int) -> float:
    return clusters / (clusters - 1) * float(sums @ sums) if clusters > 1 else 0.0


def _check(y: Floats, f: Floats, u: Floats) -> None:
    if len(y) != len(f):
        raise BadData(
            f"There are {len(y)} answers and {len(f)} predictions; give every answer the prediction"
            " of its image."
        )
    if len(y) < 2:
        raise BadData(f"Prediction-powered inference needs at least 2 answers; given: {len(y)}.")
    for noun, column in (("Answer", y), ("Prediction", f), ("Unlabelled prediction", u)):
        bad = np.flatnonzero(~np.isfinite(column))
        if len(bad):
            raise BadData(f"{noun} {bad[0] + 1} is not a finite number ({column[bad[0]]}).")


def _weights(weights: Labels, n: int) -> Floats:
    found = number_column(weights, "Weight")
    if len(found) != n or not (np.isfinite(found).all() and (found > 0).all()):
        raise BadData(
            f"Give each of {n} answers a weight above 0: one over the probability with which its"
            " image was chosen to be judged."
        )
    return found


def _labels(labels: Labels, n: int, noun: str) -> list[str]:
    found = label_column(labels, noun)
    if len(found) != n:
        raise BadData(f"There are {n} rows and {len(found)} names of a {noun}; give one each.")
    return [str(label) for label in found.tolist()]


def _codes(labels: Labels, n: int, noun: str) -> Codes:
    return np.unique(_labels(labels, n, noun), return_inverse=True)[1].ravel().astype(np.intp)


def _signs(second: Labels, n: int) -> Floats:
    arm = flag_column(second, "second")
    if len(arm) != n or arm.all() or not arm.any():
        raise BadData(
            "A difference needs images of both conditions on both sides, marked one by one."
        )
    return np.where(arm, 1.0, -1.0)
