"""What could hide a small change of a picture, or add one: formats, sizes, colours, rounding. Pure.

Pictures are made, stored and sent without loss (8-bit RGB, PNG). What comes from before, and what
a screen does afterwards, can still come between a change and whoever is to see it. Each finding is
a sentence with what to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from studies.protocol import Experiment
from studies.protocol.sections import amount

STEP = 1 / 255
"""One step of 8 bits, on [0, 1]."""
LOSSY = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".avif", ".gif")
GUESSED = ("CMYK without a profile", ": ignored", "taken as sRGB")
"""What the import says where colours were converted without a profile to go by."""
PHONE = (360, 640)
"""Window that is expected where the file sets no smallest one."""
WIDE = 800
"""CSS pixels; from here on two pictures stand side by side (static/rater.css)."""


@dataclass(frozen=True)
class Source:
    """Where an artwork came from: its file's name, and what importing it changed."""

    name: str
    changes: Sequence[str]


def of_sources(sources: Sequence[Source]) -> list[str]:
    """Warnings about the files that artworks were imported from."""
    lossy = sum(_is_lossy(each) for each in sources)
    converted = sum(any("converted to sRGB" in told for told in each.changes) for each in sources)
    guessed = sum(any(words in t for t in each.changes for words in GUESSED) for each in sources)
    rounded = sum(any("16 bits" in told for told in each.changes) for each in sources)
    told = (
        (
            lossy,
            "compressed with loss (JPEG, WebP, AVIF or GIF): their blocks and smears are in every"
            " arm, and raters may take them for the change, or miss it among them. Import PNG or"
            " TIFF files where you have them, or say in the report that originals were compressed.",
        ),
        (
            converted,
            "had a colour profile and were converted to sRGB: colours outside sRGB were clipped in"
            " every arm. What was cloaked elsewhere in another colour space may have lost its cloak"
            " on the way: cloak the converted picture instead.",
        ),
        (
            guessed,
            "were converted to sRGB by guess (CMYK without a profile, or a profile that does not"
            " fit or cannot be read): every arm has other colours than the painter's, and small"
            " differences of colour made elsewhere may be gone. Save them as sRGB and import anew.",
        ),
        (
            rounded,
            "had 16 bits a channel, of which 8 are kept: a change smaller than 1/255 that was in"
            " the file is gone. Make changes after the import, or by more than 1/255.",
        ),
    )
    return [f"{count} of {len(sources)} artworks {words}" for count, words in told if count]


def _is_lossy(source: Source) -> bool:
    """By the name, or by what the import says that the file really is."""
    really = next((told for told in source.changes if told.startswith("named “")), "")
    if really:
        return any(f"a {kind} file" in really for kind in ("JPEG", "WEBP", "AVIF", "GIF"))
    return source.name.lower().endswith(LOSSY)


def of_budgets(experiment: Experiment, norms: Mapping[str, str]) -> list[str]:
    """Warnings about budgets that rounding to 8 bits swallows; `norms`: protection → its norm."""
    found = []
    for label, protection in experiment.stimuli.protections.items():
        budgets = protection.budgets or () if protection else ()
        small = [b for b in budgets if norms.get(label) == "linf" and amount(b) < STEP]
        if small:
            found.append(
                f"{label} at {', '.join(small)}: less than one step of 8 bits (1/255 = 0.0039), so"
                " the saved picture is the untouched one. Give 1/255 or more."
            )
    return found


def of_unmoved(counts: Mapping[str, int]) -> list[str]:
    """Warnings about pictures that were protected and are still the original, pixel by pixel."""
    return [
        f"Of {label}, {count} pictures are the same as their originals, pixel by pixel, after"
        " rounding to 8 bits: raters judge no change there. Raise the budget, or leave the level"
        " out."
        for label, count in counts.items()
        if count
    ]


def of_windows(
    experiment: Experiment, sizes: Iterable[tuple[int, int]], pictures: int
) -> list[str]:
    """A warning where pictures are shrunk at first sight in the smallest window that is allowed.

    `pictures`: how many stand together on a page. Nothing is said where the file already asks that
    every picture was seen at full size at some time (`study.viewing.min_scale`).
    """
    rules = experiment.study.viewing
    side = max((max(size) for size in sizes), default=0)
    window = rules.min_viewport or PHONE
    room = frame(window, pictures)
    if side <= room or (rules.min_scale or 0) >= 1:
        return []
    where = "that the file allows" if rules.min_viewport else "of a phone"
    return [
        f"Pictures of {side} px have {room} px in the smallest window {where} ({window[0]} ×"
        f" {window[1]} CSS pixels, one screen pixel each): they are shrunk until a rater presses"
        " “100 %”, and shrinking averages fine changes away. Set study.viewing.min_scale to 1 (with"
        " consequence: exclude, answers on shrunk pictures do not count), ask for a larger window"
        " with min_viewport, or prepare smaller pictures."
    ]


def frame(window: tuple[int, int], pictures: int) -> int:
    """Side of a picture's frame in CSS pixels, as static/rater.css lays it out in a window."""
    width, height = window
    if width < WIDE:
        return round(min(width, 0.48 * height))
    beside = width / 2 - 48 if pictures > 1 else width - 96
    return round(min(beside, 672, max(height - 376, min(320, 0.86 * height))))
