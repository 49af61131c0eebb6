"""Protection success: the same pictures as for mimicry success, and the question turned round.

The wording that Shan et al., “Glaze: Protecting Artists from Style Mimicry” (USENIX Security 2023),
report results by: how well the protection prevents the imitation. Success are the two highest
points.
"""

from random import Random
from typing import ClassVar

from config.plugins import plugin
from studies.simulated.visibility import grade
from studies.trial_forms.mimicry import MimicryTrial, Words
from studies.trials import SimulatedRater


@plugin
class ProtectionSuccess(MimicryTrial):
    """Generated pictures beside originals by the artist; one question of five labelled points."""

    label: ClassVar[str] = "Success of a protection"
    version: ClassVar[int] = 1
    question: ClassVar[str] = "protection_success"
    success_points: ClassVar[tuple[int, ...]] = (4, 5)
    instructions: ClassVar[tuple[str, ...]] = (
        "You see two groups of pictures: works by one artist, and pictures that a computer made to"
        " imitate this artist's style. The artist may have protected the works against that.",
        "Look at all of them as closely as you like. You can enlarge each one.",
        "Then say how well the imitation was prevented: very well where the generated pictures do"
        " not look like the artist's. What they show does not matter, only their style and"
        " quality. There are no right or wrong answers.",
    )

    text: Words = "How successful is the protection at preventing mimicry?"
    """The question."""

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """The closer the styles look, the less was prevented."""
        seen = 3 + (3 - impression) * rater.sensitivity + item_effect
        return {self.question: grade(seen - rater.leniency + rng.gauss(0, rater.noise), 5)}
