"""Thurstone's case V on a scale in JND: chances of “the first is more distorted”, and “not sure”.

With Δ the difference of two levels in JND and g the gain of boosted pictures (1 for plain ones),

    eta = z g Δ,  z = Φ⁻¹(0.75):  a forced choice between levels 1 JND apart is 75 % right
    P(first) = Φ(eta - τ),  P(second) = Φ(-eta - τ),  P(not sure) = the rest

τ is half the width of the band in which differences go unnoticed (Glenn and David 1960,
doi:10.2307/2527957; the 2-AC protocol of Christensen et al. 2011). Without a band ties count as
half a choice for each, as the reconstruction of JPEG AIC-3 has it, and τ is 0.
"""

from dataclasses import dataclass, replace
from math import inf, log

import numpy as np
from scipy.special import log_ndtr
from scipy.stats import norm

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.likelihood import Optimum, maximise

Z = float(norm.ppf(0.75))
LEAST = 1e-300
FARTHEST = 60.0
"""JND at which a search for levels ends."""
WIDEST = 5.0
"""Log of the widest gain or band that a search may find, and of the narrowest, below 0."""
NARROW = 0.3
"""Half a band to begin the search with."""


@dataclass(frozen=True)
class Cells:
    """The different pairs that were compared; the reference is level 0 and has no parameter."""

    first: Codes
    second: Codes
    boosted: Floats
    """[C]: 1 where the pictures were boosted, 0 where they were plain"""
    levels: int
    """without the reference"""
    gain: bool
    """whether a gain is estimated; where all answers are of one sort there is nothing to tell"""
    band: bool

    @property
    def size(self) -> int:
        """How many parameters there are: levels, log gain, log band."""
        return self.levels + self.gain + self.band

    def contrast(self) -> Floats:
        """[C, L]: difference of two levels in terms of all levels but the reference."""
        wide = np.eye(self.levels + 1)[:, 1:]
        return wide[self.first] - wide[self.second]


def fit(cells: Cells, counts: Floats, prior: float | None, near: Floats | None = None) -> Optimum:
    """The most likely parameters, `counts` [C, 3]: first, second, not sure.

    `prior`: standard deviation in JND of a normal prior of every level around the reference.
    `near`: where to begin, when known. Raises NotConverged.
    """
    start = _start(cells, counts, prior) if near is None else near
    apart = cells.contrast()
    limits = np.where(np.arange(cells.size) < cells.levels, FARTHEST, WIDEST)
    ridge = np.zeros(cells.size)
    ridge[: cells.levels] = 1 / prior**2 if prior else 0.0

    def likelihood(at: Floats) -> tuple[float, Floats, Floats]:
        if (np.abs(at) > limits).any():
            return -inf, np.zeros_like(at), np.eye(len(at))
        logs, slopes = _slopes(cells, apart, at)
        given = counts[:, : logs.shape[1]]
        value = float((given * logs).sum()) - float(ridge @ at**2) / 2
        gradient = np.einsum("ck,ckp->p", given, slopes) - ridge * at
        weight = np.sqrt(given.sum(1, keepdims=True) * np.exp(logs))
        flat = (slopes * weight[:, :, None]).reshape(-1, len(at))
        return value, gradient, flat.T @ flat + np.diag(ridge)

    return maximise(likelihood, start)


def _start(cells: Cells, counts: Floats, prior: float | None) -> Floats:
    """Where levels are all alike nothing tells the gain, so it comes after them."""
    if not cells.gain:
        band = [log(NARROW)] if cells.band else []
        return np.array([*np.zeros(cells.levels), *band])
    without = fit(replace(cells, gain=False), counts, prior).parameters
    return np.insert(without, cells.levels, 0.0)


def _slopes(cells: Cells, apart: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Log-chances [C, K] and their derivatives by every parameter [C, K, P]; K is 2 or 3."""
    distance = apart @ at[: cells.levels]
    gain = np.exp(at[cells.levels] * cells.boosted) if cells.gain else np.ones(len(apart))
    tau = float(np.exp(at[-1])) if cells.band else 0.0
    logs, by_eta, by_tau = chances(Z * gain * distance, tau if cells.band else None)
    slopes = np.zeros((*logs.shape, cells.size))
    slopes[..., : cells.levels] = by_eta[..., None] * (Z * gain[:, None] * apart)[:, None, :]
    if cells.gain:
        slopes[..., cells.levels] = by_eta * (Z * gain * distance * cells.boosted)[:, None]
    if cells.band:
        slopes[..., -1] = by_tau * tau
    return logs, slopes


def chances(eta: Floats, tau: float | None) -> tuple[Floats, Floats, Floats]:
    """Log-chances [C, K] of first, second (and not sure), and their slopes by eta and by τ."""
    band = tau or 0.0
    ends = np.stack([eta - band, -eta - band], 1)
    logs = np.asarray(log_ndtr(ends))
    hazard = np.exp(_log_density(ends) - logs)
    by_eta, by_tau = hazard * [1.0, -1.0], -hazard
    if tau is None:
        return logs, by_eta, by_tau
    upper, lower = np.exp(_log_density(eta + band)), np.exp(_log_density(eta - band))
    middle = np.maximum(-np.expm1(np.logaddexp(logs[:, 0], logs[:, 1])), LEAST)
    return (
        np.column_stack([logs, np.log(middle)]),
        np.column_stack([by_eta, (upper - lower) / middle]),
        np.column_stack([by_tau, (upper + lower) / middle]),
    )


def _log_density(x: Floats) -> Floats:
    return np.asarray(-(x**2) / 2 - np.log(2 * np.pi) / 2)
