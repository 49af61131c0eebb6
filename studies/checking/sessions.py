"""What one participant did in a study, as checks read it: plain values, no database. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Expected = Mapping[str, Sequence[int | str]]
"""Question → every answer that is right: points of a scale, names of slots, `not_sure`."""

Portfolio = Literal["", "none", "waiting", "accepted", "declined"]
"""Not asked, asked and not shown, shown, looked at by a person."""


@dataclass(frozen=True)
class Reply:
    """The answer to one question, as it is stored."""

    answer: str = ""
    value: int | None = None
    scale: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def is_one_of(self, right: Iterable[int | str]) -> bool:
        """Whether it is among the right answers; “I cannot tell” never is."""
        known = set(right)
        if self.details.get("not_sure"):
            return "not_sure" in known
        return self.value in known or self.details.get("chosen") in known


@dataclass(frozen=True)
class Judged:
    """One answered screen."""

    position: int
    item: int
    replies: Mapping[str, Reply] = field(default_factory=dict)
    part: str = ""
    practice: bool = False
    repeat: int = 0
    gold: str = ""
    """The check that placed it, where the right answer is known."""
    expected: Expected = field(default_factory=dict)
    rt_ms: int | None = None
    """Milliseconds from the pictures being there until the answer was sent."""
    order: tuple[str, ...] = ()
    """Slots as they stood on the screen."""
    viewing: Mapping[str, Any] = field(default_factory=dict)
    """What the browser told of looking; empty where it told nothing."""

    @property
    def counts(self) -> bool:
        """Whether it is about what the study studies: no practice, no known answer, no repeat."""
        return not (self.practice or self.gold or self.repeat)

    @property
    def right(self) -> bool:
        """Whether every question of this screen whose answer is known was answered rightly."""
        asked = [name for name in self.replies if name in self.expected]
        return all(self.replies[name].is_one_of(self.expected[name]) for name in asked)


@dataclass(frozen=True)
class Attempt:
    """One try at questions with known answers, before the trials."""

    number: int
    right: int
    asked: int
    passed: bool


@dataclass(frozen=True)
class Session:
    """Everything that checks know of a participant."""

    trials: Sequence[Judged] = ()
    """Answered ones, in the order of their positions."""
    ended: bool = False
    """Whether no more answers are to come: finished, or the place was given back."""
    about: Mapping[str, str] = field(default_factory=dict)
    """Question about the person → answer."""
    attempts: Mapping[str, Sequence[Attempt]] = field(default_factory=dict)
    """Check → tries at its questions."""
    same_browser: Sequence[str] = ()
    """Pseudonyms of earlier participants of this study who came with the same browser."""
    trapped: Sequence[int] = ()
    """Positions of the screens whose hidden field was filled in."""
    portfolio: Portfolio = ""
    population: str = ""

    @property
    def counted(self) -> list[Judged]:
        """Answered screens about what is studied."""
        return [trial for trial in self.trials if trial.counts]

    def gold(self, check: str) -> list[Judged]:
        """Answered screens that a check placed."""
        return [t for t in self.trials if t.gold == check and not t.practice]


@dataclass(frozen=True)
class Verdict:
    """What a check found in a session."""

    failed: bool
    sentence: str
    """What was found, in one sentence with its numbers, for researchers."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """The same as plain JSON values."""
    failures: int = 0
    """Failed attention checks in it, as panels count them; 0 for anything else."""
