"""Style and quality of a mimicry, apart: generated pictures beside originals, three questions.

Success alone cannot say why a mimicry fails. So raters also say how close the style is, quality
aside, and how good the pictures are, style aside, as Hönig et al. (2025) asked of pairs (in our
words). Success is asked first, so that the other two cannot lead it.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.simulated.picture_flaws import soundness
from studies.simulated.style_gap import resemblance
from studies.simulated.visibility import grade
from studies.trial_forms.mimicry import MIMICRY, ORIGINAL, MimicryTrial, Point, Words, stack
from studies.trials import SimulatedRater

Points = Annotated[tuple[Point, ...], Field(min_length=5, max_length=5)]


@plugin
class StyleAndQuality(MimicryTrial):
    """Generated pictures beside originals by the artist; success, then style, then quality."""

    label: ClassVar[str] = "Style and quality of a mimicry"
    version: ClassVar[int] = 1
    question: ClassVar[str] = "mimicry_success"
    success_points: ClassVar[tuple[int, ...]] = (1, 2)
    instructions: ClassVar[tuple[str, ...]] = (
        "You see two groups of pictures: works by one artist, and pictures that a computer made to"
        " imitate this artist's style.",
        "Look at all of them as closely as you like. You can enlarge each one.",
        "First say how successful the imitation is, all in all.",
        "Then say how close the style is, whatever the quality; and how good the quality is,"
        " whatever the style. A picture can be spoilt and still be in the artist's style, or be"
        " flawless in another one. There are no right or wrong answers.",
    )

    text: Words = "How successful is the mimicry?"
    """The question about success, which is asked first."""
    style_text: Words = (
        "Leaving their quality aside: how close is the style of the generated pictures to the"
        " artist's?"
    )
    """The question about style."""
    style_labels: Points = (
        "Not close at all",
        "Not very close",
        "Somewhat close",
        "Close",
        "Very close",
    )
    """The words of its five points, from 1 upward."""
    quality_text: Words = (
        "Leaving their style aside: how good is the quality of the generated pictures?"
    )
    """The question about quality."""
    quality_hint: Annotated[str, Field(max_length=300)] = (
        "Think of blur, noise, blocks, smears and other faults."
    )
    """Stands below it."""
    quality_labels: Points = ("Bad", "Poor", "Fair", "Good", "Excellent")
    """The words of its five points, from 1 upward; the default is ITU-T P.910's quality scale."""

    @model_validator(mode="after")
    def points_differ(self) -> Self:
        """Two points with the same words could not be told apart in the table."""
        for labels in (self.style_labels, self.quality_labels):
            if len(set(labels)) < len(labels):
                raise ValueError("two points of a scale have the same words")
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """Success, style, quality."""
        return (
            Scale(self.question, self.text, self.labels, self.hint),
            Scale("style", self.style_text, self.style_labels),
            Scale("quality", self.quality_text, self.quality_labels, self.quality_hint),
        )

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> Any:
        """(style, quality) on latent scales from 1 to 5: the ruler's, and that of the flaws."""
        originals, paintings = (stack(pictures, group) for group in (ORIGINAL, MIMICRY))
        return resemblance(originals, paintings), soundness(originals, paintings)

    def simulate(
        self, impression: Any, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """Both are seen with the rater's own leniency and noise; success takes the two together.

        A mimicry succeeds as far as both do: the mean of the two, drawn to the worse one. One
        number stands for style and quality alike.
        """
        both = 3 + (np.broadcast_to(impression, 2) - 3) * rater.sensitivity
        style, quality = both.tolist()
        success = (np.mean([style, quality]) + min(style, quality)) / 2 + item_effect
        liked = rater.leniency + rng.gauss(0, rater.noise) / 2
        seen = {self.question: float(success), "style": style + item_effect, "quality": quality}
        return {
            name: grade(latent + liked + rng.gauss(0, rater.noise), 5)
            for name, latent in seen.items()
        }
