"""Tables as people save them: which encoding, which separator, which line is wrong. Pure."""

import csv
import io
import re
from collections.abc import Sequence

MOST_LINES = 200_000
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
FORMULA = re.compile(r"[\t\r\n]|[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet may run, also behind blanks, which it drops as it reads, and
in the wide letters of East Asian keyboards."""

Line = tuple[int, list[str]]
"""A line's number, as a text editor counts, and its cells."""


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 that says so, as Excel saves “Unicode text”.

    Raises ValueError with a sentence.
    """
    encoding = BOMS.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError("is no text in UTF-8: save it as CSV in UTF-8") from error
    if "\x00" in text:  # which no database keeps in a text
        raise ValueError("is no text: save the table as CSV in UTF-8")
    return text


def split(text: str, most: int | None = MOST_LINES) -> tuple[list[str], Sequence[Line]]:
    """Head and numbered lines, empty ones left out; by commas, semicolons or tabs, whichever the
    head has most of. Raises ValueError with a sentence."""
    text = text.lstrip("\ufeff")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValueError(f"Line {reader.line_num} cannot be read as CSV ({error}).") from error
    if not rows:
        raise ValueError("The file is empty: it needs a head with the columns' names.")
    if most is not None and len(rows) > most:
        raise ValueError(f"The file has more than {most} lines: give it in parts.")
    return [name.strip() for name in rows[0][1]], rows[1:]


def no_formula(text: str) -> str:
    """The text as spreadsheets may have it: what they would run is led by an apostrophe."""
    return f"'{text}" if FORMULA.match(text) else text
