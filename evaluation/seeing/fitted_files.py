"""Small files of fitted numbers that metrics read: shipped ones by name, others by path. Pure.

A path alone would not say which numbers a measurement was made with, so a setting that names one is
kept with the first digits of the file's sha256 behind it.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Fitted = TypeVar("Fitted")

SHIPPED = Path(__file__).parent / "fitted"
DIGITS = 12


def located(name: str, metric: str) -> Path:
    """The file that a setting of a metric means: one that comes with the project, or a path."""
    bare = name.partition("#")[0]
    shipped = SHIPPED / f"{metric}_{bare}.json"
    return shipped if shipped.is_file() else Path(bare)


def pinned(name: str, metric: str) -> str:
    """`name` and, for a path, `#` and digits of its sha256, which are checked where given.

    Raises ValueError with a sentence.
    """
    path, (bare, _, pin) = located(name, metric), name.partition("#")
    try:
        digits = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ValueError(
            f"there is no file {bare} of a fitted {metric} ({error.strerror}): write one with"
            f" manage.py fit_metric {metric}"
        ) from error
    if pin and not digits.startswith(pin):
        raise ValueError(
            f"{bare} has the sha256 {digits[:DIGITS]}…, which does not begin with {pin}: it is not"
            " the file that was named"
        )
    return bare if path.parent == SHIPPED else f"{bare}#{pin or digits[:DIGITS]}"


def read(path: Path, made: Callable[[dict[str, Any]], Fitted]) -> Fitted:
    """What `made` makes of the object in a file; raises ValueError where it cannot."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return made(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(f"{path} holds no such fit ({reason}): write it again") from error
