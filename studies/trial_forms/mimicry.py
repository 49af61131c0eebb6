"""What trial kinds share that show what mimics paint beside works by the painter they imitate."""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.simulated.style_gap import resemblance
from studies.trials import Slot

Words = Annotated[str, Field(min_length=1, max_length=300)]
Heading = Annotated[str, Field(min_length=1, max_length=60)]
Point = Annotated[str, Field(min_length=1, max_length=60)]
Number = Annotated[int, Field(ge=1, le=6)]

ORIGINAL, MIMICRY = "original", "mimicry"


@plugin
class MimicryTrial:
    """Two labelled groups of pictures; one question of five labelled points."""

    unit: ClassVar[str] = "set"
    shows_mimics: ClassVar[bool] = True
    template: ClassVar[str] = "rater/pictures/groups.html"
    question: ClassVar[str]

    # descriptions stand in Field, where the trial kinds inherit them
    text: Annotated[Words, Field(description="The question.")]
    hint: Annotated[str, Field(max_length=300, description="Stands below the question.")] = ""
    labels: Annotated[
        tuple[Point, ...],
        Field(
            min_length=5, max_length=5, description="The words of the five points, from 1 upward."
        ),
    ] = (
        "Not successful at all",
        "Not very successful",
        "Somewhat successful",
        "Successful",
        "Very successful",
    )
    originals: Annotated[Number, Field(description="Works by the artist that are shown.")] = 4
    paintings: Annotated[
        Number, Field(description="Paintings of the mimic that are shown beside them.")
    ] = 4
    originals_heading: Annotated[Heading, Field(description="Stands above the originals.")] = (
        "By the artist"
    )
    paintings_heading: Annotated[Heading, Field(description="Stands above the paintings.")] = (
        "Made by a computer"
    )
    originals_stand: Annotated[
        Literal["first", "last", "random"],
        Field(description="Where the originals are: first is left at a desk, above on a phone."),
    ] = "first"
    shuffle: Annotated[
        bool,
        Field(description="Draw the order of the pictures in each group anew for each trial."),
    ] = True

    @model_validator(mode="after")
    def words_differ(self) -> Self:
        """Points, and headings, with the same words could not be told apart."""
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("two points of the scale have the same words")
        if self.originals_heading == self.paintings_heading:
            raise ValueError("both groups of pictures have the same heading")
        return self

    @property
    def slots(self) -> tuple[Slot, ...]:
        """`original-1`, …: works that no mimic was trained on; `mimicry-1`, …: its paintings."""
        return (
            *(
                Slot(name, "artwork", "Original", "Original picture", self.originals_heading)
                for name in _names(ORIGINAL, self.originals)
            ),
            *(
                Slot(name, "condition", "Generated", "Generated picture", self.paintings_heading)
                for name in _names(MIMICRY, self.paintings)
            ),
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Scale(self.question, self.text, self.labels, self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """The order of the pictures: group by group."""
        groups = [_names(ORIGINAL, self.originals), _names(MIMICRY, self.paintings)]
        if self.shuffle:
            groups = [rng.sample(names, len(names)) for names in groups]
        last = self.originals_stand == "random" and rng.random() < 0.5
        if last or self.originals_stand == "last":
            groups.reverse()
        return {"order": [name for names in groups for name in names]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> Any:
        """How alike the styles look, 1 (strangers) to 5: `style_gap.resemblance`."""
        return resemblance(stack(pictures, ORIGINAL), stack(pictures, MIMICRY))


def _names(group: str, number: int) -> list[str]:
    return [f"{group}-{n}" for n in range(1, number + 1)]


def stack(pictures: Mapping[str, NDArray[uint8]], group: str) -> list[NDArray[uint8]]:
    """The pictures of a group, in the order of their names, whatever their sizes."""
    names = sorted(name for name in pictures if name.partition("-")[0] == group)
    return [np.asarray(pictures[name]) for name in names]
