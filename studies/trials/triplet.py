"""Triplet: which of two pictures is more alike to a reference?

The two-alternative similarity judgement (2AFC) by which perceptual metrics are trained and tested:
Zhang et al., “The Unreasonable Effectiveness of Deep Features as a Perceptual Metric” (CVPR 2018).
"""

from random import Random
from typing import Annotated, Any, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.pick import Pick
from studies.trial_forms.comparing import ComparingTrial, Heading, Hint, Impressions, Words
from studies.trials import SimulatedRater


@plugin
class Triplet(ComparingTrial):
    """A reference and two pictures of two conditions, A and B; one question."""

    label: ClassVar[str] = "Likeness to a reference"
    version: ClassVar[int] = 1
    instructions: ClassVar[tuple[str, ...]] = (
        "You see a reference, and two pictures, A and B.",
        "Look at all three as closely as you like. You can enlarge each one.",
        "Then choose the one that is more alike to the reference, even if the difference is small."
        " There are no right or wrong answers.",
    )

    originals: Annotated[int, Field(ge=1, le=1, description="The reference.")] = 1
    originals_heading: Annotated[Heading, Field(description="Stands above it.")] = "Reference"
    text: Words = "Which of the two is more alike to the reference?"
    """The question."""
    hint: Hint = ""
    """Stands below it."""
    not_sure: Annotated[str, Field(max_length=60)] = ""
    """Words of a third answer, which decides for neither and is stored apart; empty: none."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Pick("likeness", self.text, self.among, self.hint, self.not_sure),)

    def simulate(
        self, impression: Impressions, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """The closer one, by style (of paintings) or by how visible the change is."""
        sure = bool(self.not_sure)
        return {"likeness": self.chosen(impression, "style", rater, rng, not_sure=sure)}
