"""How a picture was looked at, as the rater's browser reports it: checked, bounded, never trusted.

None of it is an answer. A report that does not fit is dropped, and the answer is saved without it.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LONGEST_REPORT = 4_000
"""Characters of JSON; an honest report has about 350, and 120 for each picture."""

DAY_MS = 24 * 60 * 60 * 1000

Count = Annotated[int, Field(ge=0, le=100_000)]
Milliseconds = Annotated[int, Field(ge=0, le=DAY_MS)]
Pixels = Annotated[float, Field(ge=0, le=100_000)]
Size = tuple[Pixels, Pixels]


class Report(BaseModel):
    """A part of what the browser tells."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PictureReport(Report):
    """One picture, in the order of the page."""

    natural: Size = Field(description="width and height of the file, in its own pixels")
    rendered: Size = Field(description="as first shown, in CSS pixels")
    screen_pixels: Annotated[float, Field(ge=0, le=2_000)] | None = Field(
        None,
        description="screen pixels per pixel of the file, at most; each time as the browser's zoom"
        " was at that moment",
    )
    decoded_ms: Milliseconds | None = Field(description="from opening the page until it was ready")
    visible_ms: Milliseconds | None = Field(
        description="from opening the page until it was first fully on screen"
    )
    shown_ms: Milliseconds = Field(description="for how long it was on top, page visible")


class FlickerReport(Report):
    """How pictures alternated, where they may."""

    rate: Annotated[float, Field(gt=0, le=20)] = Field(
        description="rounds a second, there and back again, as the server allowed"
    )
    starts: Count = Field(description="how often it was started")
    changes: Count = Field(description="changes from one picture to the other while it lasted")
    ms: Milliseconds = Field(description="for how long, in all")


class Viewing(Report):
    """One trial."""

    mode: Literal["side", "flip", "wall", "in_place", "none"] = Field(
        description="side by side, flipped in place for want of room, all at once to be enlarged"
        " one by one, in one place at any width, or no pictures"
    )
    scale: Literal["row", "column"] = Field(description="how the points of the scale were laid out")
    direction: Literal["ltr", "rtl", ""] = Field(
        "",
        description="which way the page was written, and its scales with it (rtl: the first point"
        " at the right); pictures stand from the left in both",
    )
    viewport: Size = Field(description="of the window, when the answer was sent")
    smallest_viewport: Size | None = Field(
        None, description="the window at its narrowest and at its lowest"
    )
    pixel_ratio: Annotated[float, Field(gt=0, le=20)]
    page_scale: Annotated[float, Field(gt=0, le=100)] = Field(
        description="the browser's own pinch zoom"
    )
    gamut: Literal["srgb", "p3", "rec2020", ""] = Field(
        "", description="widest colour gamut that the screen claims"
    )
    pictures: Annotated[list[PictureReport], Field(max_length=12)]
    hidden_ms: Milliseconds = Field(description="for how long the page was in the background")
    flips: Count = Field(description="turns by hand")
    flicker: FlickerReport | None = None
    enlarged: Count = Field(0, description="how often a picture of a wall was enlarged")
    zooms: Count
    largest_zoom: Annotated[float, Field(ge=0, le=1_000)] = Field(
        description="CSS pixels per pixel of the file, at most"
    )
    actual_size: bool = Field(description="whether “100 %” was used")
    load_failures: Count = Field(description="downloads of pictures that had to be repeated")
    save_attempts: Count = Field(description="how often saving was tried")
    keys: Count = Field(description="answers given by single keys")
    webdriver: bool | None = Field(
        None, description="whether the browser says that a program drives it; if a check asks"
    )
    pointers: Count = Field(0, description="pointer events, likewise")
    touches: Count = Field(0, description="touch events, likewise")
    keystrokes: Count = Field(0, description="key events, whichever keys, likewise")
    pasted: Count = Field(0, description="characters pasted into fields for text, likewise")


def read_viewing(text: str) -> dict[str, Any]:
    """The report as plain values; `{}` where there is none or it is not what a page sends."""
    if not text or len(text) > LONGEST_REPORT:
        return {}
    try:
        return Viewing.model_validate_json(text).model_dump(mode="json")
    except ValidationError:
        return {}


def read_milliseconds(text: str) -> int | None:
    """A time from the browser; None where there is none or it cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    value = int(text)
    return value if value <= DAY_MS else None
