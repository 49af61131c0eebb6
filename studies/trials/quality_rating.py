"""Quality rating: the standard scales for the quality of pictures, with their own words.

Absolute category rating (one picture) and degradation category rating (a picture beside its
original), as ITU-R BT.500 and ITU-T P.910 name them, so that means are mean opinion scores that
can be set beside those of others. Both standards have the five grades; P.910 also has nine grades
and eleven quasi-continuous ones for absolute ratings, whose words stand at every second grade
(cite the edition whose words you use). P.910 shows the two pictures of a degradation rating one
after the other, or at the same time; here both are in sight (on a phone: in one place, turned over
by the rater), the original first.
"""

from collections.abc import Mapping
from itertools import chain
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.simulated.visibility import grade, graininess, visibility
from studies.trials import SimulatedRater, Slot
from studies.wording import Filled

QUALITY = ("Bad", "Poor", "Fair", "Good", "Excellent")
BETWEEN = (
    "Between bad and poor",
    "Between poor and fair",
    "Between fair and good",
    "Between good and excellent",
)
IMPAIRMENT = (
    "Very annoying",
    "Annoying",
    "Slightly annoying",
    "Perceptible, but not annoying",
    "Imperceptible",
)
ASKED = {
    "absolute": "How good is the quality of this picture?",
    "degradation": "How annoying are the differences between this picture and its original?",
}
ENDS = ("0: worse cannot be imagined", "10: nothing could be better")


@plugin
class QualityRating:
    """Quality in the words of the standards, of a picture alone or beside its original."""

    label: ClassVar[str] = "Quality rating by the standards' scales"
    version: ClassVar[int] = 1
    unit: ClassVar[str] = "picture"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()

    method: Literal["absolute", "degradation"] = "absolute"
    """`absolute` (ACR: one picture, bad to excellent) or `degradation` (DCR: beside its original,
    very annoying to imperceptible). Point 1 is the worst in both."""
    grades: Literal[5, 9, 11] = 5
    """Grades of the scale; 9 and 11 are for absolute ratings only."""
    text: Annotated[str, Field(max_length=300)] = ""
    """The question; that of the method when left out."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """Stands below it."""

    @model_validator(mode="after")
    def grades_exist(self) -> Self:
        """The standards have five grades of impairment and no more."""
        if self.method == "degradation" and self.grades != 5:
            raise ValueError("a degradation rating has five grades: leave `grades` out")
        return self

    @property
    def template(self) -> str:
        """One picture, or two."""
        shown = "single" if self.method == "absolute" else "pair"
        return f"rater/pictures/{shown}.html"

    @property
    def instructions(self) -> tuple[str, ...]:
        """What to do."""
        first = "You see one picture at a time."
        if self.method == "degradation":
            first = "You see a picture twice: the original, and a version that may differ from it."
        return (
            first,
            "Look as closely as you like. You can enlarge what you see.",
            "Judge how it looks to you, not what it shows. There are no right or wrong answers.",
        )

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What the condition made of the artwork, beside the artwork where they are compared."""
        made = Slot("image", "condition", "Picture", "Picture")
        if self.method == "absolute":
            return (made,)
        return (Slot("original", "artwork", "Original", "Original picture"), made)

    @property
    def labels(self) -> tuple[str, ...]:
        """The words of every grade, from the worst upward."""
        if self.method == "degradation":
            return IMPAIRMENT
        if self.grades == 5:
            return QUALITY
        nine = [*chain(*zip(QUALITY, BETWEEN, strict=False)), QUALITY[-1]]
        numbered = tuple(
            Filled("{number}: {words}", number=str(number), words=words)
            for number, words in enumerate(nine, start=1)
        )
        return numbered if self.grades == 9 else (ENDS[0], *numbered, ENDS[1])

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Scale("quality", self.text or ASKED[self.method], self.labels, self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """The original stands first, as in the standard."""
        return {"order": [slot.name for slot in self.slots]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """1 (nothing wrong) to 5: grain of a picture alone, or its visible change."""
        if self.method == "absolute":
            return graininess(pictures["image"])
        return visibility(pictures["original"], pictures["image"])

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """What is wrong lowers the grade; the scale is stretched over the grades."""
        liked = 6 - impression * rater.sensitivity + item_effect + rater.leniency
        latent = (liked + rng.gauss(0, rater.noise) - 1) / 4
        return {"quality": grade(1 + latent * (self.grades - 1), self.grades)}
