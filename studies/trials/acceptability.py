"""Acceptability: original and altered picture together; would you post the altered one?

The question artists were asked about cloaked art by Shan et al., “Glaze: Protecting Artists from
Style Mimicry” (USENIX Security 2023, section 6), in our words, and how noticeable the change is.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.simulated.visibility import grade, visibility
from studies.trials import SimulatedRater, Slot

Text = Annotated[str, Field(min_length=1, max_length=300)]


@plugin
class Acceptability:
    """Two pictures of one size, labelled; two questions of five labelled points."""

    label: ClassVar[str] = "Acceptability of an altered picture"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/pair.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see the same picture twice: the original, and a version that may have been altered.",
        "Look at both as closely as you like. You can enlarge them; both show the same spot.",
        "Then answer two questions. There are no right or wrong answers.",
    )
    unit: ClassVar[str] = "picture"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()

    acceptability_text: Text = (
        "Would you be willing to post the altered version in place of the original?"
    )
    noticeability_text: Text = "How noticeable is the change?"
    original_side: Literal["left", "random"] = "left"
    """Where the original stands (or which comes first on a phone). Both are labelled, so a fixed
    side spares mistakes; ITU-T P.910 shows the reference first for the same reason."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The untouched artwork, and what the condition made of it."""
        return (
            Slot("original", "artwork", "Original", "Original picture"),
            Slot("altered", "condition", "Altered", "Altered picture"),
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """Willingness, then noticeability."""
        return (
            Scale(
                "acceptability",
                self.acceptability_text,
                ("Very unwilling", "Unwilling", "Neither", "Willing", "Very willing"),
                "Think of a picture of your own, shown where you usually show your work.",
            ),
            Scale(
                "noticeability",
                self.noticeability_text,
                ("Not at all", "Slightly", "Moderately", "Quite", "Very"),
            ),
        )

    def layout(self, rng: Random) -> dict[str, Any]:
        """The order of the two pictures."""
        order = ["original", "altered"]
        if self.original_side == "random" and rng.random() < 0.5:
            order.reverse()
        return {"order": order}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How visible the change is: `studies.simulated.visibility.visibility`."""
        return visibility(pictures["original"], pictures["altered"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """Noticing follows visibility; willingness falls with what was noticed."""
        noticed = impression * rater.sensitivity + item_effect + rng.gauss(0, rater.noise)
        willing = 5.2 - 0.9 * max(noticed, 0.5) + rater.leniency + rng.gauss(0, rater.noise)
        return {"acceptability": grade(willing, 5), "noticeability": grade(noticed, 5)}
