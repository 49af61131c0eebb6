"""Plain regressions for composites of 5-10 metrics: ridge, and ridge with weights of one sign.

Minimises |y - Xβ|²/n + penalty |β|² on standardised columns, the intercept left alone.
"""

import numpy as np
from scipy.optimize import nnls

from evaluation.statistics.answers import Floats
from evaluation.statistics.folds import Fit, Predictor

PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)


def ridge(penalty: float) -> Fit:
    """Weights of any sign (Hoerl and Kennard 1970)."""

    def fit(features: Floats, answers: Floats) -> Predictor:
        n, p = features.shape
        centre, mean = features.mean(0), answers.mean()
        x = features - centre
        beta = np.linalg.solve(x.T @ x / n + penalty * np.eye(p), x.T @ (answers - mean) / n)
        return lambda rows: np.asarray((rows - centre) @ beta + mean)

    return fit


def monotone(penalty: float) -> Fit:
    """Weights of 0 or more, for metrics oriented so that more is better: no metric can come in
    with the wrong sign to cancel another."""

    def fit(features: Floats, answers: Floats) -> Predictor:
        n, p = features.shape
        centre, mean = features.mean(0), answers.mean()
        above = np.sqrt(n * penalty) * np.eye(p)
        beta = nnls(np.vstack([features - centre, above]), np.append(answers - mean, np.zeros(p)))[
            0
        ]
        return lambda rows: np.asarray((rows - centre) @ beta + mean)

    return fit


def default_models() -> dict[str, Fit]:
    """Both, with penalties from almost none to nearly only the mean."""
    return {
        f"{name}, penalty {penalty:g}": make(penalty)
        for name, make in (("ridge", ridge), ("monotone", monotone))
        for penalty in PENALTIES
    }
