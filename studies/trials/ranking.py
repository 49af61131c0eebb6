"""Ranking: pictures of several conditions, put in order without ties."""

from random import Random
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.order import Order
from studies.simulated.choosing import ranked
from studies.trial_forms.comparing import ComparingTrial, Hint, Impressions, Words
from studies.trials import SimulatedRater


@plugin
class Ranking(ComparingTrial):
    """Three to six pictures, each of another condition, ranked from the best to the worst."""

    label: ClassVar[str] = "Ranking"
    version: ClassVar[int] = 1
    instructions: ClassVar[tuple[str, ...]] = (
        "You see a few pictures, called A, B, C and so on.",
        "Look at all of them as closely as you like. You can enlarge each one.",
        "Then put them in order: choose the first, then the second of those that are left, until"
        " one remains. There are no right or wrong answers.",
    )

    number: Annotated[int, Field(ge=3, le=6)] = 4
    """Pictures that are ranked, each of another condition."""
    text: Words = "Put the pictures in order of quality, the best one first."
    """The question."""
    hint: Hint = "The last place follows from the others."
    """Stands below it."""
    by: Literal["quality", "style"] = "quality"
    """What the question is about; simulated raters go by it."""

    @property
    def compares(self) -> int:
        """How many conditions stand beside one another."""
        return self.number

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Order("ranking", self.text, self.among, None, self.hint),)

    def simulate(
        self, impression: Impressions, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """By what the eye makes of each, with noise."""
        seen = impression if isinstance(impression, int | float) else impression[self.by]
        return {"ranking": ranked(seen, self.options, rater, rng)}
