"""Gold pairs: trials mixed in with the others whose difference nobody who looks can miss."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.checking.known_answers import Right, answered_wrongly, unfit, wants_pictures
from studies.checking.sessions import Session, Verdict
from studies.checks import Consequence, Counts, Known, Quiet, Scene

Levels = dict[str, Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]]


@plugin
class GoldPairs(Quiet):
    """Pictures under a condition whose effect is plain; the right answers are in the file."""

    label: ClassVar[str] = "Gold pairs"
    version: ClassVar[int] = 1
    counts_as: ClassVar[Counts] = "attention"

    each: Annotated[int, Field(ge=1, le=50)] = 2
    """How many every rater is given."""
    pool: Annotated[int, Field(ge=1, le=500)] = 4
    """How many are laid out; at least `each`."""
    where: Annotated[Levels, Field(max_length=10)] = Field(default_factory=dict)
    """Factor → levels of the conditions to show; empty: the highest budget of a protection."""
    expected: Right = Field(default_factory=dict)
    """Question → the answers that are right."""
    may_fail: Annotated[int, Field(ge=0, le=50)] = 0
    """Wrong answers that are forgiven."""
    consequence: Consequence = "flag"
    """What follows from more wrong answers than that."""

    @model_validator(mode="after")
    def it_can_be_failed(self) -> Self:
        """Not every wrong answer is forgiven."""
        if self.may_fail >= self.each:
            raise ValueError(f"may_fail: nobody can fail {self.each} with {self.may_fail} forgiven")
        return self

    @property
    def known(self) -> Known | None:
        """Plain differences."""
        return Known(self.each, max(self.pool, self.each), False, self.expected, self.where)

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It needs pictures of artworks and the right answers."""
        return wants_pictures(scene.kind, self.label) or unfit(scene.kind, self.expected)

    def evaluate(self, session: Session) -> Verdict | None:
        """How many were answered wrongly: each is one failed attention check."""
        return answered_wrongly(session, "gold_pairs", self.may_fail, attention=True)
