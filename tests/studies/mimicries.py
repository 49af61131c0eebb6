"""Experiment files about mimicry: two painters, a purification, tiny settings."""

from typing import Any

from tests.studies import paintings

PAINTERS = {"Ada Azure": 9, "Bruno Burnt-Sienna": 8}
MIMICRY: dict[str, Any] = {
    "method": "dreambooth",
    "settings": {"steps": 2, "batch": 1},
    "network": "tiny-pipeline",
    "training": {"images": 3, "cloaked": 0.5, "caption": "{caption}"},
    "paintings": {"prompts": "held_out", "count": 4, "sampler": {"steps": 2}, "seed": 100},
}


def import_paintings(**columns: str) -> None:
    """Ada has nine works, Bruno eight; each has a short caption and a number."""
    paintings.import_paintings(
        PAINTERS, **{"caption": "art {n}", "genre": "Cubism", "n": "{n}", **columns}
    )


def mimicry(**changes: Any) -> dict[str, Any]:
    """The mimicry with changes: `training__images=4`."""
    made = {**MIMICRY, **{part: dict(MIMICRY[part]) for part in ("training", "paintings")}}
    for dotted, value in changes.items():
        *path, last = dotted.split("__")
        (made[path[0]] if path else made)[last] = value
    return made


def text(mimicries: dict[str, Any] | None = None, **changes: Any) -> str:
    """An experiment file whose raters judge two paintings beside two originals."""
    trial = {"kind": "mimicry_success", "settings": {"originals": 2, "paintings": 2}}
    return paintings.text(
        **{
            "stimuli__mimicries": {"learnt": mimicry()} if mimicries is None else mimicries,
            "stimuli__select": {},
            "study__trial": trial,
            **changes,
        }
    )
