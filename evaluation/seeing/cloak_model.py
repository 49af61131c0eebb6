"""Is this picture cloaked? A logistic regression on its marks, kept in a small file. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.seeing import fitted_files
from evaluation.seeing.cloak_marks import NAMES
from evaluation.statistics.answers import Floats

METRIC = "cloak_detector"
MARGIN = 1.0
"""Standard deviations beyond what was seen while fitting that a mark still counts."""


@dataclass(frozen=True)
class CloakModel:
    """Of each mark: mean, deviation, extremes and weight; `offset` of the log-odds; a card."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    low: tuple[float, ...]
    """In deviations from the mean, as high; marks beyond are taken as this and MARGIN more."""
    high: tuple[float, ...]
    weights: tuple[float, ...]
    offset: float
    card: Mapping[str, Any]
    """What it was fitted on, and how well it tells held-out painters' pictures apart."""

    def log_odds(self, marks: Floats) -> Floats:
        """[N, 48] → [N]: for a picture that is as likely cloaked as not beforehand."""
        scaled = (marks - np.array(self.mean)) / np.array(self.deviation)
        scaled = scaled.clip(np.array(self.low) - MARGIN, np.array(self.high) + MARGIN)
        found: Floats = scaled @ np.array(self.weights) + self.offset
        return found

    @property
    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"marks": NAMES, **asdict(self)}


def write(model: CloakModel, path: Path) -> None:
    """The model as JSON."""
    path.write_text(json.dumps(model.document, ensure_ascii=False) + "\n", encoding="utf-8")


def pinned(name: str) -> str:
    """The setting that names a model, with the checksum of its file; raises ValueError."""
    name = fitted_files.pinned(name, METRIC)
    read(name)
    return name


@lru_cache(maxsize=8)  # a function of a file that `pinned` has checked
def read(name: str) -> CloakModel:
    """The model of a file; raises ValueError where it holds none."""
    return fitted_files.read(fitted_files.located(name, METRIC), _made)


def _made(document: dict[str, Any]) -> CloakModel:
    if tuple(document.pop("marks")) != NAMES:
        raise ValueError("it is of other marks")
    lists = ("mean", "deviation", "low", "high", "weights")
    numbers = {name: tuple(float(value) for value in document[name]) for name in lists}
    if {len(values) for values in numbers.values()} != {len(NAMES)}:
        raise ValueError(f"its lists are not of {len(NAMES)} numbers")
    return CloakModel(**numbers, offset=float(document["offset"]), card=document["card"])
