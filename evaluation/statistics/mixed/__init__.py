"""Mixed models with any number of crossed random intercepts: linear by REML, logistic by Laplace.

Raters and pictures are samples, so each gets a random intercept; where every condition of an
artwork is a picture of its own and raters differ in how they react to a condition, two terms are
too few (docs/statistics/mixed.md): give `rater`, `artwork`, `(artwork, condition)` and
`(rater, condition)`.
"""

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.mixed import bernoulli, gaussian
from evaluation.statistics.mixed.crossed import Terms
from evaluation.statistics.mixed.design import Fixed, Group, check_columns, grouping
from evaluation.statistics.mixed.results import Linear, Logit, deviation, undefined, wald

__all__ = ["Linear", "Logit", "linear", "logit"]

FEW = 50
"""levels of an intercept below which normal quantiles are noticeably short"""


def linear(
    data: DataFrame,
    response: str,
    fixed: str,
    groups: Sequence[Group],
    *,
    level: float = ESTIMATE_LEVEL,
) -> Linear:
    """y = Xβ + Σ Zb + e by restricted maximum likelihood, t with Satterthwaite's freedom.

    data      one row an answer
    response  column of numbers
    fixed     formula: columns joined by `+`, `a:b` for a product, `a*b` for both and their product;
              "1" for the intercept alone. Text becomes indicators of all levels but the first.
    groups    columns, or tuples of columns for interactions: one random intercept a level

    Formulas: Bates et al. 2015 (doi:10.18637/jss.v067.i01); equals lme4 1.1.31 and lmerTest 3.1.3.
    Raises BadData for missing values, a term of one level, fixed effects that say the same, or
    answers without any noise.

    >>> table = DataFrame({"y": [1, 3, 2, 5, 3, 4.0], "rater": list("aabbcc"), "x": [0, 1] * 3})
    >>> fit = linear(table, "y", "x", ["rater"])
    >>> f"{fit.coefficients['x']:.2f}, t({fit.degrees_of_freedom['x']:.0f})"
    '2.00 [−0.48, 4.48], t(2)'
    """
    check_level(level)
    names, matrix, terms, y, design = _prepared(data, response, fixed, groups)
    fit = gaussian.fit(y, matrix, terms)
    n, p = matrix.shape
    tested = {
        name: wald(
            float(fit.effects[k]),
            float(fit.covariance[k, k]),
            float(fit.freedom[k]),
            level=level,
            n=n,
            method=f"REML, t({fit.freedom[k]:.1f}) by Satterthwaite",
        )
        for k, name in enumerate(design.names)
    }
    spread = fit.deviation_covariance
    sizes = [*terms.sizes, n - p]
    deviations = {
        name: deviation(float(value), float(spread[k, k]), level=level, n=n, levels=sizes[k])
        for k, (name, value) in enumerate(zip((*names, "residual"), fit.deviations, strict=True))
    }
    failed = undefined(level, n, fit.gradient_norm)
    return Linear(
        coefficients={k: found if fit.converged else failed for k, (found, _) in tested.items()},
        p_values={k: p if fit.converged else float("nan") for k, (_, p) in tested.items()},
        degrees_of_freedom=dict(zip(design.names, fit.freedom.tolist(), strict=True)),
        standard_deviations=_or_failed(deviations, failed, fit.converged),
        levels=dict(zip(names, terms.sizes, strict=True)),
        covariance=DataFrame(fit.covariance, index=design.names, columns=design.names),
        log_likelihood=fit.log_likelihood,
        converged=fit.converged,
        gradient_norm=fit.gradient_norm,
        n=n,
    )


def logit(
    data: DataFrame,
    response: str,
    fixed: str,
    groups: Sequence[Group],
    *,
    level: float = ESTIMATE_LEVEL,
) -> Logit:
    """logit P(y = 1) = Xβ + Σ Zb by Laplace's approximation, Wald intervals (normal).

    Arguments as for `linear`; `response` is a column of yes and no (booleans, or 0 and 1).
    Equals glmmTMB 1.1.5. Raises BadData also where every answer is the same, where all answers
    within each level of an intercept are alike (perfect agreement), or the fixed effects separate
    yes from no: no finite effect exists then.
    """
    check_level(level)
    names, matrix, terms, y, design = _prepared(data, response, fixed, groups)
    wrong = y[~np.isin(y, (0.0, 1.0))]
    if len(wrong):
        raise BadData(f"Column {response} must hold yes (1) and no (0); given: {wrong[0]}.")
    _check_agreement(y, names, terms)
    fit = _bernoulli(y, matrix, terms, design)
    n, p = matrix.shape
    said = "Laplace, Wald, normal" + _short(names, terms)
    variance = np.diag(fit.covariance)
    tested = {
        name: wald(
            float(fit.effects[k]),
            float(variance[k]),
            np.inf,
            level=level,
            n=n,
            method=said,
        )
        for k, name in enumerate(design.names)
    }
    deviations = {
        name: deviation(
            float(value), float(variance[p + k]), level=level, n=n, levels=terms.sizes[k]
        )
        for k, (name, value) in enumerate(zip(names, fit.deviations, strict=True))
    }
    failed = undefined(level, n, fit.gradient_norm)
    every = [*design.names, *(f"sd({name})" for name in names)]
    return Logit(
        coefficients={k: found if fit.converged else failed for k, (found, _) in tested.items()},
        p_values={k: p if fit.converged else float("nan") for k, (_, p) in tested.items()},
        standard_deviations=_or_failed(deviations, failed, fit.converged),
        levels=dict(zip(names, terms.sizes, strict=True)),
        covariance=DataFrame(fit.covariance, index=every, columns=every),
        log_likelihood=fit.log_likelihood,
        converged=fit.converged,
        gradient_norm=fit.gradient_norm,
        n=n,
        data=data,
        fixed=design,
    )


def _prepared(
    data: DataFrame, response: str, fixed: str, groups: Sequence[Group]
) -> tuple[tuple[str, ...], Floats, Terms, Floats, Fixed]:
    check_columns(data, [response])
    design = Fixed.of(data, fixed)
    matrix = design.matrix(data)
    names, terms = grouping(data, groups)
    try:
        y = data[response].to_numpy(np.float64)
    except (TypeError, ValueError) as error:
        raise BadData(f"Column {response} must hold numbers ({error}).") from error
    return names, matrix, terms, y, design


def _bernoulli(y: Floats, matrix: Floats, terms: Terms, design: Fixed) -> bernoulli.Bernoulli:
    try:
        return bernoulli.fit(y, matrix, terms)
    except bernoulli.Separated as separated:
        names = ", ".join(design.names[column] for column in separated.columns)
        raise BadData(
            f"The fixed effects separate yes from no ({names}): in some condition all answers are "
            "alike, and its effect would be infinite. Leave that condition out of the model; "
            "psr.protection_success_rate gives its share with a one-sided limit."
        ) from separated


def _check_agreement(y: Floats, names: Sequence[str], terms: Terms) -> None:
    """Refuses an intercept whose levels alone say what every answer is."""
    for name, codes, size in zip(names, terms.codes, terms.sizes, strict=True):
        yes, all_of = np.bincount(codes, y, minlength=size), np.bincount(codes, minlength=size)
        if np.ptp(y) > 0 and ((yes == 0) | (yes == all_of)).all():
            raise BadData(
                f"All answers within a level of {name!r} are alike (perfect agreement): the level "
                "alone separates yes from no, so that its standard deviation has no finite "
                "estimate; there is no noise to model."
            )


def _short(names: Sequence[str], terms: Terms) -> str:
    """Normal quantiles with few raters or artworks reject true nulls in up to 9 %."""
    fewest = min(terms.sizes)
    if fewest >= FEW:
        return ""
    return f", which is short with {fewest} levels of {names[terms.sizes.index(fewest)]}"


def _or_failed(
    found: dict[str, Estimate], failed: Estimate, converged: bool
) -> dict[str, Estimate]:
    return found if converged else dict.fromkeys(found, failed)
