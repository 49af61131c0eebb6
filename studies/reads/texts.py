"""What the page of free texts shows: passages in their context, looks, and decisions so far."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from studies.models import Response, Study, TextDecision, TextLook
from studies.rights.passages import KEPT, RELEASED, STATES, Passage
from studies.rights.texts import Line, text_of, text_questions, written

CONTEXT = 160
"""Characters beside a passage; what is farther away is left out where not the whole is shown."""
MARKS, MARKS_OF_WHOLE = 10, 400
"""Passages of one text that the list shows, and that its own page shows: forms have an end."""
CHOSEN = {KEPT: "keep", RELEASED: "release"}


@dataclass(frozen=True)
class Piece:
    """A part of a text: plain, or a passage, or “…” where something is left out."""

    text: str
    marked: bool = False
    left_out: bool = False


@dataclass(frozen=True)
class Mark:
    """A passage with its form field and the latest decision about it."""

    passage: Passage
    words: str
    field: str
    chosen: str
    decision: TextDecision | None

    @property
    def says(self) -> str:
        """Its state in words."""
        return STATES[self.passage.state]


@dataclass(frozen=True)
class Shown:
    """One text on the page."""

    response: Response
    pieces: Sequence[Piece]
    marks: Sequence[Mark]
    further: int
    """Passages that are not shown here."""
    length: int
    looks: int
    last_look: datetime | None
    whole: bool
    more: str = ""
    """What was typed to be masked as well, where the page is shown again."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at: as it leaves, or as it was written; in part or whole."""

    revealed: bool = False
    whole: bool = False


def shown(study: Study, lines: Sequence[Line], look: Look, sent: Mapping[str, Any]) -> list[Shown]:
    """The texts of these lines in their order. Four queries, however many there are."""
    keys, questions = [line.response for line in lines], text_questions(study)
    rows = written(study).filter(pk__in=keys).select_related("participant", "trial")
    known = {row.pk: row for row in rows}
    decisions = {
        (row.response_id, row.start, row.end): row
        for row in TextDecision.objects.filter(response__in=keys).select_related("actor")
    }
    looked = _looks(keys)
    return [
        _shown(line, row, text_of(row, questions), decisions, looked.get(row.pk), look, sent)
        for line in lines
        if (row := known.get(line.response))
    ]


def plain(text: str) -> str:
    """The text with characters that cannot be seen, or turn its direction, written out."""
    return "".join(_visible(letter) for letter in text)


def _visible(letter: str) -> str:
    hidden = unicodedata.category(letter) in {"Cc", "Cf", "Cs"} and letter not in "\n\t\u200d"
    return f"⟨U+{ord(letter):04X}⟩" if hidden else letter


def _looks(keys: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    rows = TextLook.objects.filter(response__in=keys).order_by().values_list("response")
    counted = rows.annotate(number=Count("pk"), last=Max("at"))
    return {key: (number, last) for key, number, last in counted}


def _shown(
    line: Line,
    row: Response,
    text: str,
    decisions: Mapping[tuple[int, int, int], TextDecision],
    looked: tuple[int, datetime] | None,
    look: Look,
    sent: Mapping[str, Any],
) -> Shown:
    most = MARKS_OF_WHOLE if look.whole else MARKS
    some = line.passages[:most]
    end = len(text) if len(some) == len(line.passages) else line.passages[most].start
    masked = some if look.revealed else [p for p in some if p.masks]
    parts = list(_parts(text[:end], masked, look.revealed))
    marks = [_mark(row, text, passage, decisions, look, sent) for passage in some]
    return Shown(
        response=row,
        pieces=parts if look.whole else list(_shortened(parts)),
        marks=marks,
        further=len(line.passages) - len(some),
        length=len(text),
        looks=looked[0] if looked else 0,
        last_look=looked[1] if looked else None,
        whole=look.whole,
        more=str(sent.get(f"more-{row.pk}", "")),
    )


def _mark(
    row: Response,
    text: str,
    passage: Passage,
    decisions: Mapping[tuple[int, int, int], TextDecision],
    look: Look,
    sent: Mapping[str, Any],
) -> Mark:
    field = f"p-{row.pk}-{passage.start}-{passage.end}"
    clear = look.revealed or not passage.masks
    words = plain(text[passage.start : passage.end][:CONTEXT]) if clear else f"[{passage.label}]"
    chosen = str(sent.get(field, CHOSEN.get(passage.state, "")))
    return Mark(passage, words, field, chosen, decisions.get((row.pk, passage.start, passage.end)))


def _parts(text: str, among: Iterable[Passage], revealed: bool) -> Iterator[Piece]:
    """The text in pieces; of passages that overlap the later one goes on where the first ended."""
    end = 0
    for passage in among:
        if passage.end <= end:
            continue
        start = max(passage.start, end)
        if start > end:
            yield Piece(plain(text[end:start]))
        words = plain(text[start : passage.end]) if revealed else f"[{passage.label}]"
        yield Piece(words, marked=True)
        end = passage.end
    if end < len(text):
        yield Piece(plain(text[end:]))


def _shortened(parts: Sequence[Piece]) -> Iterator[Piece]:
    """The same with what is far from a passage left out."""
    last = len(parts) - 1
    for place, piece in enumerate(parts):
        before = CONTEXT if place > 0 or last == 0 else 0
        after = CONTEXT if place < last else 0
        if len(piece.text) <= before + after + CONTEXT:
            yield piece
            continue
        if piece.marked:
            yield Piece(piece.text[:CONTEXT], marked=True)
            yield Piece("…", left_out=True)
            continue
        yield Piece(piece.text[:before])
        yield Piece("…", left_out=True)
        yield Piece(piece.text[len(piece.text) - after :])


def last_looks(study: Study, number: int = 10) -> Sequence[Mapping[str, Any]]:
    """Who had texts shown, and how many at once, newest first."""
    rows = TextLook.objects.filter(response__participant__study=study).order_by()
    counted = rows.values("actor__username", "at__date", "at__hour", "at__minute")
    return list(counted.annotate(texts=Count("pk"), last=Max("at")).order_by("-last")[:number])
