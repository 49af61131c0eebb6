"""Numbers that others have published, as they printed them: read, and put together again. Pure.

Only numbers, each with its paper and table; `evaluation.published.beside` sets them beside those of
a study. What is behind a ± is said where its authors say it, and else that they do not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pandas import DataFrame

PAPERS = ("impress", "glaze")
_PRINTED = re.compile(
    r"(?P<value>\d+(?:\.\d*)?)(?: ± (?P<spread>\d+(?:\.\d+)?))?(?: \((?P<before>\d+(?:\.\d+)?)\))?"
)


@dataclass(frozen=True)
class Cell:
    """One number of a table."""

    measure: str
    """its row"""
    column: str
    value: float
    spread: float | None
    """what stands after the ±"""
    before: float | None
    """what stands in parentheses"""
    printed: str


@dataclass(frozen=True)
class Table:
    """One table of a paper."""

    work: str
    """what the paper is about, as it is called: IMPRESS"""
    citation: str
    setting: str
    """whose pictures, which networks, who rated"""
    spread: str
    """what is behind the ±"""
    number: str
    """as the paper counts it; empty where the source names none"""
    title: str
    measured: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    notes: str

    @property
    def name(self) -> str:
        """“IMPRESS, table 1: Style mimicking”"""
        number = f", table {self.number}" if self.number else ""
        return f"{self.work}{number}: {self.title}"

    @property
    def measures(self) -> list[str]:
        """Its rows."""
        return list(dict.fromkeys(cell.measure for cell in self.cells))

    def cell(self, measure: str, column: str) -> Cell:
        """One number; raises KeyError where the table has none there."""
        for cell in self.cells:
            if (cell.measure, cell.column) == (measure, column):
                return cell
        raise KeyError(f"{self.name} has no {measure} of {column}.")

    def row(self, measure: str) -> list[Cell]:
        """The numbers of one measure, in the order of the columns."""
        return [self.cell(measure, column) for column in self.columns]

    def rebuilt(self) -> DataFrame:
        """The table as it is printed, texts; one row a measure."""
        rows = [
            {"measure": measure, **{cell.column: cell.printed for cell in self.row(measure)}}
            for measure in self.measures
        ]
        return DataFrame(rows, columns=["measure", *self.columns])


def tables() -> tuple[Table, ...]:
    """All published tables, paper by paper."""
    return tuple(table for paper in PAPERS for table in _read(paper))


def table(paper: str, number: str = "") -> Table:
    """A table by its paper (`impress`, `glaze`) and number; raises KeyError."""
    for found in _read(paper):
        if found.number == number:
            return found
    raise KeyError(f"There is no published table {number} of {paper}.")


def tidy() -> DataFrame:
    """One row a number: work, table, title, measured, measure, column, value, spread, before."""
    rows = [
        {
            "work": found.work,
            "table": found.number,
            "title": found.title,
            "measured": found.measured,
            **{name: getattr(cell, name) for name in ("measure", "column")},
            **{name: getattr(cell, name) for name in ("value", "spread", "before", "printed")},
        }
        for found in tables()
        for cell in found.cells
    ]
    return DataFrame(rows)


def recovered(
    paper: str = "impress", number: str = "1", *, protected: str = "Protected"
) -> DataFrame:
    """How much of what a protection took each purification gave back: behind “IMPRESS restores …”.

    measure, purification, share: (purified - protected) / (clean - protected), of printed means. A
    table that has no clean column has none.
    """
    found = table(paper, number)
    rows = []
    for measure in found.measures:
        clean, low = (found.cell(measure, column).value for column in ("Clean", protected))
        rows += [
            {
                "measure": measure,
                "purification": cell.column,
                "share": (cell.value - low) / (clean - low),
            }
            for cell in found.row(measure)
            if cell.column not in {"Clean", protected}
        ]
    return DataFrame(rows)


@cache  # package data never changes in a process
def _read(paper: str) -> tuple[Table, ...]:
    if paper not in PAPERS:
        raise KeyError(f"There are no published numbers of {paper}: only of {', '.join(PAPERS)}.")
    text = (files(__package__) / f"{paper}.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    return tuple(_table(document, each) for each in document["tables"])


def _table(document: Mapping[str, str], written: Mapping[str, object]) -> Table:
    columns, rows = written["columns"], written["rows"]
    assert isinstance(columns, list)
    assert isinstance(rows, dict)
    return Table(
        work=document["work"],
        citation=document["citation"].strip(),
        setting=document["setting"].strip(),
        spread=document["spread"],
        number=str(written["number"]),
        title=str(written["title"]),
        measured=str(written["measured"]),
        columns=tuple(columns),
        cells=tuple(cell for name, row in rows.items() for cell in _row(name, columns, row)),
        notes=str(written.get("notes", "")).strip(),
    )


def _row(measure: str, columns: Sequence[str], row: Sequence[str]) -> list[Cell]:
    return [_cell(measure, *pair) for pair in zip(columns, row, strict=True)]


def _cell(measure: str, column: str, printed: str) -> Cell:
    found = _PRINTED.fullmatch(printed)
    assert found is not None, f"{printed!r} is no printed number"
    spread, before = (float(found[name]) if found[name] else None for name in ("spread", "before"))
    return Cell(measure, column, float(found["value"]), spread, before, printed)
