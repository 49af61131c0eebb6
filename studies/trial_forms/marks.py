"""Places that a rater marked in a picture: how many there may be, and how they arrive. Pure.

A place is a point, x and y, as shares of the picture's width and height from its upper left corner:
[0, 1], so that it means the same whatever the size at which the picture was shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from studies.live.answers import IncompleteAnswer

FIELD = "marks"
"""Of the form, and of what is stored with the answer."""
LONGEST = 4_000
"""Characters of JSON; 50 marks have about 1,000."""
DIGITS = 4
"""Decimals that are kept: a tenth of a pixel of a picture 1,000 pixels wide."""

Place = tuple[float, float]


@dataclass(frozen=True)
class Marking:
    """What may be marked in a trial."""

    slot: str
    """The picture."""
    question: str
    """The question with whose answer the marks are stored."""
    most: int
    radius: float
    """Of the ring that is drawn around a mark, as a share of the picture's shorter side."""

    @property
    def percent(self) -> str:
        """The radius in per cent, as a page's script reads it."""
        return f"{100 * self.radius:g}"


def marking_of(kind: object) -> Marking | None:
    """What may be marked in trials of this kind; None where nothing may."""
    found = getattr(kind, "marking", None)
    return found if isinstance(found, Marking) else None


def read_marks(marking: Marking | None, given: Mapping[str, object]) -> dict[str, Any]:
    """`given["marks"]` (JSON: [[x, y], …]) as what is stored; `{}` where nothing could be marked.

    Also `{}` where the field is empty, as a browser without scripts sends it: nothing is known
    then, while `[]` is a rater who marked nothing. Raises IncompleteAnswer for anything that a page
    does not send: too many marks, places outside the picture.
    """
    text = str(given.get(FIELD, ""))
    if marking is None or not text:
        return {}
    try:
        places: Any = json.loads(text) if len(text) <= LONGEST else None
        marks = [_place(x, y) for x, y in places]
    except (TypeError, ValueError, RecursionError) as error:
        raise IncompleteAnswer((FIELD,)) from error
    if len(marks) > marking.most:
        raise IncompleteAnswer((FIELD,))
    return {FIELD: [list(mark) for mark in marks]}


def _place(x: object, y: object) -> Place:
    if not all(type(share) in (int, float) for share in (x, y)):
        raise ValueError("a place is two numbers")
    shares = float(str(x)), float(str(y))
    if not all(isfinite(share) and 0 <= share <= 1 for share in shares):
        raise ValueError("a place lies inside the picture")
    return round(shares[0], DIGITS), round(shares[1], DIGITS)
