"""Tables and values as text for files: CSV that is safe in spreadsheets, JSON for people."""

import csv
import json

from pandas import DataFrame, Series
from pandas.api.types import is_float_dtype, is_object_dtype, is_string_dtype

from config.csv_text import no_formula
from studies.tables.columns import SHARES


def as_json(value: object) -> str:
    """JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def as_csv(table: DataFrame) -> str:
    """CSV that spreadsheets cannot be tricked by: no text starts a formula; times are ISO 8601."""
    safe = table.assign(**{name: _safe(table[name]) for name in table.columns})
    text = safe.to_csv(
        index=False,
        lineterminator="\n",
        quoting=csv.QUOTE_NONNUMERIC,
        date_format="%Y-%m-%dT%H:%M:%S.%fZ",
    )
    return str(text)


def _safe(values: Series) -> Series:
    if is_float_dtype(values) and values.name not in SHARES:  # whole, some missing: 4, never 4.0
        return values.astype("Int64")
    if is_string_dtype(values) or is_object_dtype(values):  # objects: words among other things
        cells = [no_formula(cell) if isinstance(cell, str) else cell for cell in values]
        return Series(cells, index=values.index, dtype=values.dtype)
    return values
