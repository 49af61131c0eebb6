"""Mimicry success: generated pictures beside originals; how well is the artist imitated?

The judgement that artists gave in Shan et al., “Glaze: Protecting Artists from Style Mimicry”
(USENIX Security 2023): four generated images beside four originals by the victim, on five labelled
points. Its artist-rated protection success rate is the share at the two lowest.
"""

from random import Random
from typing import ClassVar

from config.plugins import plugin
from studies.simulated.visibility import grade
from studies.trial_forms.mimicry import MimicryTrial, Words
from studies.trials import SimulatedRater


@plugin
class MimicrySuccess(MimicryTrial):
    """Generated pictures beside originals by the artist; one question of five labelled points."""

    label: ClassVar[str] = "Success of a mimicry"
    version: ClassVar[int] = 1
    question: ClassVar[str] = "mimicry_success"
    success_points: ClassVar[tuple[int, ...]] = (1, 2)
    instructions: ClassVar[tuple[str, ...]] = (
        "You see two groups of pictures: works by one artist, and pictures that a computer made to"
        " imitate this artist's style.",
        "Look at all of them as closely as you like. You can enlarge each one.",
        "Then say how successful the imitation is. What the pictures show does not matter, only"
        " their style and quality. There are no right or wrong answers.",
    )

    text: Words = "How successful is the mimicry?"
    """The question."""

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """The closer the styles look, the more successful."""
        seen = 3 + (impression - 3) * rater.sensitivity + item_effect
        return {self.question: grade(seen + rater.leniency + rng.gauss(0, rater.noise), 5)}
