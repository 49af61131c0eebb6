"""Identical pairs: one picture in every place of a trial: the answer is “no difference”."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.checking.known_answers import Right, answered_wrongly, unfit, wants_pictures
from studies.checking.sessions import Session, Verdict
from studies.checks import Consequence, Known, Quiet, Scene


@plugin
class IdenticalPairs(Quiet):
    """Trials that show one picture twice; the file says which answers see no difference."""

    label: ClassVar[str] = "Identical pairs"
    version: ClassVar[int] = 1

    each: Annotated[int, Field(ge=1, le=50)] = 2
    """How many every rater is given."""
    pool: Annotated[int, Field(ge=1, le=500)] = 4
    """How many are laid out; at least `each`."""
    expected: Right = Field(default_factory=dict)
    """Question → the answers that are right."""
    may_fail: Annotated[int, Field(ge=0, le=50)] = 1
    """Wrong answers that are forgiven: honest people see differences where there are none."""
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
        """The same picture everywhere."""
        return Known(self.each, max(self.pool, self.each), True, self.expected, {})

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It needs two pictures of an artwork and the right answers."""
        if len(scene.kind.slots) < 2:
            return ("this trial shows one picture: nothing can be identical. Leave it out.",)
        return wants_pictures(scene.kind, self.label) or unfit(scene.kind, self.expected)

    def evaluate(self, session: Session) -> Verdict | None:
        """How many were called different. A signal, and no attention check as panels count them."""
        return answered_wrongly(session, "identical_pairs", self.may_fail, attention=False)
