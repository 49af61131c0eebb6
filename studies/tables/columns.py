"""What exported tables share: names of items, factors, painters' records, a dtype a column."""

from pandas import DataFrame, Series, to_datetime

from studies.designs.factorial import FACTORS, UNDEGRADED
from studies.models import Condition, Study
from studies.queries import all_recorded


def item_name(position: int) -> str:
    """`item-0012`"""
    return f"item-{position:04d}"


def names(positions: Series) -> Series:
    """Names of items from their positions."""
    return positions.map(item_name)


def factors(study: Study, conditions: Series) -> dict[str, Series]:
    """A column per factor, from the primary keys of conditions."""
    levels = dict(Condition.objects.filter(study=study).values_list("pk", "levels"))
    return {
        factor: conditions.map(
            {pk: cell.get(factor, UNDEGRADED.get(factor)) for pk, cell in levels.items()}
        )
        for factor in FACTORS
    }


RECORDED = ("era", "surface", "genre")
"""What tables say of an item's painter, from the collection's records."""


def painters_records(study: Study, artists: Series) -> dict[str, list[str]]:
    """A column per record of `RECORDED`; empty where the collection says nothing."""
    said = all_recorded(study, RECORDED)
    return {column: [said[column].get(artist, "") for artist in artists] for column in RECORDED}


TIMES = (
    "started_at", "answered_at", "consented_at", "finished_at", "agreed_at", "found_at",
    "decided_at",
)  # fmt: skip
SHARES = ("x", "y", "pixel_ratio", "page_scale", "screen_pixels", "largest_zoom", "first_won")
NUMBERS = ("value", "scale", "rt_ms", "seed", *SHARES)
COUNTS = ("position", "trials", "order", "consent_version", "version", "check_version")
FLAGS = ("simulated", "practice", "gold", "excluded", "failed")


def typed(table: DataFrame) -> DataFrame:
    """The same dtypes whatever the rows, even none."""
    return table.assign(**{name: _column(name, table[name]) for name in table.columns})


def _column(name: str, values: Series) -> Series:
    if name in TIMES:
        return to_datetime(values, utc=True).astype("datetime64[us, UTC]")
    if name in FLAGS:
        return values.astype("bool")
    if name in NUMBERS or name in COUNTS:
        return values.astype("float64" if name in NUMBERS else "int64")
    return values.astype("object").fillna("").astype("str")
