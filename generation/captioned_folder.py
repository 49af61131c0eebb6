"""A folder of pictures with captions, as a mimicry learns from it: no study or database needed."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import torch
from torch import Tensor

from generation import pixels
from generation.manifest import COLUMNS, files_below
from generation.mimicry import MimicryError
from generation.originals import MAX_PIXELS, SUFFIXES, UnreadableImage, decode

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class CaptionedPictures:
    """What a mimicry learns from."""

    names: Sequence[str]
    """Paths inside the folder."""
    images: Tensor
    """[N, 3, H, W] in [0, 1]."""
    captions: Sequence[str]
    left_out: Sequence[str] = ()
    """Paths of pictures that the table does not name."""


def read(
    folder: Path,
    table: Path | None,
    template: str,
    size: int | None,
    max_pixels: int = MAX_PIXELS,
) -> CaptionedPictures:
    """The pictures of `folder`, cut to squares of `size` pixels; as they are where it is None.

    With a `table` (CSV: path, caption and whatever else) its rows in their order, without one every
    file by name. `template` is the caption, in which {column} stands for a column; without a table
    there are {title}, the file's name, and {painter}, its folder's. Raises MimicryError with a
    sentence that names the picture.
    """
    if not folder.is_dir():
        raise MimicryError(f"There is no folder {folder}.")
    rows = _rows(table) if table else _by_name(folder)
    if not rows:
        raise MimicryError(f"There is no picture in {folder}.")
    captions = [_caption(template, row) for row in rows]
    images = [_image(folder, row["path"], size, max_pixels) for row in rows]
    names = [row["path"] for row in rows]
    _check_sizes(names, images)
    unnamed = [name for name in _pictures_below(folder) if name not in names] if table else []
    return CaptionedPictures(names, torch.cat(images), captions, unnamed)


def _pictures_below(folder: Path) -> list[str]:
    known = {suffix for suffixes in SUFFIXES.values() for suffix in suffixes}
    return [name for name in files_below(folder) if Path(name).suffix.lower() in known]


def _by_name(folder: Path) -> list[dict[str, str]]:
    rows = []
    for name in files_below(folder):
        parts = PurePosixPath(name)
        painter = parts.parent.name or folder.resolve().name
        rows.append({"path": name, "title": parts.stem, "painter": painter})
    return rows


def _rows(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = [
                {key: (text or "").strip() for key, text in row.items() if isinstance(key, str)}
                for row in csv.DictReader(file, strict=True)
            ]
    except OSError as error:
        raise MimicryError(f"{table} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MimicryError(f"{table} is no CSV in UTF-8: save it as “CSV UTF-8”.") from error
    named = [_with_path(row) for row in rows]
    if not all(row.get("path") for row in named):
        raise MimicryError(f"{table} needs a column “path” with a picture on each line.")
    return named


def _with_path(row: dict[str, str]) -> dict[str, str]:
    column = next((name for name in COLUMNS["path"] if name in row), "path")
    return {**row, "path": row.get(column, "")}


def _caption(template: str, row: Mapping[str, str]) -> str:
    def filled(found: re.Match[str]) -> str:
        text = row.get(found[1], "")
        if not text:
            raise MimicryError(
                f"{row['path']} has no {found[1]}: name a CSV file with it in --captions, or write"
                " a --caption without it."
            )
        return text

    return PLACEHOLDER.sub(filled, template)


def _image(folder: Path, name: str, size: int | None, max_pixels: int) -> Tensor:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise MimicryError(f"{name} leads out of the folder {folder}.")
    try:
        image = decode(path.read_bytes(), name, max_pixels).image
    except (UnreadableImage, OSError) as error:
        raise MimicryError(f"{name}: {getattr(error, 'strerror', None) or error}") from error
    return pixels.to_tensor(image if size is None else pixels.square(image, size, "centre"))


def _check_sizes(names: Sequence[str], images: Sequence[Tensor]) -> None:
    for name, image in zip(names, images, strict=True):
        if image.shape != images[0].shape:
            raise MimicryError(
                f"Pictures must be of one size to be learnt together; {names[0]} has"
                f" {_sides(images[0])} pixels and {name} {_sides(image)}: cut them to squares"
                " with --size."
            )


def _sides(image: Tensor) -> str:
    return f"{image.shape[-1]} × {image.shape[-2]}"
