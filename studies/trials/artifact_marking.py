"""Artifact marking: mark where a picture looks wrong, and say how disturbing that is.

Points with a ring of a stated size, as in studies of saliency by clicks: quick by touch, and as
exact by arrow keys as by mouse. A rater may mark nothing: “nothing looks wrong” is an answer, and
so is a picture that is wrong all over or cannot be told where.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.simulated.fault_sight import Faults, faults_alone, faults_beside, marked
from studies.simulated.visibility import grade
from studies.trial_forms.marks import Marking, Place
from studies.trials import SimulatedRater, Slot

Words = Annotated[str, Field(min_length=1, max_length=300)]
Label = Annotated[str, Field(min_length=1, max_length=60)]


@plugin
class ArtifactMarking:
    """One picture in which places are marked, beside its original or alone; one question."""

    label: ClassVar[str] = "Marking of faults"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/marking.html"
    unit: ClassVar[str] = "picture"
    success_points: ClassVar[tuple[int, ...]] = ()
    instructions: ClassVar[tuple[str, ...]] = (
        "Look at the picture and mark each place where something looks wrong: tap it, click it, or"
        " move the cross with the arrow keys and press Enter.",
        "Drag a mark to move it; tap it once more to remove it. Where a fault is large, mark its"
        " worst spot.",
        "Where an original stands beside it, it is there to compare with: it takes no marks.",
        "Then answer the question below. You need not mark anything. There are no right or wrong"
        " answers.",
    )

    shows: Literal["altered", "painting"] = "altered"
    """What is marked: `altered`, what the condition made of an artwork; `painting`, what a mimic
    painted."""
    beside_original: bool = True
    """Whether the artwork (of a painting: a work by the painter) stands beside it."""
    most: Annotated[int, Field(ge=1, le=50)] = 10
    """Marks that a rater may set in one picture."""
    radius: Annotated[float, Field(ge=0.01, le=0.2)] = 0.04
    """Of the ring around a mark, as a share of the picture's shorter side; what analyses smooth
    by."""
    text: Words = "How disturbing are the faults?"
    """The question."""
    hint: Annotated[str, Field(max_length=300)] = (
        "Mark where it looks wrong first, if you can tell where."
    )
    """Stands below the question."""
    labels: Annotated[tuple[Label, ...], Field(min_length=2, max_length=9)] = (
        "Nothing looks wrong",
        "Not disturbing",
        "Slightly disturbing",
        "Disturbing",
        "Very disturbing",
    )
    """The words of its points, from 1 upward; the first one says that there is nothing to mark."""

    @model_validator(mode="after")
    def labels_differ(self) -> Self:
        """Two points with the same words could not be told apart in the table."""
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("two points of the scale have the same words")
        if self.shows_mimics and not self.beside_original:
            raise ValueError("a mimic's painting stands beside a work: leave beside_original on")
        return self

    @property
    def shows_mimics(self) -> bool:
        """Whether paintings of mimics are marked."""
        return self.shows == "painting"

    @property
    def marking(self) -> Marking:
        """The marks."""
        return Marking("marked", "disturbance", self.most, self.radius)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The original where there is one, and the picture in which places are marked."""
        judged = Slot("marked", "condition", "To mark", "Picture to mark")
        return (Slot("original", "artwork", "Original", "Original picture"), judged)[
            0 if self.beside_original else 1 :
        ]

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Scale("disturbance", self.text, self.labels, self.hint),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """The original stands first: both are labelled, so a fixed side spares mistakes."""
        return {"order": [slot.name for slot in self.slots]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> Faults:
        """Where, and how plainly, the picture looks wrong: `studies.simulated.fault_sight`."""
        if self.beside_original and not self.shows_mimics:
            return faults_beside(pictures["original"], pictures["marked"])
        return faults_alone(pictures["marked"])

    def simulate(
        self, impression: Faults | float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """Disturbance follows how plain the faults are; the scale is stretched over the labels.

        A number alone says how plain they are.
        """
        plain = impression.plain if isinstance(impression, Faults) else impression
        seen = plain * rater.sensitivity + item_effect - rater.leniency / 2
        latent = (seen + rng.gauss(0, rater.noise) - 1) / 4
        return {"disturbance": grade(1 + latent * (len(self.labels) - 1), len(self.labels))}

    def simulate_marks(
        self, impression: Faults, answers: Mapping[str, int], rater: SimulatedRater, rng: Random
    ) -> list[Place]:
        """About as many marks as the answer suggests, where the faults are; some beside them."""
        strength = (answers["disturbance"] - 1) / (len(self.labels) - 1)
        count = min(self.most, round(5 * strength + rng.uniform(0, 1)) if strength else 0)
        weights: NDArray[float64] = np.asarray(impression.where) ** 4  # the worst places, mostly
        return marked(weights, count, spread=self.radius / 2, lapses=rater.noise / 3, rng=rng)
