"""The rows behind each finding: which answers it rests on, and which were left out and why. Pure.

A finding rests on the answers of its group of raters to the questions that its settings name (all
questions, where they name none). Answers that were left out stay in the table, with the reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pandas import DataFrame, Series

from config.plugins import record
from evaluation.analyses import Analysis
from evaluation.ratings import FACTORS, GENRE

KEPT = (
    "participant", "population", "simulated", "trial", "position", "item", "artwork", "artist",
    "era", "surface", GENRE, *FACTORS, "question", "answer", "masking", "value", "scale", "rt_ms",
    "answered_at", "repeat_of",
)  # fmt: skip
"""Columns of the table of answers that a report keeps, where the table has them."""
ORDER = ("simulated", "participant", "position", "item", "question")
ASKED = "\0asked"


def questions_of(analysis: Analysis) -> list[str] | None:
    """The questions that a built analysis looks at; None for all."""
    allowed = type(analysis).names([ASKED])
    fields = [name for name, names in allowed.items() if ASKED in names]
    values = [record(analysis).get(name) for name in fields]
    named = [v for value in values for v in (value if isinstance(value, list) else [value]) if v]
    return sorted(set(map(str, named))) or None


def rows_of(ratings: DataFrame, questions: Sequence[str] | None) -> DataFrame:
    """Answers to these questions."""
    return ratings if questions is None else ratings[ratings["question"].isin(questions)]


def counts(ratings: DataFrame, questions: Sequence[str] | None) -> dict[str, Any]:
    """What a block says of its rows; populations as the table itself names them."""
    found = rows_of(ratings, questions)
    used = int((why_left_out(found) == "").sum())
    asked = None if questions is None else list(questions)
    populations = sorted(set(ratings["population"]))
    left = len(found) - used
    return {"questions": asked, "populations": populations, "used": used, "left_out": left}


def why_left_out(ratings: DataFrame) -> Series:
    """For each answer the reason why no analysis counts it; empty where it counts."""
    reason = Series("", index=ratings.index, dtype="object")
    excluded = ratings["exclusion_reason"].where(ratings["exclusion_reason"] != "", "excluded")
    for mask, said in (
        (ratings["excluded"], excluded),
        (ratings["repeat_of"] != "", "a repetition: counts for raters' own agreement alone"),
        (ratings["gold"], "its right answer is known"),
        (ratings["value"].isna(), "no answer on the scale"),
    ):
        reason = reason.mask(mask, said)
    return reason


def table(ratings: DataFrame) -> DataFrame:
    """All answers of the report as they are handed out, in an order of their own."""
    kept = [name for name in KEPT if name in ratings]
    found = ratings[kept].assign(left_out=why_left_out(ratings))
    order = [name for name in ORDER if name in found]
    return found.sort_values(order, kind="stable", ignore_index=True)


def behind(answers: DataFrame, block: Mapping[str, Any]) -> DataFrame:
    """The part of `table` that a block of the report rests on."""
    rows = block["rows"]
    mine = answers["population"].isin(rows["populations"])
    return rows_of(answers[mine & (answers["simulated"] == block["simulated"])], rows["questions"])
