"""Attribution: who painted this? A name, or a person or a machine; and how sure one is.

As in Ha et al., “Organic or Diffused: Can We Distinguish Human Art from AI-generated Images?” (CCS
2024), in our words; with names of painters, the task of a connoisseur.
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
from studies.simulated.visibility import grade, graininess
from studies.trials import SimulatedRater, Slot

Words = Annotated[str, Field(min_length=1, max_length=300)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
CONFIDENCE = ("A guess", "Not very sure", "Fairly sure", "Sure", "Certain")


@plugin
class Attribution:
    """One picture; a name is chosen among those of the file."""

    label: ClassVar[str] = "Who painted this?"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/single.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see one picture at a time.",
        "Look as closely as you like. You can enlarge it.",
        "Then say who made it, as far as you can tell, and how sure you are. Not knowing is no"
        " fault.",
    )
    unit: ClassVar[str] = "picture"
    success_points: ClassVar[tuple[int, ...]] = ()

    shows: Literal["pictures", "paintings"] = "pictures"
    """`pictures`: what a condition made of an artwork (untouched where it is clean); `paintings`:
    what a mimic painted."""
    text: Words = "Who made this picture?"
    """The question."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """Stands below it."""
    choices: Annotated[tuple[Name, ...], Field(min_length=2, max_length=9)] = (
        "A person",
        "A computer",
    )
    """The answers: names of painters as the collection has them, or other words."""
    not_sure: Annotated[str, Field(max_length=60)] = "I do not know"
    """Words of an answer that names none, stored apart; empty: none is offered."""
    confidence: bool = True
    """Whether to ask how sure the rater is."""

    @model_validator(mode="after")
    def choices_differ(self) -> Self:
        """Two answers with the same words could not be told apart in the table."""
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("two choices have the same words")
        return self

    @property
    def shows_mimics(self) -> bool:
        """Whether paintings of mimics are shown."""
        return self.shows == "paintings"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The picture."""
        return (Slot("image", "condition", "Picture", "Picture"),)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Who, then how sure."""
        names = Things(self.choices, pictures=False)
        who = Pick("attribution", self.text, names, self.hint, self.not_sure)
        sure = Scale("confidence", "How sure are you?", CONFIDENCE)
        return (who, sure) if self.confidence else (who,)

    def layout(self, rng: Random) -> dict[str, Any]:
        """One picture has one order."""
        return {"order": ["image"]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How grainy the picture looks, 1 to 5: `studies.simulated.visibility.graininess`."""
        return graininess(pictures["image"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """Smooth pictures go to the first choice, grainy ones to the last; sure at either end."""
        seen = impression * rater.sensitivity + item_effect + rng.gauss(0, rater.noise)
        place = 1 + (seen - 1) / 4 * (len(self.choices) - 1)
        name = self.choices[grade(place, len(self.choices)) - 1]
        unsure = self.not_sure and rng.random() < 0.1 * rater.noise
        return {
            "attribution": None if unsure else name,
            "confidence": grade(2 + abs(seen - 3) + rater.leniency, 5),
        }
