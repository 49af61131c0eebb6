"""Genres as CLIP is asked for them: label lists, and which label a recorded genre means. Pure.

What the papers call genre is what WikiArt calls style (Impressionism, Cubism, ...); WikiArt's own
“genre” (portrait, landscape) is another thing.
"""

import re
import unicodedata
from collections.abc import Sequence

WIKIART = (
    "Color_Field_Painting", "Contemporary_Realism", "Naive_Art_Primitivism", "Post_Impressionism",
    "Art_Nouveau_Modern", "Analytical_Cubism", "Impressionism", "Expressionism", "Action_painting",
    "Early_Renaissance", "Cubism", "Mannerism_Late_Renaissance", "Fauvism", "Minimalism",
    "New_Realism", "Northern_Renaissance", "Synthetic_Cubism", "Rococo", "Ukiyo_e",
    "High_Renaissance", "Symbolism", "Pop_Art", "Pointillism", "Baroque", "Romanticism", "Realism",
    "Abstract_Expressionism",
)  # fmt: skip
"""The 27 styles of WikiArt, as the authors of IMPRESS write and order them."""
DIGITAL = (
    "Anime", "Caricature", "Cartoon", "Picture Books", "Comics", "Commercial Art", "Concept Art",
    "Fantasy", "Fashion", "Fine art", "Line art", "Retro",
)  # fmt: skip
"""The 12 kinds of digital art that follow them."""
IMPRESS = (*WIKIART, *DIGITAL)
"""The 39 labels of IMPRESS (Cao et al. 2023, arXiv:2310.19248) in the order of their code."""

WRITTEN = {
    "Naive_Art_Primitivism": "Naive Art",
    "Post_Impressionism": "Post-Impressionism",
    "Art_Nouveau_Modern": "Art Nouveau",
    "Mannerism_Late_Renaissance": "Mannerism",
    "Ukiyo_e": "Ukiyo-e",
}
"""Labels whose clean form is more than the same without underscores."""


class UnknownGenre(ValueError):
    """A genre that no label of the list stands for; the message says what there is."""


def clean(label: str) -> str:
    """A label as people write it: `Post_Impressionism` → “Post-Impressionism”."""
    return WRITTEN.get(label, label.replace("_", " "))


def position(genre: str, labels: Sequence[str]) -> int:
    """Where `genre` is in `labels`, however it is written: case, spaces, `_`, `-`, accents, ().

    Raises UnknownGenre where no label means it.
    """
    wanted = _folded(genre)
    for place, label in enumerate(labels):
        if wanted in {_folded(label), _folded(clean(label)), _folded(_raw(label))}:
            return place
    known = ", ".join(clean(label) for label in labels)
    raise UnknownGenre(
        f"“{genre}” is none of the genres that are told apart here: {known}. Write one of them"
        " into the column “genre” of the collection's manifest, or give the metric labels of your"
        " own."
    )


def _raw(label: str) -> str:
    """The WikiArt name of a clean label, so that either form finds the other."""
    return next((raw for raw, written in WRITTEN.items() if written == label), label)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.casefold())
