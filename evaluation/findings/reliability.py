"""Coefficients of agreement beside Krippendorff's alpha, a row each. Pure.

Each asks something else: do raters choose the same point, how much of the variance of answers is
the pictures', how reliable is the mean of all answers to a picture, do raters repeat themselves?
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pandas import DataFrame

from evaluation.findings.comparisons import columns
from evaluation.findings.metric_levels import NAMES, gridded
from evaluation.ratings import points
from evaluation.statistics import agreement
from evaluation.statistics.agreement import Level
from evaluation.statistics.agreement.chance import Weights
from evaluation.statistics.estimate import BadData, Estimate

ALL, WITHIN = "all pictures", "within conditions"
SCALED = 5
"""Points from which an ordinal scale is also taken for equally spaced, and said to be."""
WEIGHTS: dict[Level, Weights] = {
    "nominal": "identity",
    "ordinal": "ordinal",
    "interval": "quadratic",
    "ratio": "quadratic",
}


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of one question."""

    name: str
    scope: str
    estimate: Estimate


def coefficients(
    answers: DataFrame, conditions: Sequence[str], measurement: Level, level: float
) -> list[Coefficient]:
    """Of the answers to one question; `conditions` has the name of each answer's condition."""
    found = [*_alphas(answers, conditions, measurement, level)]
    scale = [float(point) for point in range(1, points(answers) + 1)]
    found += _chance_corrected(answers, WEIGHTS[measurement], scale, level)
    if measurement in ("interval", "ratio") or (measurement == "ordinal" and len(scale) >= SCALED):
        found += _intraclass(answers, conditions, level)
    return found


def repetition(again: DataFrame, level: float) -> list[Coefficient]:
    """How raters repeat themselves; `again` has first, second, participant and item."""
    if again.empty:
        return []
    try:
        found = agreement.test_retest(
            again["first"], again["second"], again["participant"], again["item"], level=level
        )
    except BadData as error:
        return [_undefined("repeated answers", "repetitions", str(error), level, len(again))]
    told = {
        "same rater again: weighted kappa (quadratic)": found.kappa,
        "same rater again: share of answers that stay": found.identical.estimate,
        "same rater again: standard error of measurement, in points": found.sem,
    }
    return [Coefficient(name, "repetitions", estimate) for name, estimate in told.items()]


def ceilings(answers: DataFrame, level: float) -> DataFrame:
    """What a perfect metric would reach of these answers: one row a level, then single raters."""
    scored = answers.assign(score=answers["value"])
    nothing = DataFrame(index=sorted(answers["item"].unique()))
    grid = gridded(scored, nothing, 1, seed=0, replicates=0, level=level)
    rows = [(NAMES[over], grid.over(over), found.estimate) for over, found in grid.ceilings.items()]
    single = agreement.noise_ceiling(
        answers["value"], answers["participant"], answers["item"], level=level
    )
    pictures = answers["item"].nunique()
    rows += [
        ("single raters, with the mean of the others", pictures, single.lower),
        ("single raters, with the mean of all", pictures, single.upper),
    ]
    return DataFrame(
        [
            {"level": name, "over": over, **columns("ceiling", e), "n": e.n, "method": e.method}
            for name, over, e in rows
        ]
    )


def table(found: Sequence[tuple[str, Coefficient]]) -> DataFrame:
    """One row a coefficient of a question."""
    return DataFrame(
        [
            {
                "question": question,
                "coefficient": each.name,
                "scope": each.scope,
                "n": each.estimate.n,
                **columns("value", each.estimate),
                "method": each.estimate.method,
            }
            for question, each in found
        ]
    )


def _alphas(
    answers: DataFrame, conditions: Sequence[str], measurement: Level, level: float
) -> Iterator[Coefficient]:
    """Alpha at other levels of measurement than the one that was asked for."""
    for other in ("nominal", "ordinal", "interval"):
        if other == measurement:
            continue
        for scope, strata in ((ALL, None), (WITHIN, conditions)):

            def alpha(other: Level = other, strata: Sequence[str] | None = strata) -> Estimate:
                return agreement.krippendorff_alpha(
                    answers["value"],
                    answers["participant"],
                    answers["item"],
                    other,
                    strata=strata,
                    clusters=answers["cluster"],
                    level=level,
                ).estimate

            yield _tried(f"Krippendorff's alpha, {other}", scope, alpha, level, len(answers))


def _chance_corrected(
    answers: DataFrame, weights: Weights, scale: list[float], level: float
) -> list[Coefficient]:
    """Gwet's coefficient, and the raw agreement that it corrects."""
    names = (
        "Gwet's AC1" if weights == "identity" else f"Gwet's AC2 ({weights} weights)",
        "agreement of pairs of raters, raw" + ("" if weights == "identity" else " (weighted)"),
    )
    columns_of = answers["value"], answers["participant"], answers["item"]
    try:
        gwet = agreement.gwet_ac(*columns_of, weights=weights, categories=scale, level=level)
    except BadData as error:
        return [_undefined(name, ALL, str(error), level, len(answers)) for name in names]
    estimates = gwet.estimate, gwet.observed
    return [Coefficient(*each) for each in zip(names, (ALL, ALL), estimates, strict=True)]


def _intraclass(answers: DataFrame, conditions: Sequence[str], level: float) -> list[Coefficient]:
    """One answer, and the mean of all answers to a picture."""
    found = []
    for scope, strata in ((ALL, None), (WITHIN, conditions)):
        try:
            icc = agreement.icc(
                answers["value"],
                answers["participant"],
                answers["item"],
                strata=strata,
                level=level,
            )
        except BadData as error:
            found.append(
                _undefined("intraclass correlation", scope, str(error), level, len(answers))
            )
            continue
        found += [
            Coefficient("ICC(A,1): one answer", scope, icc["ICC(A,1)"]),
            Coefficient(f"ICC(A,k): mean of {icc.k:.3g} answers", scope, icc["ICC(A,k)"]),
        ]
    return found


def _tried(
    name: str, scope: str, compute: Callable[[], Estimate], level: float, n: int
) -> Coefficient:
    try:
        return Coefficient(name, scope, compute())
    except BadData as error:
        return _undefined(name, scope, str(error), level, n)


def _undefined(name: str, scope: str, reason: str, level: float, n: int) -> Coefficient:
    return Coefficient(name, scope, Estimate.undefined(level=level, n=n, reason=reason))
