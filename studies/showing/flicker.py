"""What may flicker in a trial, how fast and how large; and what a study is told about it. Pure.

What a kind asks for is a wish: the pictures of the study decide (`photosensitivity`), and what was
decided is stored with every pair before the study opens (`flashes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

from studies.showing.photosensitivity import FIELD, MOST, SHARE, Flash, worst
from studies.trials import TrialKind, parts_of, slots_of

FASTEST = 10.0
"""Rounds a second that may be asked for; beyond it screens of 60 Hz no longer show them evenly."""
BY_HAND = 1000 / 170 / 2
"""Rounds a second that turning by hand can reach: the page takes no turn within 170 ms."""


@dataclass(frozen=True)
class Flicker:
    """How pictures may alternate in a trial."""

    rate: float
    """Rounds a second, there and back again: each is one flash at most."""
    start: Literal["hold", "button"]
    """Whether it lasts while a button is held, or from one press to the next."""
    largest_scale: float
    """CSS pixels per pixel of the picture, at most, while it lasts."""
    exact: bool = False
    """Whether a study is refused, instead of slowed down, where the rate is not allowed."""
    parts: tuple[str, ...] | None = None
    """The screens on which it is offered; None: all."""

    @property
    def rounds(self) -> str:
        """The rate as a warning says it."""
        return f"{self.rate:g}"

    def slowed(self, to: float) -> "Flicker":
        """The same at a rate that is allowed."""
        return replace(self, rate=to)


def flicker_of(kind: object, part: str | None = None) -> Flicker | None:
    """What may flicker in trials of this kind (on one of its screens); None where nothing may."""
    found = getattr(kind, "flicker", None)
    if not isinstance(found, Flicker):
        return None
    offered = part is None or found.parts is None or part in found.parts
    return found if offered else None


def pairs_of(kind: TrialKind) -> Iterator[tuple[str, str]]:
    """Names of slots that may alternate: every two of one screen, each pair once."""
    found: dict[tuple[str, str], None] = {}
    for part in parts_of(kind):
        if flicker_of(kind, part):
            found |= dict.fromkeys(combinations([slot.name for slot in slots_of(kind, part)], 2))
    yield from found


def expected(flicker: Flicker) -> str:
    """What is said before there are pictures."""
    if flicker.rate <= MOST:
        return (
            f"Flicker: {flicker.rate:g} rounds a second, which is allowed for any pictures"
            f" (WCAG 2.3.1: at most {MOST:g}); it starts only by an act of the rater."
        )
    after = "the study cannot be launched" if flicker.exact else f"{MOST:g} are shown instead"
    return (
        f"Flicker: {flicker.rate:g} rounds a second are asked for. More than {MOST:g} are allowed"
        " only where no pair of pictures flashes (WCAG 2.3.1), which is computed when the study is"
        f" launched; otherwise {after}."
    )


def verdict(flicker: Flicker, flashes: Sequence[Flash]) -> str:
    """What was decided about a study's pairs, in a sentence with the numbers behind it."""
    all_of_them = worst(flashes)
    allowed = all_of_them.allowed(flicker.rate)
    above = sum(not each.below for each in flashes)
    width, height = FIELD
    seen = (
        f"of ten degrees of the visual field ({width} x {height} CSS pixels, pictures at most"
        f" {flicker.largest_scale:g} CSS pixels per pixel)"
    )
    measured = (
        f"In the worst of {len(flashes)} pairs luminance flashes in {all_of_them.general:.1%} and"
        f" saturated red in {all_of_them.red:.1%} {seen}; the threshold is {SHARE:.0%}."
    )
    if above:
        said = f"{above} of them lie above it, so at most {MOST:g} rounds a second are allowed."
    else:
        said = "All lie below it, so any rate is allowed."
    return f"{measured} {said} Flicker runs at {allowed:g} rounds a second."


def refusal(flicker: Flicker, flashes: Mapping[str, Flash]) -> str:
    """Why a study cannot be launched as it stands; empty where it can. Keys name the pairs."""
    allowed = worst(flashes.values()).allowed(flicker.rate)
    if not flicker.exact or allowed >= flicker.rate:
        return ""
    name, found = max(flashes.items(), key=lambda item: max(item[1].general, item[1].red))
    return (
        f"{flicker.rate:g} rounds a second are not allowed for these pictures: {found.reason}"
        f" ({name}). Ask for at most {MOST:g}, or turn exact_rate off."
    )


def settings_of(flicker: Flicker) -> dict[str, Any]:
    """As it is kept on record."""
    return {"asked": flicker.rate, "largest_scale": flicker.largest_scale, "start": flicker.start}
