"""Forced choice: two pictures of two conditions beside originals; which is better?

The two-alternative forced choice of Hönig et al., “Adversarial Perturbations Cannot Reliably
Protect Artists From Generative AI” (ICLR 2025, appendix K), whose two questions are the default,
word for word and in their order, each on a screen of its own.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from config.plugins import Settings, plugin
from studies.questions import Question
from studies.questions.pick import Pick
from studies.trial_forms.comparing import ComparingTrial, Hint, Impressions, Words
from studies.trials import SimulatedRater

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

QUALITY = (
    "Based on noise, artifacts, detail, prompt fit, and your impression, which image has higher"
    " quality?"
)
STYLE = "Overall, ignoring quality, which image better fits the style of the style samples?"


@plugin
class ForcedChoice(ComparingTrial):
    """A or B, of two conditions, beside a gallery of originals; one question a screen."""

    label: ClassVar[str] = "Forced choice of two"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "hoenig": {"originals_heading": "Style samples"},
        "hoenig-not-sure": {"originals_heading": "Style samples", "not_sure": "Not sure"},
    }
    instructions: ClassVar[tuple[str, ...]] = (
        "You see two pictures, A and B, and, where there are any, works by one artist beside them.",
        "Look at all of them as closely as you like. You can enlarge each one.",
        "Then choose A or B. Choose the one that comes nearer, even if the difference is small."
        " There are no right or wrong answers.",
    )

    ask: Annotated[dict[Name, Words], Field(min_length=1, max_length=4)] = Field(
        default_factory=lambda: {"quality": QUALITY, "style": STYLE}
    )
    """Name → question, in the order in which they are asked."""
    screens: Literal["separate", "together"] = "separate"
    """Whether each question has a screen of its own, saved before the next is shown."""
    not_sure: Annotated[str, Field(max_length=60)] = ""
    """Words of a third answer, which decides for neither and is stored apart; empty: none."""
    hint: Hint = ""
    """Stands below each question."""

    @property
    def parts(self) -> tuple[str, ...]:
        """A screen for each question, or one for all."""
        return tuple(self.ask) if self.screens == "separate" else ("",)

    @property
    def questions(self) -> tuple[Question, ...]:
        """As `ask` has them."""
        return tuple(
            Pick(name, text, self.among, self.hint, self.not_sure)
            for name, text in self.ask.items()
        )

    def questions_of(self, part: str) -> tuple[Question, ...]:
        """The one that gives the screen its name, or all."""
        return tuple(question for question in self.questions if part in ("", question.name))

    def simulate(
        self, impression: Impressions, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """Style goes by how close it looks, anything else by quality."""
        sure = bool(self.not_sure)
        return {
            name: self.chosen(
                impression, "style" if name == "style" else "quality", rater, rng, not_sure=sure
            )
            for name in self.ask
        }
