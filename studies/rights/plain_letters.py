"""A text as eyes read it: what patterns look at, and where each letter stood. Pure.

Letters that cannot be seen, wide or ornamental ones and accents that are typed apart would hide a
name or an address from every pattern, though every reader sees it.
"""

import re
import unicodedata
from dataclasses import dataclass

CLUSTER = re.compile(r".[\u0300-\u036f\u064b-\u065f\u0670]*", re.DOTALL)
"""A letter with the accents, or the Arabic vowel signs, that stand on it."""
UNSEEN = {"Cf", "Mn"}
"""Unicode categories of letters without width, and of marks that join no letter."""


@dataclass(frozen=True)
class Plain:
    """A text in plain letters; `places` has start and end in the written text for each of them."""

    text: str
    places: tuple[tuple[int, int], ...]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Where a passage of the plain text, of one letter or more, stood as it was written."""
        return self.places[start][0], self.places[end - 1][1]


def plain(written: str) -> Plain:
    """The text without what cannot be seen, in the plainest form of each letter."""
    letters, places = list[str](), list[tuple[int, int]]()
    for cluster in CLUSTER.finditer(written):
        for letter in unicodedata.normalize("NFKC", cluster.group()):
            if unicodedata.category(letter) not in UNSEEN:
                letters.append(letter)
                places.append(cluster.span())
    return Plain("".join(letters), tuple(places))
