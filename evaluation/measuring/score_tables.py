"""Scores from elsewhere: a CSV of what other programs say of a study's pictures, checked. Pure.

Lines are counted as a text editor does: the head is line 1. Either every line can be taken over, or
it is said what is wrong with each; nothing is repaired in silence.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isnan
from pathlib import PurePosixPath

from config import csv_text
from evaluation.choices import taken_apart
from evaluation.measuring.measurements import LARGEST, LOWER, directed
from evaluation.metrics import METRICS
from evaluation.words import counted, listed

KEYS = ("item", "image", "file")
NEEDED = ("metric", "value")
DIRECTIONS = ("higher", "lower")
LONGEST_NAME = 50
SHORTEST = 12
"""Digits of a sha256 that name a picture."""
_HEX = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")
_RESERVED = ("calibrated", "calibrated_psr")

Known = Mapping[str, Sequence[str]]
"""Item → the sha256s of its judged pictures."""


@dataclass(frozen=True)
class Problem:
    """A line that cannot be taken over, and why; line 0 is about the whole file."""

    line: int
    said: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.said}" if self.line else self.said


@dataclass(frozen=True)
class Score:
    """A line that was matched: of an item, or of one picture of it where `picture` is not empty."""

    line: int
    item: str
    picture: str
    metric: str
    value: float


@dataclass(frozen=True)
class Scores:
    """What a file says, and what of it cannot be used."""

    scores: tuple[Score, ...] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    """metric, as it is called in plans and tables, → higher or lower"""
    unknown: tuple[Problem, ...] = ()
    """lines that name nothing in this study; the rest may be taken over without them"""
    problems: tuple[Problem, ...] = ()
    """lines that are wrong in themselves: nothing can be taken over"""
    unread: tuple[str, ...] = ()
    """columns that are not looked at"""


@dataclass(frozen=True)
class Coverage:
    """How many items a metric of a file has whole, and which it lacks."""

    metric: str
    direction: str
    scored: int
    of: int
    lacking: tuple[str, ...]

    @property
    def said(self) -> str:
        """“10 of 12 items; not item-0003, item-0007”"""
        first = f"{self.scored} of {counted(self.of, 'item')}"
        if not self.lacking:
            return first
        named = list(self.lacking[:5])
        rest = len(self.lacking) - len(named)
        return f"{first}; not {listed([*named, *([f'{rest} more'] if rest else [])])}"


def read(text: str, known: Known, direction: str = "higher") -> Scores:
    """The lines of a CSV, matched with the items of a study.

    `direction` holds where the file has no column of that name.
    """
    try:
        named, lines = csv_text.split(text)
    except ValueError as error:
        return Scores(problems=(Problem(0, str(error)),))
    head = [name.casefold() for name in named]
    missing = _missing(head)
    if missing:
        return Scores(problems=(Problem(0, missing),))
    return _Reading(known, direction, head).read(lines)


def coverage(found: Scores, known: Known) -> list[Coverage]:
    """For each metric of a file, in the order of names."""
    there: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for score in found.scores:
        there[score.metric][score.item].add(score.picture)
    return [
        Coverage(
            metric,
            found.directions[metric],
            len(known) - len(lacking := tuple(_lacking(items, known))),
            len(known),
            lacking,
        )
        for metric, items in sorted(there.items())
    ]


def means(found: Iterable[Score], known: Known) -> dict[tuple[str, str], float]:
    """(item, metric) → the item's score, or the mean over its pictures where all have one."""
    values: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for score in found:
        values[score.item, score.metric][score.picture] = score.value
    whole: dict[tuple[str, str], float] = {}
    for (item, metric), pictures in values.items():
        due = [""] if "" in pictures else list(known.get(item, ()))
        if due and set(due) <= set(pictures):
            whole[item, metric] = sum(pictures[picture] for picture in due) / len(due)
    return whole


def _lacking(items: Mapping[str, set[str]], known: Known) -> Iterator[str]:
    for item, pictures in known.items():
        if "" not in items.get(item, ()) and not set(pictures) <= items.get(item, set()):
            yield item


def _missing(head: Sequence[str]) -> str:
    has = f"this file has {listed([f'“{name}”' for name in head])}"
    twice = [name for name, count in Counter(head).items() if count > 1 and name]
    if twice:
        return f"The column “{twice[0]}” is there twice: keep one."
    lacking = [f"“{name}”" for name in NEEDED if name not in head]
    if lacking:
        word = "column" if len(lacking) == 1 else "columns"
        return f"The {word} {listed(lacking)} must be in the first line; {has}."
    if not set(KEYS) & set(head):
        return (
            "A column must say what a line is about: “item” (item-0007), “image” (the sha256 of a"
            f" picture or its first {SHORTEST} digits) or “file” (the name of a file called after"
            f" one of these); {has}."
        )
    return ""


@dataclass
class _Reading:
    """One pass over the lines of a file."""

    known: Known
    direction: str
    head: Sequence[str]

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self.unknown: list[Problem] = []
        self.scores: list[Score] = []
        self.directions: dict[str, str] = {}
        self.said: dict[str, str] = {}
        self.first: dict[tuple[str, str, str], int] = {}
        self.kinds: dict[tuple[str, str], tuple[bool, int]] = {}
        self.showing: dict[str, list[str]] = defaultdict(list)
        self.short: dict[str, set[str]] = defaultdict(set)
        for item, pictures in self.known.items():
            for picture in pictures:
                self.showing[picture].append(item)
                self.short[picture[:SHORTEST]].add(picture)

    def read(self, lines: Sequence[tuple[int, list[str]]]) -> Scores:
        for line, cells in lines:
            try:
                self._line(line, cells)
            except ValueError as error:
                self.problems.append(Problem(line, str(error)))
        if not lines:
            self.problems.append(Problem(0, "The file has a head and no line below it."))
        elif not self.scores and not self.problems:
            said = "No line names an item or a picture of this study: is it another study's file?"
            self.problems.append(Problem(0, said))
        read = {*KEYS, *NEEDED, "direction"}
        return Scores(
            tuple(self.scores),
            self.directions,
            tuple(self.unknown),
            tuple(self.problems),
            tuple(name for name in self.head if name and name not in read),
        )

    def _line(self, line: int, cells: Sequence[str]) -> None:
        if len(cells) != len(self.head):
            raise ValueError(
                f"{counted(len(cells), 'cell')}, where the head has {len(self.head)} columns."
            )
        row = dict(zip(self.head, (cell.strip() for cell in cells), strict=True))
        own, value = _metric(row["metric"]), _value(row["value"])
        direction = self._direction(own, row.get("direction", ""))
        metric = directed(own, direction)
        places = self._places(line, row)
        for item, picture in places:
            self._once(line, item, picture, metric)
            self.scores.append(Score(line, item, picture, metric, value))
        if places:
            self.directions[metric] = direction

    def _direction(self, metric: str, written: str) -> str:
        said = written.casefold() or ("lower" if metric.endswith(LOWER) else self.direction)
        if said not in DIRECTIONS:
            raise ValueError(f"the direction “{written}” is neither “higher” nor “lower”.")
        before = self.said.setdefault(metric, said)
        if before != said:
            raise ValueError(f"{metric} is better {said} here, and better {before} further up.")
        return said

    def _places(self, line: int, row: Mapping[str, str]) -> list[tuple[str, str]]:
        """(item, picture) that a line is about; none where this study has nothing of the kind."""
        keys = {name: row[name] for name in KEYS if row.get(name)}
        if not keys:
            raise ValueError("it names neither an item nor a picture.")
        found = [set(self._meant(key)) for key in keys.values()]
        if not all(found):
            name, key = next(pair for pair, places in zip(keys.items(), found, strict=True)
                             if not places)  # fmt: skip
            said = f"“{key}” ({name}) is no item and no judged picture of this study."
            self.unknown.append(Problem(line, said))
            return []
        items = set.intersection(*({item for item, _ in places} for places in found))
        pictures = {picture for places in found for _, picture in places if picture}
        if not items or len(pictures) > 1:
            raise ValueError(f"{listed([f'“{key}”' for key in keys.values()])} are not one thing.")
        picture = next(iter(pictures), "")
        return [(item, picture) for item in sorted(items)]

    def _meant(self, key: str) -> list[tuple[str, str]]:
        """What a key is of: an item, or every item that shows the picture so called."""
        stem = PurePosixPath(key.replace("\\", "/")).name
        for name in (stem, stem.rpartition(".")[0]):
            if name in self.known:
                return [(name, "")]
            if _HEX.fullmatch(name.casefold()):
                begins = self.short[name.casefold()[:SHORTEST]]
                there = [sha for sha in begins if sha.startswith(name.casefold())]
                if len(there) > 1:
                    raise ValueError(f"“{key}” is the beginning of {len(there)} pictures.")
                return [(item, sha) for sha in there for item in self.showing[sha]]
        return []

    def _once(self, line: int, item: str, picture: str, metric: str) -> None:
        before = self.first.setdefault((item, picture, metric), line)
        of = f"{item} ({picture[:SHORTEST]})" if picture else item
        if before != line:
            raise ValueError(f"{metric} of {of} is given a second time (first in line {before}).")
        kind, earlier = self.kinds.setdefault((item, metric), (bool(picture), line))
        if kind != bool(picture):
            raise ValueError(
                f"{metric} of {item} is given for the whole item and for single pictures (line"
                f" {earlier}): keep one kind."
            )


def _metric(name: str) -> str:
    """A name that none of our metrics has."""
    if not name:
        raise ValueError("it names no metric.")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a metric's name has up to {LONGEST_NAME} printable characters.")
    own = taken_apart(name)[0]
    if own in METRICS or own.partition(":")[0] in _RESERVED:
        raise ValueError(
            f"“{name}” is a name of Connoisseur's own: give the scores another, such as “my_{own}”."
        )
    return name


def _value(written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        value = float("nan")
    if isnan(value) or value == -inf:
        shown = f"“{written}” is no number" if written else "the value is missing"
        raise ValueError(
            f"{shown}; write inf for an infinite one, and leave out lines of what was not scored."
        )
    if LARGEST < abs(value) < inf:
        raise ValueError(f"{written} is too large: scores lie within ±{LARGEST:g}.")
    return value
