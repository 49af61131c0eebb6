"""AIC-3 triplet: which of two versions of a picture is more distorted, in place of the original?

ISO/IEC 29170-3 (JPEG AIC-3; Testolina et al. 2024, arXiv 2410.09501; boosting: Men et al. 2021,
doi:10.1109/ACCESS.2021.3118295). Plain triplets show the pictures as they are. Boosted ones make
small differences larger: the difference from the original is amplified, the page opens enlarged,
and each version may flicker with the original. From the choices of many raters the analysis `jnd`
makes a scale in just noticeable differences.

Differences from the standard, so that results can be read: all three pictures lie in one place (the
standard shows two such places side by side, which a phone has no room for), and flicker begins by
the rater's act, at a rate that the pictures allow, never by itself.
"""

from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Literal

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field

from config.plugins import plugin
from studies.questions import Question
from studies.questions.pick import Pick
from studies.questions.things import Things
from studies.showing.flicker import FASTEST, Flicker
from studies.simulated.visibility import visibility
from studies.trials import SimulatedRater, Slot
from studies.wording import Filled

Words = Annotated[str, Field(min_length=1, max_length=300)]
PLAIN, BOOSTED = "plain", "boosted"
NAMES = {PLAIN: ("first", "second"), BOOSTED: ("first-boosted", "second-boosted")}
QUESTIONS = {PLAIN: "more_distorted", BOOSTED: "more_distorted_boosted"}
ON_FINE_SCREENS = 4 / 3
"""CSS pixels that a picture's pixel has at “100 %”, at most: where a CSS pixel is 1.5 of the
screen's, a whole number of screen pixels is 2."""
UNSURE = 0.35
"""Half the band in which a simulated rater is not sure."""


@plugin
class Aic3Triplet:
    """The original and two versions of it in one place; which version is more distorted."""

    label: ClassVar[str] = "Triplet of JPEG AIC-3"
    version: ClassVar[int] = 1
    unit: ClassVar[str] = "set"
    shows_mimics: ClassVar[bool] = False
    template: ClassVar[str] = "rater/pictures/in_place.html"
    success_points: ClassVar[tuple[int, ...]] = ()
    compares: ClassVar[int] = 2

    presentation: Literal["plain", "boosted", "both"] = "plain"
    """Pictures as they are, boosted, or both on screens of their own, plain first: only then is the
    scale of boosted pictures led back to that of plain ones."""
    amplification: Annotated[float, Field(ge=1, le=16)] = 2.0
    """Boosted: how many times larger the difference from the original is made."""
    zoom: Annotated[float, Field(ge=1, le=4)] = 2.0
    """Boosted: how much the page enlarges at first; 2 shows each pixel of a picture as 2 x 2."""
    flickers: bool = True
    """Boosted: whether a version may flicker with the original, on request."""
    rate: Annotated[float, Field(gt=0, le=FASTEST)] = 3.0
    """Rounds a second, there and back again. More than 3 are shown only where no pair of the study
    flashes."""
    start: Literal["hold", "button"] = "button"
    """Whether it lasts while a button (or the key F) is held, or from one press to the next."""
    exact_rate: bool = False
    """Refuse to launch, instead of slowing down, where the rate is not allowed for some pair."""
    text: Words = "Compared with the original: which version is more distorted?"
    """The question about plain pictures."""
    boosted_text: Words = "Compared with the original: which version differs more strongly?"
    """The question about boosted pictures."""
    not_sure: Annotated[str, Field(max_length=60)] = "Not sure"
    """Words of an answer that decides for neither and is stored apart; empty: none is offered."""

    @property
    def instructions(self) -> tuple[str, ...]:
        """What to do, and the warning where something flickers."""
        said = (
            "You see an original and two versions of it, A and B, all in one place.",
            "Turn between them with the buttons or the keys O, A and B. Tapping the picture or the"
            " space bar leads to the original and back; hold to see it only as long as you hold.",
            "Then choose the version that is farther from the original, even if the difference is"
            " small.",
        )
        if self.flicker is None:
            return said
        return (
            *said,
            Filled(
                "On some pages you can let a version alternate with the original, at most"
                " {rate} times a second, with a button or the key F. Do not use it if flashing"
                " light has ever made you unwell, or if you have epilepsy: turning by hand shows"
                " the same.",
                rate=f"{self.rate:g}",
            ),
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """`plain`, `boosted`, or both."""
        return (PLAIN, BOOSTED) if self.presentation == "both" else (self.presentation,)

    @property
    def balanced(self) -> tuple[str, ...]:
        """Which version is A is balanced; of both presentations, for the plain one."""
        return NAMES[self.parts[0]]

    @property
    def flicker(self) -> Flicker | None:
        """What may flicker; None where nothing does."""
        if BOOSTED not in self.parts or not self.flickers:
            return None
        largest = self.zoom * ON_FINE_SCREENS
        return Flicker(self.rate, self.start, largest, self.exact_rate, (BOOSTED,))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The original, then the versions of each presentation."""
        versions = [slot for part in self.parts for slot in self._versions(part)]
        return (Slot("original", "artwork", "Original", "Original picture"), *versions)

    def slots_of(self, part: str) -> tuple[Slot, ...]:
        """The original and the two versions of one screen."""
        return (self.slots[0], *self._versions(part))

    def _versions(self, part: str) -> list[Slot]:
        factor = self.amplification if part == BOOSTED else 1.0
        return [
            Slot(name, "condition", alternative=number, amplified=factor)
            for number, name in enumerate(NAMES[part])
        ]

    @property
    def questions(self) -> tuple[Question, ...]:
        """One a presentation."""
        return tuple(question for part in self.parts for question in self.questions_of(part))

    def questions_of(self, part: str) -> tuple[Question, ...]:
        """The one question of a screen."""
        text = self.boosted_text if part == BOOSTED else self.text
        among = Things(NAMES[part])
        return (Pick(QUESTIONS[part], text, among, not_sure=self.not_sure),)

    def opens_at(self, part: str) -> float | None:
        """How much a screen enlarges at first; None: the whole picture."""
        return self.zoom if part == BOOSTED else None

    def layout(self, rng: Random) -> dict[str, Any]:
        """The original first, then the versions, their order drawn."""
        drawn = [name for part in self.parts for name in rng.sample(NAMES[part], 2)]
        return {"order": ["original", *drawn]}

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> dict[str, float]:
        """How visible the change of every version is: `studies.simulated.visibility.visibility`."""
        return {
            name: visibility(pictures["original"], picture)
            for name, picture in pictures.items()
            if name != "original"
        }

    def simulate(
        self, impression: Any, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, str | None]:
        """The version whose change is seen more plainly; one number stands for all of them."""
        return {QUESTIONS[part]: self._chosen(impression, part, rater, rng) for part in self.parts}

    def _chosen(self, impression: Any, part: str, rater: SimulatedRater, rng: Random) -> str | None:
        first, second = NAMES[part]
        seen = impression if isinstance(impression, Mapping) else dict.fromkeys(NAMES[part], 0.0)
        apart = (seen[first] - seen[second]) * rater.sensitivity + rng.gauss(0, 2 * rater.noise)
        if self.not_sure and abs(apart) < UNSURE:
            return None
        return first if apart > 0 else second
