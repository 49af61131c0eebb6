"""Ordinal composites: a cumulative logit of the answers on standardised metrics, with a penalty.

    P(Y ≤ j) = F(θ_j - x'β),   minimises -ℓ / answers + penalty |β|² / 2

(McCullagh 1980, doi:10.1111/j.2517-6161.1980.tb01109.x, with the ridge of Hoerl and Kennard 1970.)
Answers keep their scale: no point is taken for twice another. What is foretold is a mean of what
each point is worth: the point itself, or 1 for those that count as success and 0 for the others.
Newton's steps; with weights of one sign each step is a small problem of non-negative least squares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import nnls
from scipy.special import expit

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData

STEPS, HALVINGS = 60, 30
CLOSE = 1e-9
TINY = 1e-12


@dataclass(frozen=True)
class Cumulative:
    """A fitted composite: what predicts answers of other images."""

    weights: Floats
    """[p], of standardised metrics: log odds of a higher answer"""
    thresholds: Floats
    """[K - 1], between those points that were chosen at all"""
    worth: Floats
    """[K], of those points"""

    def __call__(self, rows: Floats) -> Floats:
        """[m, p] standardised → [m]: the mean of `worth`."""
        below = expit(self.thresholds - (rows @ self.weights)[:, None])
        edges = np.column_stack([np.zeros(len(rows)), below, np.ones(len(rows))])
        return np.asarray(np.diff(edges, axis=1) @ self.worth)


OrdinalFit = Callable[[Floats, Floats], Cumulative]
"""features [n, p] and counts [n, J] of each point → what predicts answers of other rows"""


def cumulative(penalty: float, worth: Floats, *, monotone: bool = False) -> OrdinalFit:
    """A fit to counts [n, J] of each point; `worth` [J] is what a point is worth.

    monotone  weights of 0 or more: no metric comes in with the wrong sign to cancel another.
    The fit raises BadData where all answers are alike.
    """

    def fit(features: Floats, counts: Floats) -> Cumulative:
        used = counts.sum(0) > 0
        if used.sum() < 2:
            raise BadData("Every answer is the same: there is nothing to foretell.")
        found = _Problem(features, counts[:, used], penalty, monotone).solved()
        cut = int(used.sum()) - 1
        return Cumulative(found[cut:], found[:cut], np.asarray(worth, dtype=np.float64)[used])

    return fit


def ordinal_models(worth: Floats) -> Mapping[str, OrdinalFit]:
    """Both kinds, with penalties from almost none to nearly only the thresholds."""
    return {
        f"ordinal {'monotone' if monotone else 'ridge'}, penalty {penalty:g}": cumulative(
            penalty, worth, monotone=monotone
        )
        for monotone in (False, True)
        for penalty in (0.001, 0.01, 0.1, 1.0)
    }


@dataclass(frozen=True)
class _Problem:
    x: Floats
    counts: Floats
    penalty: float
    monotone: bool

    def solved(self) -> Floats:
        """Thresholds, then weights."""
        shares = np.cumsum(self.counts.sum(0))[:-1] / self.counts.sum()
        place = np.concatenate([np.log(shares / (1 - shares)), np.zeros(self.x.shape[1])])
        value = self._value(place)
        for _ in range(STEPS):
            gradient, curvature = self._slopes(place)
            step = self._step(place, gradient, curvature)
            for _ in range(HALVINGS):
                new = self._value(place + step)
                if new <= value:
                    break
                step = step / 2
            else:
                break
            place, gain, value = place + step, value - new, new
            if gain < CLOSE * max(abs(value), 1.0):
                break
        return place

    @property
    def _cut(self) -> int:
        return int(self.counts.shape[1]) - 1

    def _value(self, place: Floats) -> float:
        theta, beta = place[: self._cut], place[self._cut :]
        if (np.diff(theta) <= 0).any():
            return float("inf")
        shares, _ = self._shares(theta, beta)
        fit = float((self.counts * np.log(np.maximum(shares, TINY))).sum()) / self.counts.sum()
        return self.penalty * float(beta @ beta) / 2 - float(fit)

    def _shares(self, theta: Floats, beta: Floats) -> tuple[Floats, Floats]:
        """[n, J] share of each point, and [n, J + 1] F at its edges."""
        below = expit(theta - (self.x @ beta)[:, None])
        n = len(self.x)
        edges = np.column_stack([np.zeros(n), below, np.ones(n)])
        return np.diff(edges, axis=1), edges

    def _slopes(self, place: Floats) -> tuple[Floats, Floats]:
        """Gradient, and expected information (Fisher's scoring), of thresholds then weights."""
        theta, beta = place[: self._cut], place[self._cut :]
        shares, edges = self._shares(theta, beta)
        shares, total = np.maximum(shares, TINY), self.counts.sum()
        dense = (edges * (1 - edges))[:, 1:-1]  # density at each threshold
        ratio = self.counts / shares
        by_theta = dense * (ratio[:, 1:] - ratio[:, :-1])  # minus the derivative of log-likelihood
        gradient = np.concatenate(
            [by_theta.sum(0), -self.x.T @ by_theta.sum(1) + total * self.penalty * beta]
        )
        return gradient / total, self._information(dense, shares) / total

    def _information(self, dense: Floats, shares: Floats) -> Floats:
        cut, p = self._cut, self.x.shape[1]
        each = self.counts.sum(1)
        inverse = each[:, None] / shares
        found = np.zeros((cut + p, cut + p))
        diagonal = dense**2 * (inverse[:, 1:] + inverse[:, :-1])
        beside = -dense[:, :-1] * dense[:, 1:] * inverse[:, 1:-1]
        corner = found[:cut, :cut]
        corner[np.arange(cut), np.arange(cut)] = diagonal.sum(0)
        corner[np.arange(cut - 1), np.arange(1, cut)] = beside.sum(0)
        corner[np.arange(1, cut), np.arange(cut - 1)] = beside.sum(0)
        rows = diagonal.copy()  # [n, cut]: information of each threshold with x'beta, but for sign
        rows[:, :-1] += beside
        rows[:, 1:] += beside
        found[cut:, :cut] = -self.x.T @ rows
        found[:cut, cut:] = found[cut:, :cut].T
        found[cut:, cut:] = (self.x.T * rows.sum(1)) @ self.x
        found[cut:, cut:] += self.counts.sum() * self.penalty * np.eye(p)
        return found

    def _step(self, place: Floats, gradient: Floats, curvature: Floats) -> Floats:
        ridged = curvature + TINY * np.trace(curvature) * np.eye(len(place))
        free = -cho_solve(cho_factor(ridged), gradient)
        if not self.monotone:
            return np.asarray(free)
        cut = self._cut
        corner, side = ridged[:cut, :cut], ridged[cut:, :cut]
        inner = ridged[cut:, cut:] - side @ np.linalg.solve(corner, side.T)
        root = np.linalg.cholesky(inner).T
        weights = nnls(root, root @ (place[cut:] + free[cut:]))[0]
        step = weights - place[cut:]
        moved = np.linalg.solve(corner, -gradient[:cut] - side.T @ step)
        return np.concatenate([moved, step])
