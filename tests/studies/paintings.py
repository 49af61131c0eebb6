"""A small imported collection, and experiment files about it; no network is needed for them."""

from typing import Any

import yaml

from generation import store
from generation.models import Artwork, Collection, Rights
from tests.studies.factories import drawn

PAINTERS = {"Ada Azure": 3, "Bruno Burnt-Sienna": 2, "Cleo Cerulean": 2}


def import_paintings(
    painters: dict[str, int] = PAINTERS, first: int = 100, **columns: str
) -> Collection:
    """`painters` says how many artworks each has; every picture is different.

    Importing more into the same collection takes another `first` number. `columns` are further
    columns of the manifest; {n} in one of them is the artwork's number.
    """
    collection, _ = Collection.objects.get_or_create(slug="demo")
    names = [(painter, n) for painter, count in painters.items() for n in range(count)]
    for number, (painter, n) in enumerate(names, start=first):
        image = store.put_png(drawn(number, 32))
        Artwork.objects.create(
            collection=collection,
            image=image,
            source_name=f"{painter}/{n}.png",
            source_sha256=image.sha256,
            painter=painter,
            title=f"{painter} {n}",
            rights=Rights.PUBLIC_DOMAIN,
            rights_statement="drawn by a test",
            notes={"columns": {name: words.format(n=n) for name, words in columns.items()}},
        )
    return collection


def experiment(**changes: Any) -> dict[str, Any]:
    """An experiment as data; `changes` are dotted keys: `stimuli__seed=3`."""
    data: dict[str, Any] = {
        "experiment": "small",
        "title": "Which changes do people accept?",
        "stimuli": {
            "collection": "demo",
            "select": {"artworks_per_painter": 2, "seed": 1},
            "preparation": {"method": "square", "settings": {"size": 32}},
            "seed": 20,
            "protections": {"clean": None},
            "purifications": {"none": None, "jpeg-15": {"method": "jpeg", "preset": None}},
        },
        "study": {
            "trial": {"kind": "acceptability"},
            "channel": {"kind": "open_link"},
            "information": "We look at pictures.",
            "consent": ["I am 18 or older."],
            "contact": "Kim Keeper, kim@example.org",
            "checks": [{"check": "practice", "settings": {"trials": 2}}],
            "raters": {"participants": 6, "items_each": 6, "per_item": 3},
            "debrief": "Thank you!",
            "seed": 7,
        },
        "analysis": {"seed": 11, "analyses": {}},
    }
    data["stimuli"]["purifications"]["jpeg-15"]["settings"] = {"quality": 15}
    for dotted, value in changes.items():
        *path, last = dotted.split("__")
        part = data
        for key in path:
            part = part[key]
        part[last] = value
    return data


def text(**changes: Any) -> str:
    """The same as an experiment file."""
    return yaml.safe_dump(experiment(**changes), sort_keys=False, allow_unicode=True)
