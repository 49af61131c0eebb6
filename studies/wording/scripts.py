"""Sentences in the scripts of participants' pages: `phrase("…")` in static/rater. Pure."""

import re
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "static" / "rater"
SAID = re.compile(r'\bphrase\(\s*"((?:[^"\\]|\\.)*)"')
"""A call of `phrase` from words.js; scripts write its text in double quotes."""


@lru_cache
def sentences() -> tuple[str, ...]:
    """All of them, in the order of the files."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js")))
    return tuple(dict.fromkeys(found for text in texts for found in SAID.findall(text)))
