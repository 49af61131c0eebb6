"""What trial kinds share that show pictures in one place: the question, and how it is simulated.

Differences near the threshold are hardly seen side by side; in one place they are. The pictures are
turned by the rater, by tap, button or key, or peeked at by holding, and never by themselves.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.pick import Pick
from studies.questions.scale import Scale
from studies.questions.things import Things
from studies.simulated.visibility import grade, visibility
from studies.trials import SimulatedRater, Slot

Words = Annotated[str, Field(max_length=300)]
Label = Annotated[str, Field(min_length=1, max_length=60)]
Asks = Literal["visibility", "which_altered"]

TEXTS = {
    "visibility": "How visible is the difference between the two pictures?",
    "which_altered": "One of the two pictures was altered. Which one?",
}
TURNING = (
    "Turn from one to the other with the buttons, by tapping the picture, or with the space bar;"
    " hold it down to see the other one only for as long as you hold."
)
UNSURE = 0.35
"""Half the band in which a simulated rater is not sure, in standard deviations."""


@plugin
class InPlaceTrial:
    """The original and what the condition made of it, in one place; one question."""

    unit: ClassVar[str] = "picture"
    shows_mimics: ClassVar[bool] = False
    template: ClassVar[str] = "rater/pictures/in_place.html"
    success_points: ClassVar[tuple[int, ...]] = ()

    # descriptions stand in Field, where the trial kinds inherit them
    asks: Annotated[
        Asks,
        Field(
            description="`visibility`: how visible the difference is, the pictures being named;"
            " `which_altered`: which of the two was altered, called A and B, sides balanced."
        ),
    ] = "visibility"
    text: Annotated[
        Words, Field(description="The question; that of `asks` in its usual words when left out.")
    ] = ""
    hint: Annotated[Words, Field(description="Stands below the question.")] = ""
    labels: Annotated[
        tuple[Label, ...],
        Field(
            min_length=2,
            max_length=9,
            description="The words of the points of `visibility`, from 1 upward.",
        ),
    ] = (
        "Not visible",
        "Barely visible",
        "Visible",
        "Clearly visible",
        "Very clearly visible",
    )
    not_sure: Annotated[
        Annotated[str, Field(max_length=60)],
        Field(
            description="Words of an answer to `which_altered` that decides for none; empty: it is"
            " not offered."
        ),
    ] = "Not sure"

    @model_validator(mode="after")
    def labels_differ(self) -> Self:
        """Two points with the same words could not be told apart in the table."""
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("two points of the scale have the same words")
        return self

    @property
    def balanced(self) -> tuple[str, ...]:
        """Both come first equally often where they are not named."""
        return ("original", "altered") if self.asks == "which_altered" else ()

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The untouched artwork, and what the condition made of it; named only where that is no
        answer."""
        if self.asks == "which_altered":
            return Slot("original", "artwork"), Slot("altered", "condition")
        return (
            Slot("original", "artwork", "Original", "Original picture"),
            Slot("altered", "condition", "Version", "Version of the picture"),
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question, called as `asks`."""
        text = self.text or TEXTS[self.asks]
        if self.asks == "which_altered":
            both = Things(("original", "altered"))
            return (Pick(self.asks, text, both, self.hint, self.not_sure),)
        return (Scale(self.asks, text, self.labels, self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """The order of the two pictures; the first one is shown first."""
        order = ["original", "altered"]
        return {"order": rng.sample(order, 2) if self.balanced else order}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How visible the change is: `studies.simulated.visibility.visibility`."""
        return visibility(pictures["original"], pictures["altered"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """In one place a change is seen half a point earlier than side by side."""
        seen = 0.5 + impression * rater.sensitivity + item_effect
        if self.asks == "which_altered":
            return {self.asks: self._told_apart(seen, rater, rng)}
        latent = (seen + rng.gauss(0, rater.noise) - 1) / 4
        return {self.asks: grade(1 + latent * (len(self.labels) - 1), len(self.labels))}

    def _told_apart(self, seen: float, rater: SimulatedRater, rng: Random) -> str | None:
        found = max(seen - 1, 0) + rng.gauss(0, 2 * rater.noise)
        if self.not_sure and abs(found) < UNSURE:
            return None
        return "altered" if found > 0 else "original"
