"""The answers: ordered categories with their names."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.statistics.answers import Codes
from evaluation.statistics.estimate import BadData
from evaluation.statistics.formula import require

_MOST = 100


@dataclass(frozen=True)
class Response:
    """Each answer's code from 0, and the categories from lowest to highest."""

    codes: Codes
    labels: tuple[str, ...]
    values: tuple[object, ...]
    """the categories themselves, as they stand in the table"""
    notes: tuple[str, ...]


def response_of(data: pd.DataFrame, column: str) -> Response:
    """Numbers in their order, or an ordered categorical; BadData for anything else."""
    require(data, column)
    given = data[column]
    if isinstance(given.dtype, pd.CategoricalDtype):
        if not given.cat.ordered:
            raise BadData(f"The categories of {column!r} have no order; make it ordered.")
        order = list(given.cat.categories)
    elif pd.api.types.is_numeric_dtype(given):
        if not np.isfinite(given.to_numpy(np.float64)).all():
            raise BadData(f"Column {column!r} is infinite in some rows, which is no answer.")
        order = sorted(given.unique().tolist())
    else:
        raise BadData(
            f"Column {column!r} holds text; give numbers, or an ordered categorical whose order "
            "is the scale's."
        )
    codes = pd.Categorical(given, categories=order, ordered=True).codes
    present = np.unique(codes)
    if len(present) < 2:
        alike = f"all {len(data)} are {order[present[0]]}" if len(present) else "there are none"
        raise BadData(f"The answers in {column!r} do not vary ({alike}); there is nothing to fit.")
    if len(present) > _MOST:
        raise BadData(
            f"Column {column!r} has {len(present)} different values; an ordinal model is for a "
            f"scale of at most {_MOST} points."
        )
    values = tuple(order[k] for k in present)
    return Response(
        np.searchsorted(present, codes).astype(np.intp),
        tuple(_label(value) for value in values),
        values,
        _gaps(order, values),
    )


def _label(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _gaps(order: list[object], values: tuple[object, ...]) -> tuple[str, ...]:
    """Says which points of the scale nobody chose."""
    whole = all(isinstance(value, int | float) and float(value).is_integer() for value in values)
    scale = (
        list(range(int(min(values)), int(max(values)) + 1))  # type: ignore[type-var,call-overload]
        if whole
        else order
    )
    unused = [_label(value) for value in scale if value not in values]
    if not unused or len(unused) > _MOST:
        return ()
    return (f"nobody answered {', '.join(unused)}: these categories are not in the model",)
