"""Rating: one picture, one question, one labelled scale."""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Self

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.simulated.visibility import grade, graininess
from studies.trials import SimulatedRater, Slot

Label = Annotated[str, Field(min_length=1, max_length=60)]


@plugin
class Rating:
    """A single picture, judged on a scale whose every point has words."""

    label: ClassVar[str] = "Rating of one picture"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/single.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see one picture at a time.",
        "Look as closely as you like. You can enlarge it.",
        "Then answer the question below it. There are no right or wrong answers.",
    )
    unit: ClassVar[str] = "picture"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()

    text: Annotated[str, Field(min_length=1, max_length=300)] = (
        "How good is the quality of this picture?"
    )
    hint: Annotated[str, Field(max_length=300)] = ""
    labels: Annotated[tuple[Label, ...], Field(min_length=2, max_length=11)] = (
        "Bad",
        "Poor",
        "Fair",
        "Good",
        "Excellent",
    )
    """The words of each point, from 1 upward; the default is ITU-T P.910's quality scale."""

    @model_validator(mode="after")
    def labels_differ(self) -> Self:
        """Two points with the same words could not be told apart in the table."""
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("two points of the scale have the same words")
        return self

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What the condition made of the artwork."""
        return (Slot("image", "condition", "Picture", "Picture"),)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Scale("rating", self.text, self.labels, self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """One picture has one order."""
        return {"order": ["image"]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How grainy the picture looks: `visibility.graininess`, 1 (clean) to 5."""
        return graininess(pictures["image"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """Grain lowers the rating; the scale is stretched over the labels."""
        liked = 6 - impression * rater.sensitivity + item_effect + rater.leniency
        latent = (liked + rng.gauss(0, rater.noise) - 1) / 4
        return {"rating": grade(1 + latent * (len(self.labels) - 1), len(self.labels))}
