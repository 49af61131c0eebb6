"""What may not stand in plain view of a rater: names of conditions, recipes, files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studies.models import Stimulus, Study

SHORTEST = 4
"""Letters; shorter names are found by the statistics, where they tell anything."""


@dataclass(frozen=True)
class Secrets:
    """Hashes are looked for anywhere, names as whole words, in any case."""

    hashes: frozenset[str]
    names: frozenset[str]

    def found_in(self, text: str) -> Iterator[str]:
        """Those that stand in a text."""
        for found in set(re.findall(r"[0-9a-f]{64}", text)):
            if found in self.hashes:
                yield found
        words = set(re.findall(r"\w+", text.lower()))
        lowered = text.lower()
        for name in self.names:
            if set(re.findall(r"\w+", name)) <= words and name in lowered:
                yield name


def secrets_of(study: Study) -> Secrets:
    """Of a launched study: levels of conditions, keys of recipes and files, titles of artworks."""
    hashes: set[str] = set()
    rows = Stimulus.objects.filter(item__study=study)
    for row in rows.values_list("recipe", "image", "rendition_sha256"):
        hashes |= {value for value in row if value}
    levels = {
        str(level)
        for cell in study.conditions.values_list("levels", flat=True)
        for factor, level in cell.items()
        if factor != "artist"
    }
    columns = ("item__artwork__title", "item__artwork__source_name")
    titles = {text for row in rows.values_list(*columns) for text in row if text}
    names = {text.lower() for text in levels | titles}
    return Secrets(
        frozenset(hashes),
        frozenset(name for name in names if len(name) >= SHORTEST and not _is_number(name)),
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\d./e-]+", text) is not None
