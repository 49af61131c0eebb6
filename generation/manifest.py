"""Which files of a folder are artworks, by whom, and by what right: from a CSV file or from names.

A manifest is read as a whole before anything is imported. Everything wrong with it is said at
once, each problem with its line, and then nothing is imported.
"""

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from generation.models import Rights

COLUMNS = {
    "path": ("path", "file", "filename"),
    "painter": ("painter", "artist"),
    "title": ("title",),
    "year": ("year", "date"),
    "rights": ("rights",),
    "licence": ("licence", "license"),
    "statement": ("statement", "rights_statement"),
    "consent": ("consent_document", "consent"),
    "sha256": ("sha256",),
}
"""What each column may be called; any other column is kept as a note of the artwork."""

SHOWN = 20
"""So many problems are written out; of the rest only the number."""


class ManifestError(ValueError):
    """A manifest that cannot be used; `problems` holds a sentence each, with its line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - SHOWN
        lines = problems[:SHOWN] + ([f"… and {more} more problems."] if more > 0 else [])
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class RightsRecord:
    """By what right a picture is here."""

    kind: str
    """One of `Rights`."""
    statement: str
    """Why: date of death, name of the licence, or what was consented to."""
    consent: Path | None = None
    """The document that was signed, for consent."""


@dataclass(frozen=True)
class Entry:
    """One file to import, and what is said of it."""

    path: str
    """Inside the folder, with forward slashes."""
    painter: str
    title: str
    rights: RightsRecord
    year: str = ""
    sha256: str = ""
    """What the manifest says the file's bytes hash to; empty where it does not say."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Further columns."""


def entries_by_name(folder: Path, rights: RightsRecord) -> list[Entry]:
    """Every file below `folder`: the painter is its folder's name, the title its own name."""
    entries = []
    for path in files_below(folder):
        parts = PurePosixPath(path)
        painter = parts.parent.name or folder.resolve().name
        entries.append(Entry(path=path, painter=painter, title=parts.stem, rights=rights))
    return entries


def files_below(folder: Path) -> list[str]:
    """Paths of all files inside `folder`, sorted, without hidden ones."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "."]
        inside = Path(place).relative_to(folder)
        found += [(inside / name).as_posix() for name in names if name[0] != "."]
    return sorted(found)


def read_manifest(manifest: Path, folder: Path, default: RightsRecord | None = None) -> list[Entry]:
    """The entries of a CSV file whose paths are inside `folder`.

    `default` stands in where a row says nothing of rights. Raises ManifestError.
    """
    (_, header), *rows = _lines(manifest)
    names = _names(header, default)
    problems: list[str] = []
    entries: list[Entry] = []
    first: dict[str, int] = {}
    for line, cells in rows:
        try:
            entry = _entry(_cells(names, cells), manifest.parent, default)
            _check_path(entry.path, folder)
            if entry.path in first:
                raise ValueError(f"“{entry.path}” stands on line {first[entry.path]} already.")
        except ValueError as problem:
            problems.append(f"Line {line}: {problem}")
            continue
        first[entry.path] = line
        entries.append(entry)
    if problems:
        raise ManifestError(problems)
    return entries


def _lines(manifest: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it starts on: the header and one at least."""
    text = _text(manifest)
    header = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True
    )
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise ManifestError([f"Line {start}: this is not CSV ({error})."]) from None
    if len(lines) < 2:
        raise ManifestError([f"The manifest {manifest} needs a line of column names and rows."])
    return lines


def _text(manifest: Path) -> str:
    try:
        data = manifest.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ManifestError(
            [f"The manifest {manifest} cannot be read: {error.strerror}."]
        ) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ManifestError(
            [f"Line {line}: this is not UTF-8; save the manifest as “CSV UTF-8” and try again."]
        ) from None


def _names(header: list[str], default: RightsRecord | None) -> list[str]:
    """Our name of each column, or its own; raises ManifestError where one is missing or double."""
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    names = [known.get(cell.strip().lower(), cell.strip()) for cell in header]
    problems = [
        f"Line 1: the column “{name}” is missing."
        for name in ("path", "painter")
        if name not in names
    ]
    if default is None and not {"rights", "licence"} & set(names):
        problems.append(
            "Line 1: a column “rights” or “licence” is missing; add it, or give --rights for all."
        )
    problems += [
        f"Line 1: there are two columns “{name}”." for name in COLUMNS if names.count(name) > 1
    ]
    if problems:
        raise ManifestError(problems)
    return names


def _cells(names: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) > len(names):
        raise ValueError(
            f"{len(cells)} cells for {len(names)} columns; put text with commas in quotes."
        )
    if any(ord(letter) < 32 and letter not in "\t\n\r" for cell in cells for letter in cell):
        raise ValueError("there is a control character in it.")
    return dict(zip(names, (cell.strip() for cell in cells), strict=False))


def _entry(row: Mapping[str, str], place: Path, default: RightsRecord | None) -> Entry:
    if not row.get("path"):
        raise ValueError("the path is empty.")
    path = PurePosixPath(row["path"].replace("\\", "/")).as_posix()
    if not row.get("painter"):
        raise ValueError("the painter is empty.")
    return Entry(
        path=path,
        painter=row["painter"],
        title=row.get("title") or PurePosixPath(path).stem,
        rights=_rights(row, place, default),
        year=row.get("year", ""),
        sha256=row.get("sha256", "").lower(),
        columns={name: text for name, text in row.items() if name not in COLUMNS and name and text},
    )


def _rights(row: Mapping[str, str], place: Path, default: RightsRecord | None) -> RightsRecord:
    """From the columns rights, licence, statement and consent_document.

    `rights` holds a kind, and may hold the statement after a colon; so may `licence`
    (“public domain: painter died 1900”), which otherwise is the name of a licence.
    """
    kind, statement = _kind(row)
    statement = row.get("statement") or statement
    if not kind:
        if default is None:
            raise ValueError("it says nothing of rights.")
        return default
    if not statement:
        raise ValueError(
            "the rights need a reason: fill in “statement”, or write it after a colon"
            " (public domain: painter died 1900)."
        )
    consent = _consent(row.get("consent", ""), place) if kind == Rights.CONSENT else None
    return RightsRecord(kind, statement, consent)


def _kind(row: Mapping[str, str]) -> tuple[str, str]:
    """The kind of right and what stands after the colon; both empty where nothing is said."""
    rights, licence = row.get("rights", ""), row.get("licence", "")
    word, _, after = (rights or licence).partition(":")
    kind = word.strip().lower().replace(" ", "_").replace("license", "licence")
    if kind in Rights.values:
        return kind, after.strip() or (licence if rights else "")
    if rights:
        raise ValueError(f"unknown rights “{rights}”; write one of: {', '.join(Rights.values)}.")
    return (Rights.LICENCE.value, licence) if licence else ("", "")


def _consent(name: str, place: Path) -> Path:
    if not name:
        raise ValueError("consent needs its document: name it in “consent_document”.")
    document = (place / name).resolve()
    if not document.is_relative_to(place.resolve()):
        raise ValueError(f"the consent document “{name}” lies outside of the manifest's folder.")
    if not document.is_file():
        raise ValueError(f"the consent document “{name}” is missing.")
    return document


def _check_path(path: str, folder: Path) -> None:
    """Lexically inside and there; where links lead is looked at when the file is read."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"“{path}” leads out of the folder.")
    if not os.path.lexists(folder / path):
        raise ValueError(f"“{path}” is missing in {folder}.")
