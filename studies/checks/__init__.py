"""Checks: what stands around the trials, what is mixed in with them, and what answers are held to.

A check may ask about the person, bring practice, examine before the trials, place items whose
answer is known, repeat items, and say what it finds in somebody's answers. What follows from a
finding is fixed in the experiment file before anybody answers. Nothing here refuses a payment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from config.plugins import PluginFolder
from studies.checking.sessions import Expected, Session, Verdict
from studies.trials import TrialKind, parts_of
from studies.wording import marked

THE_DIFFERENCE = "known"
"""In the place of a sentence of feedback: say which picture was altered, or that none was."""

RATHER_NOT = marked("I would rather not say")

Consequence = Literal["note", "flag", "screen_out", "exclude"]
"""What follows: kept on record; put before a person; the session ends politely, and is paid where
the channel pays for it; the answers are left out of analyses (they stay in the export)."""

Counts = Literal["attention", "comprehension", "eligibility", "signal"]
"""What panels take a failure for: it decides what a researcher may ask of them."""


@dataclass(frozen=True)
class PersonQuestion:
    """One question about the person, with choices that have no order.

    Without choices it asks for a line of text that may stay empty, tells who the person is, and is
    kept apart from the answers.
    """

    name: str
    text: str
    choices: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True)
class Known:
    """Items whose right answer is known: how they are made, and how many there are."""

    each: int
    """Dealt to every participant, mixed in with the other items."""
    pool: int
    """Laid out; `each` of them are drawn for one participant."""
    alike: bool
    """Whether all pictures of the trial are the same one; otherwise they differ as `where` says."""
    expected: Expected
    where: Mapping[str, tuple[str, ...]]
    """Factor → levels of the conditions to show; empty: the strongest of each protection."""


@dataclass(frozen=True)
class Repeats:
    """Items that come a second time without a word about it."""

    each: int
    gap: int
    """At least this many other items lie between the two."""


@dataclass(frozen=True)
class ExamQuestion:
    """One question with known answers, asked before the trials."""

    name: str
    text: str
    choices: tuple[str, ...]
    right: int
    """Place of the right choice, from 0."""
    stripes: int = 0
    """Grey levels of the stripes hidden in a quarter of the picture beside it; 0: no picture."""


@dataclass(frozen=True)
class Exam:
    """Questions before the trials; answered together, on one page."""

    title: str
    lead: str
    questions: tuple[ExamQuestion, ...]
    needed: int
    """Right answers with which it is passed."""
    attempts: int
    shows_instructions: bool = False


@dataclass(frozen=True)
class Scene:
    """The study that a check is to stand in."""

    kind: TrialKind
    channel: str
    paid: bool
    """Whether people come from a panel that pays them by what they leave with."""
    items_each: int
    mixed_in: int = 0
    """Known answers and repeats that checks add to them."""

    @property
    def items(self) -> int:
        """What one participant judges, practice left out."""
        return self.items_each + self.mixed_in

    @property
    def parts(self) -> int:
        """Screens of one item."""
        return len(parts_of(self.kind))

    def too_short(self, least: int, there: int, what: str) -> tuple[str, ...]:
        """A sentence where a session never holds what a check needs to say anything."""
        if there >= least:
            return ()
        return (
            f"least: nothing is said on fewer than {least} {what}, and a session has {there}: it"
            " could never find anything. Lower `least`, or give everybody more items.",
        )


class Check(Protocol):
    """One check. The file's name is the check's name."""

    label: ClassVar[str]
    version: ClassVar[int]
    counts_as: ClassVar[Counts]
    stores: ClassVar[str]
    """What it keeps besides answers, as a sentence that people read before they agree; or “”."""
    watches: ClassVar[bool]
    """Whether pages count what hands do (events, pasted characters) for it."""

    @property
    def consequence(self) -> Consequence:
        """What follows when somebody fails; a setting of every check."""

    @property
    def questions(self) -> tuple[PersonQuestion, ...]:
        """What is asked about the person before the trials; may be empty."""

    @property
    def practice_trials(self) -> int:
        """How many practice trials come first; 0 for a check that asks for none."""

    @property
    def known(self) -> Known | None:
        """Items with a known answer that it wants mixed in."""

    @property
    def repeats(self) -> Repeats | None:
        """Hidden repeats that it wants mixed in."""

    @property
    def exam(self) -> Exam | None:
        """What it asks before the trials."""

    @property
    def trap(self) -> str:
        """An instruction that stands where people cannot see it, with a field; or “”."""

    @property
    def feedback(self) -> tuple[str, ...]:
        """What is said after each practice trial; () for nothing. See the check practice."""

    def population(self, answers: Mapping[str, str]) -> str:
        """The population that the answers (question → choice) put the person in, or “”."""

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """Why it cannot stand in such a study, in sentences that say what to do."""

    def evaluate(self, session: Session) -> Verdict | None:
        """What it finds in a session so far; None where there is nothing to say (yet)."""


class Quiet:
    """A check that asks nothing, brings nothing and finds nothing: what plugins start from."""

    counts_as: ClassVar[Counts] = "signal"
    stores: ClassVar[str] = ""
    watches: ClassVar[bool] = False

    @property
    def questions(self) -> tuple[PersonQuestion, ...]:
        """None."""
        return ()

    @property
    def practice_trials(self) -> int:
        """None."""
        return 0

    @property
    def known(self) -> Known | None:
        """None."""
        return None

    @property
    def repeats(self) -> Repeats | None:
        """None."""
        return None

    @property
    def exam(self) -> Exam | None:
        """None."""
        return None

    @property
    def trap(self) -> str:
        """None."""
        return ""

    @property
    def feedback(self) -> tuple[str, ...]:
        """None."""
        return ()

    def population(self, answers: Mapping[str, str]) -> str:
        """Nobody is put in a population."""
        return ""

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It can stand anywhere."""
        return ()

    def evaluate(self, session: Session) -> Verdict | None:
        """Nothing."""
        return None


CHECKS: PluginFolder[Check] = PluginFolder("studies.checks")
