"""Runs the examples of a page: blocks of Python, each followed by what it prints.

    python -m tests.pages docs/statistics/psr.md        # writes what they print into the page

A page's blocks share their names from top to bottom, as they do for a reader who pastes them.
"""

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n?^```text\n(.*?)^```\n)?", re.M | re.S)


@dataclass(frozen=True)
class Example:
    """A block of code, and what the page says that it prints."""

    line: int
    code: str
    said: str
    span: tuple[int, int]


def examples(page: str) -> Iterator[Example]:
    for found in BLOCK.finditer(page):
        line = page.count("\n", 0, found.start()) + 2
        yield Example(line, found[1], found[2] or "", found.span())


def printed(example: Example, names: dict[str, Any], file: str) -> str:
    """What the block prints; `names` grow by what it defines."""
    out = io.StringIO()
    code = compile("\n" * (example.line - 1) + example.code, file, "exec")
    with contextlib.redirect_stdout(out):
        exec(code, names)
    return out.getvalue()


def rewritten(page: str, file: str) -> str:
    """The page with what its blocks print now."""
    names: dict[str, Any] = {"__name__": "page"}
    parts, at = [], 0
    for example in examples(page):
        found = printed(example, names, file)
        block = f"```python\n{example.code}```\n" + (f"\n```text\n{found}```\n" if found else "")
        parts += [page[at : example.span[0]], block]
        at = example.span[1]
    return "".join([*parts, page[at:]])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(rewritten(path.read_text(), name))
