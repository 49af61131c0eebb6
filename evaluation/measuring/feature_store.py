"""Vectors of pictures, kept in the database: set metrics and second runs need no network again."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from django.db import DatabaseError, connection

from evaluation.models import PictureFeatures
from evaluation.seeing.set_features import Vector

Compute = Callable[[str], Vector]
"""Key of a picture (or of a pair) → its vector."""


def vectors(
    keys: Iterable[str], version: str, compute: Compute, told: Callable[[int, int], None]
) -> Mapping[str, Vector]:
    """Key → vector; those that are not kept are computed and kept, one by one.

    Where there is no database yet (`measure` of a folder needs none) nothing is kept. `told` hears
    how many of how many are done.
    """
    wanted, kept = list(dict.fromkeys(keys)), ready()
    found = dict(_kept(wanted, version)) if kept else {}
    for done, key in enumerate(wanted, start=1):
        if key not in found:
            found[key] = compute(key)
            if kept:
                _keep(key, version, found[key])
        told(done, len(wanted))
    return found


def ready() -> bool:
    """Whether there is a table to keep vectors in."""
    try:
        return PictureFeatures._meta.db_table in connection.introspection.table_names()
    except DatabaseError:
        return False


def _kept(keys: list[str], version: str) -> Iterable[tuple[str, Vector]]:
    rows = PictureFeatures.objects.filter(version=version, picture__in=keys)
    for key, data in rows.values_list("picture", "vector"):
        yield key, np.frombuffer(bytes(data), dtype="<f4")


def _keep(key: str, version: str, vector: Vector) -> None:
    PictureFeatures.objects.get_or_create(
        picture=key, version=version, defaults={"vector": vector.astype("<f4").tobytes()}
    )
