"""Best and worst of several pictures: two choices say most of what a ranking would.

Best-worst scaling (Louviere 1991; Louviere, Flynn and Marley 2015).
"""

from random import Random
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.best_worst import BestWorst as Ends
from studies.simulated.choosing import ranked
from studies.trial_forms.comparing import ComparingTrial, Heading, Hint, Impressions, Words
from studies.trials import SimulatedRater


@plugin
class BestWorst(ComparingTrial):
    """Three to six pictures, each of another condition: which is best, which is worst?"""

    label: ClassVar[str] = "Best and worst"
    version: ClassVar[int] = 1
    instructions: ClassVar[tuple[str, ...]] = (
        "You see a few pictures, called A, B, C and so on.",
        "Look at all of them as closely as you like. You can enlarge each one.",
        "Then choose two of them: the best one and the worst one. There are no right or wrong"
        " answers.",
    )

    number: Annotated[int, Field(ge=3, le=6)] = 4
    """Pictures that stand beside one another, each of another condition."""
    text: Words = "Which has the best quality, which the worst?"
    """The question."""
    best: Heading = "Best"
    """Stands at the choice of the best."""
    worst: Heading = "Worst"
    """Stands at the choice of the worst."""
    hint: Hint = ""
    """Stands below the question."""
    by: Literal["quality", "style"] = "quality"
    """What the question is about; simulated raters go by it."""

    @property
    def compares(self) -> int:
        """How many conditions stand beside one another."""
        return self.number

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Ends("best_worst", self.text, self.among, self.best, self.worst, self.hint),)

    def simulate(
        self, impression: Impressions, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """Both ends of what the eye makes of each, with noise."""
        seen = impression if isinstance(impression, int | float) else impression[self.by]
        order = ranked(seen, self.options, rater, rng)
        return {"best_worst": (order[0], order[-1])}
