"""The field's model beside shares: the whole scale, raters and pictures as random effects. Pure.

A share of answers between two points throws away how far off the others are, and its closed-form
interval takes no view of how answers come about. `ordinal.rating_model` keeps the whole scale, with
four random intercepts; it stands beside the shares, and where it cannot be fitted, why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pandas import DataFrame

from evaluation import words
from evaluation.analyses import Exhibit
from evaluation.findings.comparisons import Points, columns
from evaluation.statistics import ordinal
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.multiplicity import holm

COLUMNS = {"value": "answer", "participant": "rater", "item": "stimulus", "cluster": "artwork"}
TOO_WIDE = 6.0
"""A standard deviation that leaves no doubt about answers: a sign of too few of them."""
TITLE = "The whole scale: effects and shares by the mixed model"
Conditions = Mapping[str, DataFrame]
"""Name of each condition → its answers (value, participant, item, cluster); the reference first."""


@dataclass(frozen=True)
class _Row:
    """What the model says of one condition."""

    part: str
    condition: str
    n: int
    effect: Estimate | None
    """log odds of a higher answer against the reference; None for the reference itself"""
    p: float
    share: Estimate


def model_exhibits(
    parts: Mapping[str, Conditions], success: Points, level: float, share: str
) -> tuple[list[Exhibit], list[str]]:
    """A table of effects and shares, and notes; only notes where no model can be fitted.

    parts  era (or nothing) → its conditions; each part has a model of its own
    share  name of the column of model-based shares, e.g. “share_psr_model”
    """
    rows: list[_Row] = []
    notes: list[str] = []
    for part, conditions in parts.items():
        try:
            fit = _fitted(conditions, level)
        except BadData as error:
            notes.append(f"{_about(part)} cannot be fitted: {_as_reason(str(error))}")
            continue
        found = _rows(fit, part, conditions, success) if len(conditions) > 1 else []
        rows += found
        notes.append(f"{_about(part)}: {'; '.join(fit.notes)}.{_spread(fit)}{_missing(found)}")
    if not rows:
        return [], notes
    reference = next(iter(next(iter(parts.values()))))
    caption = (
        f"Log odds of a higher answer against {reference}, for the same rater and artwork, and the"
        f" share of answers from {success[0]} to {success[1]} averaged over raters and pictures."
    )
    return [Exhibit(TITLE, _table(rows, share), caption=caption)], notes


def _fitted(conditions: Conditions, level: float) -> ordinal.Fit:
    table = pd.concat(
        [rows[list(COLUMNS)].assign(condition=name) for name, rows in conditions.items()],
        ignore_index=True,
    ).rename(columns=COLUMNS)
    named = pd.Categorical(table["condition"], categories=list(conditions))
    fit = ordinal.rating_model(
        table.assign(condition=named, answer=table["answer"].astype(int)),
        response="answer",
        rater="rater",
        artwork="artwork",
        stimulus="stimulus",
        level=level,
    )
    widest = max(fit.standard_deviations.values(), key=lambda found: found.value)
    if widest.value > TOO_WIDE:
        raise BadData(
            f"with a standard deviation of {widest.value:.0f} on the log odds, raters or pictures"
            f" nearly decide every answer; {fit.n} answers are too few for so many effects"
        )
    return fit


def _rows(fit: ordinal.Fit, part: str, conditions: Conditions, success: Points) -> list[_Row]:
    reference = next(iter(conditions))
    effects = {
        contrast.second: contrast
        for contrast in ordinal.contrasts(fit, "condition")
        if contrast.first == reference
    }
    shares = _shares(fit, conditions, success)
    return [
        _Row(
            part,
            name,
            len(rows),
            effects[name].estimate if name in effects else None,
            effects[name].p if name in effects else float("nan"),
            shares[name],
        )
        for name, rows in conditions.items()
    ]


def _shares(fit: ordinal.Fit, conditions: Conditions, success: Points) -> Mapping[str, Estimate]:
    given = {int(value) for rows in conditions.values() for value in rows["value"]}
    counted = [value for value in sorted(given) if success[0] <= value <= success[1]]
    level = fit.call.level
    if not counted or len(counted) == len(given):
        why = f"{'no' if not counted else 'every'} answer lies from {success[0]} to {success[1]}"
        return {
            name: Estimate.undefined(level=level, n=len(rows), reason=why)
            for name, rows in conditions.items()
        }
    return ordinal.success_rates(fit, "condition", counted).rates


def _table(rows: Sequence[_Row], share: str) -> DataFrame:
    adjusted = holm([row.p for row in rows])
    nothing = Estimate.undefined(level=0.95, n=0, reason="it is the reference")
    return DataFrame(
        [
            {
                "condition": row.condition,
                **({"era": row.part} if row.part else {}),
                "n": row.n,
                **columns("log_odds", row.effect or nothing),
                "p": row.p,
                "p_holm": p,
                **columns(share, row.share),
                "method": row.share.method,
            }
            for row, p in zip(rows, adjusted, strict=True)
        ]
    )


def _about(part: str) -> str:
    return f"The mixed model{f' ({part})' if part else ''}"


def _spread(fit: ordinal.Fit) -> str:
    said = [
        f"{name} {words.said(found)}"
        for name, found in fit.standard_deviations.items()
        if found.defined
    ]
    return f" Standard deviations on the log odds: {words.listed(said)}." if said else ""


def _missing(found: Sequence[_Row]) -> str:
    told = [row.effect for row in found if row.effect] + [row.share for row in found]
    return words.reasons(told)


def _as_reason(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:].removesuffix('.')}."
