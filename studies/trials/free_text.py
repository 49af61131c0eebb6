"""Free text: one picture, and what a rater writes about it."""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Self

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.text import MOST, Text
from studies.simulated.visibility import graininess
from studies.trials import SimulatedRater, Slot

SIMULATED_WORDS = ("calm", "grainy", "blurred", "odd", "lively", "noisy", "clean", "soft")


@plugin
class FreeText:
    """A single picture and a box to write in; texts are scanned for addresses before export."""

    label: ClassVar[str] = "Free text about one picture"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/single.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see one picture at a time.",
        "Look as closely as you like. You can enlarge it.",
        "Then write your answer in your own words. Please write no names and no addresses.",
    )
    unit: ClassVar[str] = "picture"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()

    text: Annotated[str, Field(min_length=1, max_length=300)] = (
        "What, if anything, looks wrong in this picture?"
    )
    hint: Annotated[str, Field(max_length=300)] = ""
    at_least: Annotated[int, Field(ge=0, le=MOST)] = 1
    """Fewest characters; 0 lets it stay empty."""
    at_most: Annotated[int, Field(ge=1, le=MOST)] = 500
    """Most characters."""

    @model_validator(mode="after")
    def lengths_fit(self) -> Self:
        """A text must be able to be as long as it has to be."""
        if self.at_least > self.at_most:
            raise ValueError("`at_least` is more than `at_most`: nothing could be answered")
        return self

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What the condition made of the artwork."""
        return (Slot("image", "condition", "Picture", "Picture"),)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Text("text", self.text, self.at_least, self.at_most, hint=self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """One picture has one order."""
        return {"order": ["image"]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How grainy the picture looks: `visibility.graininess`, 1 (clean) to 5."""
        return graininess(pictures["image"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, str]:
        """Words without meaning, marked SIMULATED, within the length."""
        words = ["SIMULATED:", *rng.choices(SIMULATED_WORDS, k=2 + self.at_least // 3)]
        return {"text": " ".join(words)[: self.at_most].strip().ljust(self.at_least, ".")}
