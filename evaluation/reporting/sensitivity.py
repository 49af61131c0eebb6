"""Every finding's main numbers with and without the rules of exclusion, side by side. Pure.

The analysis runs a second time, with the same settings and seed, on the answers as they would be
without the rules. Answers that are no answers (a second one to the same question about the same
picture) stay out of both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandas import DataFrame

from evaluation.analyses import Finding
from evaluation.ratings import ANSWERED_BEFORE
from evaluation.statistics.estimate import BadData

MOST_VALUES = 3
"""Values of a finding's table that are set side by side: its first."""


def without_rules(ratings: DataFrame) -> DataFrame:
    """The table as it would be if no rule had left anything out."""
    again = ratings["exclusion_reason"] == ANSWERED_BEFORE
    return ratings.assign(excluded=ratings["excluded"] & again)


def ruled_out(ratings: DataFrame) -> int:
    """How many answers a rule has left out."""
    return int((ratings["excluded"] & ~without_rules(ratings)["excluded"]).sum())


def side_by_side(after: Finding, before: Finding) -> DataFrame:
    """Main numbers of both: the labels of each row, then `x`, `x_low`, `x_high` and their doubles.

    `x_all` are those of all answers. Rows that only one of them has are kept. Raises BadData where
    the tables have no interval to compare.
    """
    values = _values(after.table)
    if not values:
        raise BadData("this finding's table has no value with an interval")
    labels = _labels(after.table, values)
    one, other = (_main(found.table, labels, values) for found in (after, before))
    named = {column: _doubled(column) for column in other.columns if column not in labels}
    if not labels:
        return pd.concat([one, other.rename(columns=named)], axis=1)
    both = one.assign(place=range(len(one))).merge(
        other.rename(columns=named), on=labels, how="outer"
    )
    return both.sort_values("place", kind="stable", ignore_index=True).drop(columns="place")


def _main(table: DataFrame, labels: Sequence[str], values: Sequence[str]) -> DataFrame:
    wanted = [*labels, *(f"{name}{end}" for name in values for end in ("", "_low", "_high"))]
    found = table[[name for name in wanted if name in table]]
    return found.drop_duplicates(list(labels)) if labels else found.head(1)


def _values(table: DataFrame) -> list[str]:
    columns = list(table.columns)
    found = [name for name in columns if {f"{name}_low", f"{name}_high"} <= set(columns)]
    return found[:MOST_VALUES]


def _labels(table: DataFrame, values: Sequence[str]) -> list[str]:
    """Columns of text before the first value: what a row is about."""
    leading = list(table.columns)[: list(table.columns).index(values[0])]
    return [name for name in leading if not pd.api.types.is_numeric_dtype(table[name])]


def _doubled(column: str) -> str:
    for end in ("_low", "_high"):
        if column.endswith(end):
            return f"{column.removesuffix(end)}_all{end}"
    return f"{column}_all"


def moved(table: DataFrame) -> str:
    """A sentence: how far the rules moved the numbers, or that they did not."""
    values = _values(table)
    values = [name for name in values if f"{name}_all" in table]
    pairs = [(table[name], table[f"{name}_all"], table[f"{name}_low"], table[f"{name}_high"])
             for name in values]  # fmt: skip
    known = [(a - b).abs().max() for a, b, *_ in pairs]
    outside = sum(int(((b < low) | (b > high)).sum()) for _, b, low, high in pairs)
    if not known or all(step != step for step in known):
        return "With all answers kept, nothing can be compared."
    if max(step for step in known if step == step) == 0:
        return "With all answers kept, the main numbers are the same."
    if outside:
        return (
            f"With all answers kept, {outside} of the main numbers would lie outside the interval"
            " they have now: this finding depends on the rules of exclusion."
        )
    return (
        "With all answers kept, every main number stays within the interval it has now: this"
        " finding does not hang on the rules of exclusion."
    )


def told(ratings: DataFrame, after: Finding, before: Finding) -> Mapping[str, Any]:
    """What a block holds: how many answers, the other claim, one sentence, and the table."""
    table = side_by_side(after, before)
    return {
        "answers": ruled_out(ratings),
        "claim": before.claim,
        "said": moved(table),
        "table": table,
    }
