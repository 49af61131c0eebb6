"""What trial kinds share that show several conditions of one artwork, called A, B, C, …"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions.things import Things
from studies.simulated.choosing import preferred
from studies.simulated.picture_flaws import soundness
from studies.simulated.style_gap import resemblance
from studies.simulated.visibility import graininess, visibility
from studies.trials import SimulatedRater, Slot

Words = Annotated[str, Field(min_length=1, max_length=300)]
Hint = Annotated[str, Field(max_length=300)]
Heading = Annotated[str, Field(min_length=1, max_length=60)]

OPTION, ORIGINAL = "option", "original"

Impressions = Mapping[str, Mapping[str, float]] | float
"""`style` and `quality` → option → how good, 1 to 5; one number stands for all alike."""


@plugin
class ComparingTrial:
    """Options A, B, … of several conditions, beside originals or alone."""

    success_points: ClassVar[tuple[int, ...]] = ()
    unit: ClassVar[str] = "comparison"

    # descriptions stand in Field, where the trial kinds inherit them
    shows: Annotated[
        Literal["paintings", "pictures"],
        Field(
            description="What is compared: `paintings`, what the mimics of several conditions"
            " painted by the same prompt and seed; `pictures`, what several conditions made of one"
            " artwork."
        ),
    ] = "paintings"
    originals: Annotated[
        int,
        Field(
            ge=0,
            le=6,
            description="Originals shown beside them: works by the painter that no mimic was"
            " trained on; of `pictures`, at most the one artwork, untouched.",
        ),
    ] = 4
    originals_heading: Annotated[Heading, Field(description="Stands above the originals.")] = (
        "By the artist"
    )
    options_heading: Annotated[Heading, Field(description="Stands above A, B, …")] = "To compare"

    @model_validator(mode="after")
    def one_artwork(self) -> Self:
        """Headings tell groups apart; an artwork has one original."""
        if self.originals_heading == self.options_heading:
            raise ValueError("both groups of pictures have the same heading")
        if self.shows == "pictures" and self.originals > 1:
            raise ValueError("of pictures of one artwork there is one original: set originals to 1")
        return self

    @property
    def compares(self) -> int:
        """How many conditions stand beside one another."""
        return 2

    @property
    def shows_mimics(self) -> bool:
        """Whether mimics painted what is compared."""
        return self.shows == "paintings"

    @property
    def template(self) -> str:
        """Two alone flip in place on a phone; everything else stands in groups."""
        alone = self.compares == 2 and not self.originals
        return "rater/pictures/pair.html" if alone else "rater/pictures/groups.html"

    @property
    def options(self) -> tuple[str, ...]:
        """Slots of what is compared."""
        return tuple(f"{OPTION}-{n}" for n in range(1, self.compares + 1))

    @property
    def among(self) -> Things:
        """What is chosen among."""
        return Things(self.options)

    @property
    def balanced(self) -> tuple[str, ...]:
        """Each condition stands at each place equally often."""
        return self.options

    @property
    def slots(self) -> tuple[Slot, ...]:
        """`original-1`, …, and `option-1`, …, each of another condition."""
        originals = (f"{ORIGINAL}-{n}" for n in range(1, self.originals + 1))
        return (
            *(
                Slot(name, "artwork", "Original", "Original picture", self.originals_heading)
                for name in originals
            ),
            *(
                Slot(name, "condition", group=self.options_heading, alternative=place)
                for place, name in enumerate(self.options)
            ),
        )

    def layout(self, rng: Random) -> dict[str, Any]:
        """Originals first, in a drawn order; then the options (dealing balances their places)."""
        originals = [slot.name for slot in self.slots if slot.shows == "artwork"]
        return {
            "order": [
                *rng.sample(originals, len(originals)),
                *rng.sample(self.options, self.compares),
            ]
        }

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> Impressions:
        """Closeness of style and quality of every option, each 1 to 5."""
        originals = [np.asarray(p) for name, p in sorted(pictures.items()) if ORIGINAL in name]
        options = {name: np.asarray(pictures[name]) for name in self.options}
        if self.shows == "paintings" and originals:
            return {
                "style": {n: resemblance(originals, [p]) for n, p in options.items()},
                "quality": {n: soundness(originals, [p]) for n, p in options.items()},
            }
        good = {n: 6 - self._spoilt(originals, picture) for n, picture in options.items()}
        return {"style": good, "quality": good}

    def _spoilt(self, originals: list[NDArray[uint8]], picture: NDArray[uint8]) -> float:
        """How visible the change is; without an original, how grainy the picture looks."""
        if self.shows == "pictures" and originals:
            return visibility(originals[0], picture)
        return graininess(picture)

    def chosen(
        self,
        impression: Impressions,
        aspect: str,
        rater: SimulatedRater,
        rng: Random,
        *,
        not_sure: bool = False,
    ) -> str | None:
        """Which option a simulated rater prefers for style or quality; None where not sure."""
        by = impression if isinstance(impression, int | float) else impression[aspect]
        return preferred(by, self.options, rater, rng, not_sure=not_sure)
