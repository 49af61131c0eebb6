"""Slider: one picture, one question, a line between two ends."""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.slider import LAST
from studies.questions.slider import Slider as Line
from studies.simulated.visibility import graininess
from studies.trials import SimulatedRater, Slot

End = Annotated[str, Field(min_length=1, max_length=60)]


@plugin
class Slider:
    """A single picture, judged by a place on a line; values from 0 to 100, an interval scale."""

    label: ClassVar[str] = "Slider for one picture"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/single.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see one picture at a time.",
        "Look as closely as you like. You can enlarge it.",
        "Then touch the line below it where your answer lies. You can move it until you go on.",
        "By keys: digits put it at tenths of the line, arrows move it in small steps.",
    )
    unit: ClassVar[str] = "picture"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()

    text: Annotated[str, Field(min_length=1, max_length=300)] = "How much do you like this picture?"
    hint: Annotated[str, Field(max_length=300)] = ""
    low: End = "Not at all"
    """Words at the left end, 0."""
    high: End = "Very much"
    """Words at the right end, 100."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What the condition made of the artwork."""
        return (Slot("image", "condition", "Picture", "Picture"),)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Line("slider", self.text, self.low, self.high, self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """One picture has one order."""
        return {"order": ["image"]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How grainy the picture looks: `visibility.graininess`, 1 (clean) to 5."""
        return graininess(pictures["image"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """Grain lowers the place; five latent points are stretched over the line."""
        liked = 6 - impression * rater.sensitivity + item_effect + rater.leniency
        place = (liked + rng.gauss(0, rater.noise) - 1) / 4 * LAST
        return {"slider": round(min(LAST, max(0, place)))}
