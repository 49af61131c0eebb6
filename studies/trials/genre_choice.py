"""Genre choice: a person names the first three genres of a picture, among a metric's own labels.

The metric CLIP genre asks a network which label fits best (Shan et al. 2023); here people do the
same task with the same labels, so that both can be held against each other.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.order import Order
from studies.questions.things import Things
from studies.trials import SimulatedRater, Slot

Label = Annotated[str, Field(min_length=1, max_length=80)]
WIKIART = (
    "Abstract Expressionism", "Action painting", "Analytical Cubism", "Art Nouveau", "Baroque",
    "Color Field Painting", "Contemporary Realism", "Cubism", "Early Renaissance",
    "Expressionism", "Fauvism", "High Renaissance", "Impressionism", "Mannerism", "Minimalism",
    "Naive Art", "New Realism", "Northern Renaissance", "Pointillism", "Pop Art",
    "Post-Impressionism", "Realism", "Rococo", "Romanticism", "Symbolism", "Synthetic Cubism",
    "Ukiyo-e",
)  # fmt: skip
"""The 27 styles of WikiArt as people write them, in the order of the alphabet."""


@plugin
class GenreChoice:
    """One picture; the genres that fit best, the best first."""

    label: ClassVar[str] = "Genres of a picture"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/single.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see one picture at a time.",
        "Look as closely as you like. You can enlarge it.",
        "Then choose the genres that fit it best, the best one first. Go by what you see; names"
        " that you do not know can be left.",
    )
    unit: ClassVar[str] = "picture"
    success_points: ClassVar[tuple[int, ...]] = ()

    shows: Literal["pictures", "paintings"] = "pictures"
    """`pictures`: what a condition made of an artwork; `paintings`: what a mimic painted."""
    labels: Annotated[tuple[Label, ...], Field(min_length=3, max_length=100)] = WIKIART
    """The genres, as the metric has them; the 27 styles of WikiArt when left out."""
    top: Annotated[int, Field(ge=1, le=6)] = 3
    """How many are named, in order; the metric counts a genre as right among as many."""
    text: Annotated[str, Field(min_length=1, max_length=300)] = (
        "Which of these genres fit the picture best?"
    )
    """The question."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """Stands below it."""

    @model_validator(mode="after")
    def labels_differ(self) -> Self:
        """No label twice, and fewer are named than there are."""
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("two labels are the same")
        if self.top >= len(self.labels):
            raise ValueError("`top` must be less than the number of labels")
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
        """The one question."""
        return (
            Order("genre", self.text, Things(self.labels, pictures=False), self.top, self.hint),
        )

    def layout(self, rng: Random) -> dict[str, Any]:
        """One picture has one order."""
        return {"order": ["image"]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """How colourful the picture is, 1 (grey) to 5: mean chroma of its pixels."""
        rgb = pictures["image"].astype(np.float64) / 255
        return float(1 + 4 * np.mean(rgb.max(axis=-1) - rgb.min(axis=-1)))

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """Colour decides which stretch of the list is named; a made-up habit, but a steady one."""
        seen = impression * rater.sensitivity + item_effect + rng.gauss(0, rater.noise / 4)
        middle = (seen - 1) / 4 * (len(self.labels) - 1)
        near = sorted(range(len(self.labels)), key=lambda place: (abs(place - middle), place))
        return {"genre": [self.labels[place] for place in near[: self.top]]}
