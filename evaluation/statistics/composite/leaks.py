"""Signs that a composite metric could look good without being good."""

from collections.abc import Sequence

import numpy as np

from evaluation.statistics.answers import Codes, Floats

ONLY_ARTIST = 0.99
SAME_AS_ANSWER = 0.999
MOSTLY = 0.5


def leaks(features: Floats, answers: Floats, artist: Codes, names: Sequence[str]) -> list[str]:
    """A sentence for each sign found in `features` [n, p]; an empty list where there is none."""
    return [
        *_images_of_two_artists(features, artist),
        *(
            sentence
            for name, column in zip(names, features.T, strict=True)
            for sentence in of_column(name, column, answers, artist)
        ),
    ]


def _images_of_two_artists(features: Floats, artist: Codes) -> list[str]:
    unique, row = np.unique(features, axis=0, return_inverse=True)
    if len(unique) < MOSTLY * len(features):  # metrics of few values tell no pictures apart
        return []
    of_row = np.zeros((int(row.max()) + 1, int(artist.max()) + 1), dtype=bool)
    of_row[row.ravel(), artist] = True
    shared = int((of_row.sum(1) > 1)[row.ravel()].sum())
    if not shared:
        return []
    return [
        f"{shared} images have exactly the metrics of an image by another artist: one picture under"
        " two names would be learned from and tested on."
    ]


def of_column(name: str, column: Floats, answers: Floats, artist: Codes) -> list[str]:
    """A sentence for each sign found in one metric [n]."""
    total = float(((column - column.mean()) ** 2).sum())
    if not total:
        return [f"{name} is the same for every image."]
    counts = np.maximum(np.bincount(artist), 1)
    inside = float(((column - (np.bincount(artist, column) / counts)[artist]) ** 2).sum())
    found = []
    if inside < (1 - ONLY_ARTIST) * total:
        found.append(f"{name} hardly varies within artists: it tells who painted, not how well.")
    spread = total * float(((answers - answers.mean()) ** 2).sum())
    together = float((column - column.mean()) @ (answers - answers.mean()))
    if spread and abs(together) > SAME_AS_ANSWER * np.sqrt(spread):
        found.append(f"{name} is the answer itself, or made from it.")
    return found
