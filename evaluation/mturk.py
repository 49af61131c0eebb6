"""Results of an MTurk batch as the table of ratings, so that older studies can be compared.

One row an assignment there (`WorkerId`, `AssignmentStatus`, `Input.*`, `Answer.*`), one row an
answer here. Workers become pseudonyms by a keyed hash; no other column about them is taken. Pure.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from evaluation import task_answers
from evaluation.ratings import TEXTS, TableError
from evaluation.task_answers import ANSWER

NEEDED = ("HITId", "AssignmentId", "WorkerId", "AssignmentStatus")
REJECTED = "rejected"
POPULATION = "MTurk"
TAKEN = ("participant", "item", "question", "value", "answer", "population")


@dataclass(frozen=True)
class Batch:
    """The answers of a batch, and what was left out of them."""

    ratings: DataFrame
    """Columns `participant`, `item`, `question`, `answer`, `value` (float64, nan where the answer
    is no number), `population`, and those that were asked for."""
    rejected: int
    """Assignments that the requester had rejected."""
    unanswered: int
    """Answers that were empty."""


def ratings(
    batch: DataFrame, key: bytes, *, item: str = "HITId", columns: Mapping[str, str] | None = None
) -> Batch:
    """The table of ratings of a batch-result file, all of whose cells were read as text.

    `item` is the column that says what was judged (`Input.image_url`), `columns` maps columns of
    the table of ratings to the batch's (`protection` → `Input.method`). The index of the batch is
    the file's lines. Equal workers have equal
    pseudonyms under one key, so batches of one study can be joined. Raises TableError.
    """
    named, batch = dict(columns or {}), batch.drop_duplicates()
    _check(batch, item, named)
    rejected = batch["AssignmentStatus"].str.strip().str.lower() == REJECTED
    kept = task_answers.spread(batch[~rejected])
    answers = [name for name in kept.columns if name.startswith(ANSWER)]
    about = {"item": kept[item], **{name: kept[source] for name, source in named.items()}}
    wide = DataFrame(about).assign(
        participant=[_pseudonym(worker, key) for worker in kept["WorkerId"]],
        population=POPULATION,
        **{name: kept[name].str.strip() for name in answers},
    )
    known = [name for name in wide.columns if name not in answers]
    rows = wide.melt(id_vars=known, value_vars=answers, var_name="question", value_name="answer")
    rows["question"] = rows["question"].str.removeprefix(ANSWER)
    empty = rows["answer"] == ""
    rows = rows[~empty].reset_index(drop=True)
    if rows.empty:
        raise TableError(
            f"No answer to take: {len(batch)} assignments, {rejected.sum()} of them rejected, and"
            f" {empty.sum()} empty answers."
        )
    numbers = pd.to_numeric(rows["answer"], errors="coerce").astype("float64")
    rows["value"] = numbers.where(np.isfinite(numbers))  # “inf” is a word, and 1e999 no answer
    return Batch(rows, int(rejected.sum()), int(empty.sum()))


def _pseudonym(worker: str, key: bytes) -> str:
    digest = hmac.new(key, b"mturk/" + worker.strip().encode(), hashlib.sha256).hexdigest()
    return f"M-{digest[:12].upper()}"


def _check(batch: DataFrame, item: str, columns: Mapping[str, str]) -> None:
    missing = [name for name in (*NEEDED, item, *columns.values()) if name not in batch.columns]
    if missing:
        raise TableError(
            f"The file lacks the columns {', '.join(missing)}: give the file that MTurk calls"
            " “batch results”, as it was downloaded."
        )
    if not any(name.startswith(ANSWER) for name in batch.columns):
        raise TableError("The file has no column “Answer.…”: nobody answered in this batch.")
    for name in dict.fromkeys(("AssignmentId", "WorkerId", item)):
        blank = int((batch[name].str.strip() == "").sum())
        if blank:
            raise TableError(
                f"{blank} lines have no {name}: without it people, answers or what was judged would"
                " be mixed up."
            )
    again = batch["AssignmentId"][batch["AssignmentId"].duplicated()]
    if len(again):
        raise TableError(
            f"{len(again)} lines repeat an assignment with other words, {again.iloc[0]} first:"
            " keep one of each."
        )
    if "WorkerId" in {item, *columns.values()}:
        raise TableError("WorkerId names a person and stays out of the table: take another column.")
    strange = [name for name in columns if name not in TEXTS or name in TAKEN]
    if strange:
        known = ", ".join(sorted(set(TEXTS) - set(TAKEN)))
        raise TableError(f"{', '.join(strange)}: columns that can be named are {known}.")
