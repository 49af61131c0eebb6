"""The table of compared sets: which metric, of which condition, against what, with its warnings.

Pure: rows come from the database or from a CSV.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd
from pandas import DataFrame

from evaluation.measuring.set_choices import named
from evaluation.ratings import FACTORS, TableError

PLACE = ("condition", *FACTORS, "era", "artist")
"""Which pictures a row is about; artist is empty where artists are taken together."""
NUMBERS = ("value", "low", "high", "n", "n_reference", "artists", "chance_low", "chance_high", "p")
COLUMNS = ("set_metric", "against", *PLACE, *NUMBERS, "level", "method", "warning", "version")
NEEDED = ("set_metric", "condition", "value", "low", "high", "n", "n_reference")
JOINT = " · "
"""Between the warnings of a value."""


class _Stored(Protocol):
    set_metric: Any
    against: Any
    version: Any
    provenance: Any
    levels: Any
    facts: Any
    value: Any
    low: Any
    high: Any


def empty() -> DataFrame:
    """No comparison."""
    return DataFrame({name: [] for name in COLUMNS})


def row_of(stored: _Stored) -> dict[str, Any]:
    """A row of the table from a row of the database."""
    facts: Mapping[str, Any] = stored.facts
    return {
        "set_metric": _named(stored),
        "against": stored.against,
        **{name: stored.levels.get(name, "") for name in PLACE},
        **{name: getattr(stored, name) for name in ("value", "low", "high")},
        **{name: facts[name] for name in NUMBERS if name in facts},
        "level": facts["level"],
        "method": facts["method"],
        "warning": JOINT.join(facts["warnings"]),
        "version": stored.version,
    }


def checked(table: DataFrame) -> DataFrame:
    """Sets compared elsewhere; raises TableError with a sentence."""
    for name in NEEDED:
        if name not in table.columns:
            has = ", ".join(map(str, table.columns)) or "none"
            raise TableError(
                f"The table of sets lacks the column “{name}”; its columns are: {has}."
            )
    typed = table.reset_index(drop=True).reindex(columns=list(COLUMNS))
    for name in (*NUMBERS, "level"):
        numbers = pd.to_numeric(typed[name], errors="coerce")
        wrong = typed.index[numbers.isna() & ~typed[name].isna() & (typed[name] != "")]
        if len(wrong):
            raise TableError(
                f"Row {wrong[0] + 1} of the sets: “{typed[name][wrong[0]]}” in the column"
                f" “{name}” is no number."
            )
        typed[name] = numbers
    if typed["value"].isna().any():
        row = int(typed.index[typed["value"].isna()][0])
        raise TableError(f"Row {row + 1} of the sets has no value: leave it out.")
    texts = [name for name in COLUMNS if name not in {*NUMBERS, "level"}]
    told = {name: typed[name].astype("object").fillna("").astype(str) for name in texts}
    return typed.assign(**told)


def _named(stored: _Stored) -> str:
    """“kid(features=clip)”"""
    return named(stored.set_metric, stored.provenance["settings"])
