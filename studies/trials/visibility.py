"""Visibility: of an artwork and what a condition made of it, which was altered?

A forced choice whose right answer is known: chance is one half, and the share of right answers says
whether people can tell at all (signal detection, two-alternative; Green and Swets 1966).
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.pick import Pick
from studies.questions.things import Things
from studies.simulated.choosing import preferred
from studies.simulated.visibility import visibility
from studies.trials import SimulatedRater, Slot

BOTH = ("original", "altered")


@plugin
class Visibility:
    """The artwork and its altered version, called A and B; one question."""

    label: ClassVar[str] = "Which one was altered?"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/pair.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "You see the same picture twice, A and B. One of the two may have been altered.",
        "Look at both as closely as you like. You can enlarge them; both show the same spot.",
        "Then choose the one that was altered. If you cannot see it, choose the one that seems"
        " more likely to you.",
    )
    unit: ClassVar[str] = "pair"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()
    balanced: ClassVar[tuple[str, ...]] = BOTH

    text: Annotated[str, Field(min_length=1, max_length=300)] = "Which one was altered?"
    """The question."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """Stands below it."""
    not_sure: Annotated[str, Field(max_length=60)] = ""
    """Words of a third answer, which decides for neither and is stored apart; empty: none."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Value 1 is the untouched artwork, 2 the altered one: the right answer."""
        return Slot(BOTH[0], "artwork"), Slot(BOTH[1], "condition")

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (Pick("altered", self.text, Things(BOTH), self.hint, self.not_sure),)

    def layout(self, rng: Random) -> dict[str, Any]:
        """The order of the two pictures (dealing balances it)."""
        return {"order": rng.sample(BOTH, 2)}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> dict[str, float]:
        """How altered each looks: the change as far as it is visible, above what is unseen."""
        change = visibility(pictures["original"], pictures["altered"])
        return {"original": 1.0, "altered": max(1.0, change)}

    def simulate(
        self,
        impression: Mapping[str, float] | float,
        item_effect: float,
        rater: SimulatedRater,
        rng: Random,
    ) -> dict[str, Any]:
        """The one that looks more altered, with noise."""
        sure = bool(self.not_sure)
        return {"altered": preferred(impression, BOTH, rater, rng, not_sure=sure)}
