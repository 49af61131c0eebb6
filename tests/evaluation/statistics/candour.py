"""Whether a result says what it does not know: a reason beside every nan, numbers to compare."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import isnan

import numpy as np

from evaluation.statistics.estimate import BadData, Estimate
from tests.evaluation.statistics.degenerate_tables import Call, Table

REASONS = ("undefined", "no interval", "nothing", "no test", "none: ", "alike")


def estimates(found: object) -> Iterator[Estimate]:
    if isinstance(found, Estimate):
        yield found
    for part in _parts(found):
        yield from estimates(part)


def _parts(found: object) -> list[object]:
    if isinstance(found, Mapping):
        return list(found.values())
    if isinstance(found, list | tuple):
        return list(found)
    if is_dataclass(found) and not isinstance(found, Estimate):
        return [getattr(found, field.name) for field in fields(found)]
    return []


def said(found: object) -> str:
    """All words in a result."""
    if isinstance(found, str):
        return found
    if isinstance(found, Estimate):
        return found.method
    return " ".join(said(part) for part in _parts(found))


def check(found: object) -> None:
    """Raises AssertionError where a result keeps silent about what it does not know."""
    for estimate in estimates(found):
        if not estimate.defined and not np.isinf(estimate.value):
            assert isnan(estimate.value)
            assert estimate.method.startswith("undefined: "), estimate
            assert isnan(estimate.low), estimate
            assert isnan(estimate.high), estimate
        elif estimate.has_interval:
            slack = 1e-9 * max(1.0, abs(estimate.value))
            assert estimate.low - slack <= estimate.value <= estimate.high + slack, estimate
        elif not (np.isinf(estimate.low) or np.isinf(estimate.high)):
            assert estimate.method.startswith("no interval: "), estimate
    _no_bare_nan(found)


def _no_bare_nan(found: object) -> None:
    parts = _parts(found)
    # plain numbers by name are explained by what stands beside them
    plain = [n for part in parts if isinstance(part, Mapping) for n in part.values()]
    if any(isinstance(number, float) and isnan(number) for number in [*parts, *plain]):
        assert any(reason in said(found) for reason in REASONS), found
    for part in parts:
        if not isinstance(part, Estimate | Mapping) or any(map(is_dataclass, _parts(part))):
            _no_bare_nan(part)


def strictly(call: Call, table: Table) -> object:
    """The result with every warning an error; a BadData's sentence in place of a result."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return call(table)
        except BadData as refusal:
            sentence = str(refusal)
            assert len(sentence) > 20, sentence
            assert " " in sentence
            return sentence


def numbers(found: object) -> list[list[float]]:
    """All estimates and numbers of a result, those of mappings in the order of their size."""
    if isinstance(found, Estimate):
        return [[found.value, found.low, found.high, found.se]]
    if isinstance(found, float | np.floating):
        return [[float(found)]]
    parts = [number for part in _parts(found) for number in numbers(part)]
    return sorted(parts, key=_rounded) if isinstance(found, Mapping) else parts


def _rounded(part: list[float]) -> list[str]:
    return [f"{round(x, 5) + 0.0}" for x in part]


def assert_same(one: list[list[float]], other: list[list[float]], tolerance: float = 1e-5) -> None:
    assert len(one) == len(other)
    flat = [np.array([x for part in parts for x in part]) for parts in (one, other)]
    np.testing.assert_allclose(*flat, rtol=tolerance, atol=tolerance)
