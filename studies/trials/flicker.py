"""Flicker: the original and an altered picture alternate in one place while the rater wants it.

Flicker makes small differences jump to the eye (in KonJND-1k, Lin et al. 2022, it halved the time
of a study and doubled the sensitivity of a search side by side). It can also harm: what may
flicker, and how fast, is computed for every pair before launch (showing/photosensitivity.py, WCAG
2.3.1). It starts only by the rater's act and stops on release, Escape, or looking away; where a
device asks for less motion there is none; turning by hand is always there.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from studies.showing.flicker import FASTEST
from studies.showing.flicker import Flicker as Alternation
from studies.trial_forms.in_place import TURNING, InPlaceTrial
from studies.wording import Filled

START = {
    "hold": "If you want, hold down “Hold to flicker” (or the key F): the pictures then alternate"
    " by themselves, at most {rate} times a second, until you let go.",
    "button": "If you want, press “Start flicker” (or the key F): the pictures then alternate by"
    " themselves, at most {rate} times a second, until you press it again.",
}


@plugin
class Flicker(InPlaceTrial):
    """Two pictures in one place that alternate on request; how visible the difference is, or which
    was altered."""

    label: ClassVar[str] = "Flicker comparison"
    version: ClassVar[int] = 1

    rate: Annotated[float, Field(gt=0, le=FASTEST)] = 2.0
    """Rounds a second, there and back again. More than 3 are shown only where no pair of the study
    flashes."""
    start: Literal["hold", "button"] = "hold"
    """Whether it lasts while a button (or the key F) is held, or from one press to the next."""
    largest_scale: Annotated[float, Field(gt=0, le=4)] = 2.0
    """CSS pixels per pixel of the picture, at most, while it flickers: enlarging makes flashes
    larger, so the guard reckons with this size."""
    exact_rate: bool = False
    """Refuse to launch, instead of slowing down, where the rate is not allowed for some pair."""

    @property
    def flicker(self) -> Alternation:
        """What may flicker, as it was asked for."""
        return Alternation(self.rate, self.start, self.largest_scale, self.exact_rate)

    @property
    def instructions(self) -> tuple[str, ...]:
        """What to do, and the warning."""
        return (
            "You see two pictures in one place: one of them may have been altered.",
            TURNING,
            Filled(START[self.start], rate=f"{self.rate:g}"),
            "Do not use the flicker if flashing light has ever made you unwell, or if you have"
            " epilepsy: turning the pictures by hand shows the same.",
            "Then answer the question. There are no trick questions.",
        )
