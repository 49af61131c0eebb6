"""What a report says of the study itself: what was asked, of whom, and what changed since. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pandas import DataFrame

from evaluation.groups import groups
from evaluation.ratings import usable


@dataclass(frozen=True)
class Asked:
    """One question as raters read it."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    """The points of its scale, from the lowest; or the answers as they were shown."""
    hint: str = ""
    numbered: bool = True
    """Whether the answers are points of a scale."""


@dataclass(frozen=True)
class Amendment:
    """What changed after the launch, when and why, and the answers on either side of it."""

    at: str
    """ISO 8601, UTC"""
    what: str
    reason: str
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class Passage:
    """A part of the methods section."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """All of it. Empty fields are left out of the report, or filled from the table of answers."""

    asked: tuple[Asked, ...] = ()
    trial: str = ""
    """What one screen asks, as a heading."""
    seen: tuple[str, ...] = ()
    """What raters saw, a sentence each."""
    recruited: str = ""
    """How raters were found."""
    launched: bool = False
    """Whether there is a launch that something could have changed after."""
    amendments: tuple[Amendment, ...] = ()
    methods: tuple[Passage, ...] = ()
    papers: tuple[Mapping[str, str], ...] = field(default=())
    """References: key, text, bibtex."""

    def document(self, ratings: DataFrame) -> dict[str, Any]:
        """Plain JSON values, with what the table itself says."""
        asked = self.asked or _from_table(ratings)
        return {
            "asked": [{**asdict(each), "labels": list(each.labels)} for each in asked],
            "trial": self.trial,
            "seen": list(self.seen),
            "whom": [_whom(group.population, group.simulated, group.ratings, self.recruited)
                     for group in groups(ratings)],
            "launched": self.launched,
            "amendments": [asdict(each) for each in self.amendments],
            "methods": [
                {"heading": each.heading, "sentences": list(each.sentences)}
                for each in self.methods
            ],
            "papers": [dict(paper) for paper in self.papers],
        }  # fmt: skip


def _from_table(ratings: DataFrame) -> Sequence[Asked]:
    """Questions by name, with the words of their points where every point has one wording."""
    return [
        Asked(str(name), str(name).replace("_", " ").capitalize(), _labels(part))
        for name, part in ratings.groupby("question", sort=True)
    ]


def _labels(part: DataFrame) -> tuple[str, ...]:
    said = part[part["value"].notna() & (part["answer"] != "")]
    words = said.groupby("value")["answer"].unique()
    if len(words) != part["scale"].max() or any(len(each) > 1 for each in words):
        return ()
    labels = tuple(str(each[0]) for each in words)
    return () if all(label.replace(".", "").isdigit() for label in labels) else labels


def _whom(population: str, simulated: bool, ratings: DataFrame, recruited: str) -> dict[str, Any]:
    counted = usable(ratings)
    return {
        "population": population,
        "simulated": simulated,
        "raters": int(ratings["participant"].nunique()),
        "answers": len(counted),
        "counted": int(counted["participant"].nunique()),
        "recruited": "made up by a program" if simulated else recruited,
    }
