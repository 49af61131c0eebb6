"""The Gaussian of clean pictures' scene statistics: fitted on a folder, kept in a small file. Pure.

Mittal, Soundararajan, Bovik 2013 (doi:10.1109/LSP.2012.2227726). Imports no torch by itself: a plan
that names a file is checked in the web process.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.seeing import fitted_files
from evaluation.seeing.natural_scenes import contrast, fitted, grey, halved
from evaluation.seeing.windows import at_least, doubled

if TYPE_CHECKING:
    from torch import Tensor

METRIC = "niqe"
FEATURES = 36
SHARP = 0.75
"""Patches at least this sharp, of the sharpest of their picture, are what clean pictures are."""


@dataclass(frozen=True)
class SceneModel:
    """Mean [36] and covariance [36, 36] of the statistics of clean patches of `block` pixels."""

    block: int
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    about: Mapping[str, Any]
    """What it was fitted on: a description, pictures, patches."""


def patches(images: "Tensor", block: int) -> tuple["Tensor", "Tensor"]:
    """Statistics [N, P, 36] and mean local deviation [N, P] of the patches of block × block.

    Raises ValueError where fewer than two patches fit.
    """
    import torch  # noqa: PLC0415  # torch: only in workers

    at_least(images, block, f"NIQE with patches of {block} pixels")
    height, width = (side // block * block for side in images.shape[-2:])
    if height * width < 2 * block**2:
        raise ValueError(
            f"NIQE needs two patches of {block} pixels at least; this picture of"
            f" {images.shape[-1]}×{images.shape[-2]} has one."
        )
    first = grey(doubled(images))[..., :height, :width]
    fields, deviation = contrast(first, "replicate")
    smaller, _ = contrast(halved(first), "replicate")
    statistics = [
        fitted(_cut(fields, block).flatten(0, 1)),
        fitted(_cut(smaller, block // 2).flatten(0, 1)),
    ]
    found = torch.cat(statistics, 1).view(len(images), -1, FEATURES)
    return found, _cut(deviation, block).mean((2, 3))


def _cut(fields: "Tensor", block: int) -> "Tensor":
    """[N, 1, H, W] → [N, P, block, block]."""
    tiles = fields[:, 0].unfold(1, block, block).unfold(2, block, block)
    return tiles.flatten(1, 2)


def fit(pictures: Iterable["Tensor"], block: int, about: str) -> SceneModel:
    """The Gaussian of clean pictures, [1, 3, H, W] each; raises ValueError where too few."""
    import torch  # noqa: PLC0415  # torch: only in workers

    kept = []
    for picture in pictures:
        statistics, deviation = patches(picture, block)
        kept.append(statistics[deviation > SHARP * deviation.max()])
    found = torch.cat(kept).cpu() if kept else torch.empty(0, FEATURES)
    if len(found) < 2 * FEATURES:
        raise ValueError(
            f"{len(kept)} pictures have {len(found)} sharp patches of {block} pixels, and"
            f" {2 * FEATURES} are needed: give more or larger pictures, or a smaller block."
        )
    described = {"fitted_on": about, "pictures": len(kept), "patches": len(found)}
    mean, covariance = _short(found.mean(0)), [_short(row) for row in found.T.cov()]
    return SceneModel(block, mean, tuple(covariance), described)


def _short(numbers: "Tensor") -> tuple[float, ...]:
    """To nine digits, so that the file is short."""
    return tuple(float(f"{value:.9g}") for value in numbers.tolist())


def write(model: SceneModel, path: Path) -> None:
    """The model as JSON."""
    document = {"block": model.block, "mean": model.mean, "covariance": model.covariance}
    path.write_text(json.dumps({**model.about, **document}) + "\n", encoding="utf-8")


def pinned(name: str) -> str:
    """The setting that names a model, with the checksum of its file; raises ValueError."""
    name = fitted_files.pinned(name, METRIC)
    read(name)
    return name


@lru_cache(maxsize=8)  # a function of a file that `pinned` has checked
def read(name: str) -> SceneModel:
    """The model of a file; raises ValueError where it holds none."""
    return fitted_files.read(fitted_files.located(name, METRIC), _made)


def _made(document: dict[str, Any]) -> SceneModel:
    mean = tuple(float(value) for value in document.pop("mean"))
    rows = tuple(tuple(float(value) for value in row) for row in document.pop("covariance"))
    block = int(document.pop("block"))
    if len(mean) != FEATURES or [len(row) for row in rows] != [FEATURES] * FEATURES:
        raise ValueError("its numbers are not 36 and 36 × 36")
    return SceneModel(block, mean, rows, document)
