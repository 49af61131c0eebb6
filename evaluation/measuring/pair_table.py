"""The table of pairs: one row for each two conditions of which a rater preferred one. Pure."""

from pandas import DataFrame

COLUMNS = (
    "participant", "question", "item", "artwork", "artist", "first", "second", "first_won",
    "repeat_of", "gold", "excluded",
)  # fmt: skip
"""Columns of `comparisons.csv` that analyses read; `first_won` is 1, 0, or 0.5 for “not sure”."""


def no_pairs() -> DataFrame:
    """No pairs."""
    return DataFrame({name: [] for name in COLUMNS}, dtype="object")


def counted_pairs(table: DataFrame) -> DataFrame:
    """Those that count, with `cluster`: the artwork, or the item where no artwork is named."""
    left_out = table["excluded"].astype(bool) | table["gold"].astype(bool)
    kept = table[~left_out & (table["repeat_of"] == "")]
    cluster = kept["artwork"].where(kept["artwork"] != "", kept["item"])
    return kept.assign(cluster=cluster, first_won=kept["first_won"].astype("float64"))
