"""Passages of a free text: found by patterns or marked by a person, and what leaves. Pure.

A passage is masked until a person releases that very passage. Where a masked passage and a released
one overlap, what is masked stays masked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from studies.rights.free_text import LABELS, Span

REMOVED = "removed"
"""Stands in brackets where a person, and no pattern, found something."""
OPEN, KEPT, RELEASED, BY_HAND = "open", "kept", "released", "by hand"
STATES = {
    OPEN: "masked, nobody has decided",
    KEPT: "masked, and stays so",
    RELEASED: "released",
    BY_HAND: "masked by hand",
}
DECIDED = {"keep": KEPT, "release": RELEASED, "mask": BY_HAND}
"""Decision → state."""

Place = tuple[int, int]
"""Start and end of a passage in its text."""


@dataclass(frozen=True)
class Passage:
    """The characters from `start` up to, not including, `end`; `state` is one of `STATES`."""

    start: int
    end: int
    label: str
    state: str

    @property
    def masks(self) -> bool:
        """Whether the label leaves in the place of the words."""
        return self.state != RELEASED


def passages(found: Iterable[Span], decided: Mapping[Place, str]) -> tuple[Passage, ...]:
    """All passages in the order of the text; `decided` is the latest decision about each place.

    A place that patterns find no more stays as it was decided.
    """
    labels = {(span.start, span.end): span.label for span in found}
    return tuple(
        Passage(*place, labels.get(place, REMOVED), DECIDED.get(decided.get(place, ""), OPEN))
        for place in sorted({*labels, *decided})
    )


def left(text: str, among: Sequence[Passage]) -> str:
    """The text as it leaves the study: `[e-mail]` and the like where a passage is masked."""
    parts, end = [], 0
    for start, stop, label in _covered(among):
        parts += [text[end:start], f"[{label}]"]
        end = stop
    return "".join([*parts, text[end:]])


def masking(among: Sequence[Passage]) -> str:
    """“masked”, “released”, both with a comma, or “” where nothing was found."""
    states = {"masked" if passage.masks else "released" for passage in among}
    return ", ".join(sorted(states))


def _covered(among: Sequence[Passage]) -> Iterator[tuple[int, int, str]]:
    """Start, end and label of what is masked; what overlaps is one."""
    merged: list[tuple[int, int, str]] = []
    for passage in sorted((p for p in among if p.masks), key=lambda p: (p.start, p.end)):
        if merged and passage.start < merged[-1][1]:
            start, end, label = merged.pop()
            first = min(label, passage.label, key=(*LABELS, REMOVED).index)
            merged.append((start, max(end, passage.end), first))
        else:
            merged.append((passage.start, passage.end, passage.label))
    yield from merged
