"""Genres that people named for pictures whose painter's genre is known: right first, right among
the named. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pandas import DataFrame, Series

from evaluation.evidence import Evidence
from evaluation.ratings import GENRE, TableError, answers_to
from evaluation.seeing.genres import UnknownGenre, position

BETWEEN = " > "
"""Stands between the names of an answer, the best first."""


@dataclass(frozen=True)
class Named:
    """Answers that can be right or wrong, and those that cannot."""

    rows: DataFrame
    """columns of the answers, then cluster, first (named first), right (the painter's genre as the
    labels have it), share_first and share_top (1.0 where it is named first, is named at all)"""
    labels: tuple[str, ...]
    """that were offered; empty where the table does not tell"""
    top: int
    """how many were named"""
    unknown: int
    """answers left out: no genre of the painter is known, or no label stands for it"""

    @property
    def chance(self) -> float:
        """Of the right genre among those named, by guessing; nan where labels are not known."""
        return self.top / len(self.labels) if self.labels else float("nan")


def named(evidence: Evidence, question: str) -> Named:
    """The answers of one group to the question, marked; raises TableError where none can be."""
    answers = answers_to(evidence.ratings, question)
    labels = next((each.labels for each in evidence.asked if each.name == question), ())
    chosen = [str(answer).split(BETWEEN) for answer in answers["answer"]]
    right = [_label(genre, labels) for genre in _genres(evidence, answers)]
    marked = answers.assign(
        first=[each[0] for each in chosen],
        right=right,
        share_first=[float(_same(each[:1], r)) for each, r in zip(chosen, right, strict=True)],
        share_top=[float(_same(each, r)) for each, r in zip(chosen, right, strict=True)],
    )
    rows = marked[marked["right"] != ""]
    if rows.empty:
        raise TableError(
            "No painter's genre is known that is one of the labels: write it into the column"
            " “genre” of the collection's manifest; for a table from elsewhere, into a column"
            " “genre” of the answers or of the items (--items)."
        )
    return Named(rows, tuple(labels), max(map(len, chosen)), len(marked) - len(rows))


def _genres(evidence: Evidence, answers: DataFrame) -> Series:
    """The painter's genre of each answer, empty where neither table has it."""
    own = answers[GENRE] if GENRE in answers else Series("", index=answers.index, dtype="object")
    own = own.fillna("").astype(str).str.strip()
    if evidence.items is None or GENRE not in evidence.items:
        return own
    known = evidence.items.drop_duplicates("item").set_index("item")[GENRE]
    return own.where(own != "", answers["item"].map(known).fillna(""))


def _label(genre: str, labels: Sequence[str]) -> str:
    """The label that stands for a genre; the genre itself where labels are not known."""
    if not genre or not labels:
        return genre
    try:
        return labels[position(genre, labels)]
    except UnknownGenre:
        return ""


def _same(chosen: Sequence[str], right: str) -> bool:
    """Whether the genre is among those chosen, however it is written."""
    try:
        position(right, chosen)
    except UnknownGenre:
        return False
    return True
