"""The painters: invented people, each a point in the space of styles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generation.sandbox.style import Style

Era = Literal["historical", "contemporary"]
Surface = Literal["smooth", "textured"]


@dataclass(frozen=True)
class Painter:
    """Who paints. Historical painters are in the training data by name, contemporary ones not."""

    name: str
    genre: str
    era: Era
    surface: Surface
    style: Style


_ALL = (
    Painter(
        "Anselm Roux",
        "pointillism",
        "historical",
        "textured",
        Style(
            saturation=0.62,
            key=0.55,
            warmth=0.56,
            contrast=0.55,
            dots=1.0,
            stroke_width=0.16,
            broken=0.85,
        ),
    ),
    Painter(
        "Otto Vrabel",
        "cubism",
        "historical",
        "textured",
        Style(
            saturation=0.34,
            warmth=0.62,
            key=0.50,
            contrast=0.6,
            flatness=0.5,
            facets=1.0,
            facet_size=0.5,
            broken=0.8,
            seams=0.3,
            outline=0.25,
            grain=0.25,
        ),
    ),
    Painter(
        "Hisao Tanabu",
        "ukiyo-e",
        "historical",
        "smooth",
        Style(
            saturation=0.56,
            warmth=0.57,
            key=0.60,
            contrast=0.54,
            flatness=0.75,
            limited=0.5,
            outline=0.85,
            paper=0.12,
            grain=0.2,
        ),
    ),
    Painter(
        "Elsbeth Marne",
        "realism",
        "historical",
        "smooth",
        Style(saturation=0.46, warmth=0.56, key=0.42, contrast=0.58, softness=0.22),
    ),
    Painter(
        "Gerrit Haldane",
        "etching",
        "historical",
        "textured",
        Style(
            saturation=0.0,
            warmth=0.60,
            key=0.58,
            contrast=0.6,
            paper=0.86,
            hatching=1.0,
            outline=0.6,
            grain=0.2,
        ),
    ),
    Painter(
        "Bruno Keldorf",
        "impasto",
        "historical",
        "textured",
        Style(
            saturation=0.58,
            key=0.48,
            contrast=0.62,
            warmth=0.54,
            strokes=1.0,
            stroke_length=0.34,
            stroke_width=0.55,
            broken=0.3,
            relief=1.0,
        ),
    ),
    Painter(
        "Celeste Ardoin",
        "fauvism",
        "historical",
        "textured",
        Style(
            saturation=0.64,
            fauve=0.7,
            contrast=0.62,
            key=0.58,
            flatness=0.7,
            limited=0.35,
            strokes=0.6,
            stroke_length=0.3,
            stroke_width=0.75,
            broken=0.25,
            outline=0.35,
        ),
    ),
    Painter(
        "Mina Thornfield",
        "watercolour",
        "historical",
        "textured",
        Style(
            saturation=0.72, key=0.62, contrast=0.52, warmth=0.47, paper=0.34, bleed=1.0, grain=0.4
        ),
    ),
    Painter(
        "Walter Osk",
        "colour field",
        "historical",
        "smooth",
        Style(
            saturation=0.70,
            warmth=0.60,
            key=0.54,
            contrast=0.60,
            simplicity=0.6,
            flatness=0.6,
            limited=1.0,
            softness=0.08,
        ),
    ),
    Painter(
        "Pia Lindqvar",
        "line art",
        "historical",
        "smooth",
        Style(saturation=0.30, key=0.60, contrast=0.4, flatness=0.9, paper=0.82, outline=1.0),
    ),
    Painter(
        "Odile Vernay",
        "impressionism",
        "historical",
        "textured",
        Style(
            saturation=0.58,
            key=0.62,
            contrast=0.42,
            tint=0.56,
            softness=0.3,
            strokes=0.9,
            stroke_length=0.16,
            stroke_width=0.24,
            turbulence=0.15,
            broken=0.6,
        ),
    ),
    Painter(
        "Jaska Tuomel",
        "expressionism",
        "historical",
        "textured",
        Style(
            saturation=0.66,
            turn=0.38,
            key=0.46,
            contrast=0.70,
            strokes=1.0,
            stroke_length=0.62,
            stroke_width=0.28,
            turbulence=0.6,
            broken=0.35,
            relief=0.25,
        ),
    ),
    Painter(
        "Teodor Galaz",
        "mosaic",
        "historical",
        "textured",
        Style(
            saturation=0.66,
            warmth=0.64,
            key=0.60,
            contrast=0.6,
            facets=1.0,
            facet_size=0.04,
            seams=0.4,
            broken=0.35,
            flatness=0.3,
        ),
    ),
    Painter(
        "Ines Carrow",
        "realism",
        "contemporary",
        "smooth",
        Style(
            saturation=0.26,
            warmth=0.38,
            tint=0.46,
            key=0.68,
            contrast=0.36,
            flatness=0.2,
            softness=0.4,
        ),
    ),
    Painter(
        "Ren Okavi",
        "ukiyo-e",
        "contemporary",
        "smooth",
        Style(
            saturation=0.72,
            turn=0.66,
            key=0.50,
            contrast=0.74,
            tint=0.58,
            flatness=1.0,
            limited=0.9,
            outline=0.5,
            simplicity=0.1,
        ),
    ),
    Painter(
        "Dara Velle",
        "colour field",
        "contemporary",
        "smooth",
        Style(
            saturation=0.46,
            warmth=0.42,
            tint=0.64,
            key=0.70,
            contrast=0.42,
            simplicity=0.9,
            limited=0.8,
            softness=0.5,
        ),
    ),
    Painter(
        "Marek Solan",
        "impressionism",
        "contemporary",
        "textured",
        Style(
            saturation=0.36,
            warmth=0.42,
            tint=0.42,
            key=0.42,
            contrast=0.6,
            strokes=1.0,
            stroke_length=0.42,
            stroke_width=0.4,
            turbulence=0.0,
            broken=0.75,
            grain=0.3,
        ),
    ),
    Painter(
        "Tove Brask",
        "impasto",
        "contemporary",
        "textured",
        Style(
            saturation=0.40,
            warmth=0.60,
            key=0.64,
            contrast=0.60,
            limited=0.4,
            strokes=1.0,
            stroke_length=0.12,
            stroke_width=0.9,
            broken=0.2,
            relief=0.9,
        ),
    ),
    Painter(
        "Yusuf Karadal",
        "pointillism",
        "contemporary",
        "textured",
        Style(
            saturation=0.75,
            turn=0.30,
            fauve=0.3,
            key=0.38,
            contrast=0.7,
            dots=1.0,
            stroke_width=0.5,
            broken=0.4,
        ),
    ),
    Painter(
        "Nell Obrist",
        "expressionism",
        "contemporary",
        "textured",
        Style(
            saturation=0.52,
            warmth=0.68,
            tint=0.60,
            fauve=0.25,
            key=0.62,
            contrast=0.6,
            strokes=0.9,
            stroke_length=0.9,
            stroke_width=0.62,
            turbulence=0.45,
            broken=0.25,
        ),
    ),
)


def slug(name: str) -> str:
    """The key of a painter: "Anselm Roux" → "anselm-roux"."""
    return name.lower().replace(" ", "-")


PAINTERS: Mapping[str, Painter] = {slug(one.name): one for one in _ALL}
GENRES: tuple[str, ...] = tuple(dict.fromkeys(one.genre for one in _ALL))


def historical() -> tuple[str, ...]:
    """Keys of the painters in the training data."""
    return tuple(key for key, one in PAINTERS.items() if one.era == "historical")


def contemporary() -> tuple[str, ...]:
    """Keys of the painters held out of it."""
    return tuple(key for key, one in PAINTERS.items() if one.era == "contemporary")
