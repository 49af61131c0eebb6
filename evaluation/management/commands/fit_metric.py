"""`manage.py fit_metric niqe FOLDER --to FILE`: fits niqe or cloak_detector on your pictures."""

import io
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image
from torch import Tensor

from evaluation.measuring import cloak_fitting
from evaluation.measuring.cloak_fitting import CLEAN, Gathered
from evaluation.measuring.picture_files import counterpart
from evaluation.seeing import cloak_model, scene_model
from evaluation.seeing.cloak_marks import SMALLEST, marks
from evaluation.seeing.windows import at_least
from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData
from generation.management.bars import bar
from generation.manifest import files_below
from generation.noise import normal
from generation.originals import UnreadableImage, decode
from generation.pixels import quantise, resize, to_image, to_tensor

NOISES = (0.01, 0.02, 0.04)
QUALITIES = (75, 90)


class Command(BaseCommand):
    """Writes a file that the metric's setting names; says how well the detector does."""

    help = (
        "Fits niqe on clean pictures, or cloak_detector on clean pictures and cloaked copies of"
        " them, and writes the numbers to a file (--to), which a setting of the metric then names."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("metric", choices=["niqe", "cloak_detector"])
        parser.add_argument(
            "clean", type=Path, help="a folder of clean pictures, best one a painter"
        )
        parser.add_argument(
            "--to", type=Path, required=True, metavar="FILE", help="a .json to write"
        )
        parser.add_argument("--about", default="", help="what the pictures are, for the file")
        parser.add_argument(
            "--short-side", type=int, metavar="PIXELS",
            help="shrink clean pictures to this short side first, as those you will measure (niqe)",
        )  # fmt: skip
        parser.add_argument("--block", type=int, default=96, help="side of niqe's patches, pixels")
        parser.add_argument(
            "--cloaked", type=Path, action="append", default=[], metavar="DIR",
            help="a folder of cloaked copies with the same names; may be given several times",
        )  # fmt: skip

    def handle(self, **options: Any) -> None:
        if not options["clean"].is_dir():
            raise CommandError(f"There is no folder {options['clean']}.")
        try:
            if options["metric"] == "niqe":
                self._niqe(options)
            else:
                self._cloak_detector(options)
        except (ValueError, BadData, UnreadableImage, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Written to {options['to']}.")

    def _niqe(self, options: dict[str, Any]) -> None:
        if options["block"] < 16 or options["block"] % 2:
            raise CommandError("--block: write an even number of pixels, 16 at least.")
        names, folder = _names(options["clean"]), options["clean"]
        pictures = (_read(folder / name, options["short_side"]) for name in self._told(names))
        model = scene_model.fit(pictures, options["block"], options["about"] or "own pictures")
        scene_model.write(model, options["to"])
        self.stdout.write(
            f"Fitted on {model.about['patches']} sharp patches of"
            f" {model.about['pictures']} pictures."
        )

    def _cloak_detector(self, options: dict[str, Any]) -> None:
        gathered = self._gathered(options)
        told = cloak_fitting.foretold(gathered)
        table = {
            cloak: {
                kind: str(cloak_fitting.areas(told, gathered, cloak, kind))
                for kind in gathered.uncloaked
            }
            for cloak in gathered.cloaked
        }
        card = {
            "about": options["about"] or "own pictures",
            "works": len(gathered.painters),
            "painters": len(set(gathered.painters)),
            "auc on held-out painters": table,
        }
        everything = np.arange(len(gathered.painters))
        model = cloak_fitting.fit(gathered, everything, card)
        cloak_model.write(model, options["to"])
        for cloak, row in table.items():
            self.stdout.write(f"{cloak}: AUC {row[CLEAN]} against clean pictures")

    def _gathered(self, options: dict[str, Any]) -> Gathered:
        folder: Path = options["clean"]
        names = _names(folder)
        painters = [Path(name).parts[0] if "/" in name else name for name in names]
        if not options["cloaked"]:
            raise CommandError("Name the folders of cloaked copies with --cloaked.")
        if len(set(painters)) < cloak_fitting.FOLDS:
            raise CommandError(
                f"Pictures of {cloak_fitting.FOLDS} painters at least are needed, each in a folder"
                " of their own: the detector is judged by painters it has not seen."
            )
        rows: dict[str, list[Floats]] = {}
        for number, name in enumerate(self._told(names)):
            for kind, picture in _spoilt(_read(folder / name), number):
                rows.setdefault(kind, []).append(_marks(picture))
            for other in options["cloaked"]:
                picture = _read(Path(counterpart(name, other)))
                rows.setdefault(f"cloaked: {other.name}", []).append(_marks(picture))
        found = {kind: np.concatenate(each) for kind, each in rows.items()}
        return Gathered(
            {kind: each for kind, each in found.items() if not kind.startswith("cloaked: ")},
            {kind[9:]: each for kind, each in found.items() if kind.startswith("cloaked: ")},
            painters,
        )

    def _told(self, names: Sequence[str]) -> Iterator[str]:
        with bar("reading", "picture") as progress:
            for number, name in enumerate(names, 1):
                yield name
                progress(number, len(names))


def _names(folder: Path) -> list[str]:
    names = [name for name in files_below(folder) if not name.endswith((".csv", ".md", ".txt"))]
    if not names:
        raise CommandError(f"There is no picture in {folder}.")
    return names


def _read(path: Path, short_side: int | None = None) -> Tensor:
    image = decode(path.read_bytes(), path.name, settings.MAX_PIXELS).image
    share = min(1.0, short_side / min(image.size)) if short_side else 1.0
    sides = [round(side * share) for side in image.size]
    return to_tensor(resize(image.convert("RGB"), *sides) if share < 1 else image)


def _spoilt(clean: Tensor, seed: int) -> Iterator[tuple[str, Tensor]]:
    """A picture that nobody cloaked: as it is, with noise, and compressed."""
    yield CLEAN, clean
    generator = torch.Generator().manual_seed(seed)
    for sigma in NOISES:
        yield f"noise {sigma}", quantise(clean + normal(clean, [generator], sigma))
    for quality in QUALITIES:
        file = io.BytesIO()
        to_image(clean).save(file, "JPEG", quality=quality)
        yield f"JPEG {quality}", to_tensor(Image.open(file))


def _marks(picture: Tensor) -> Floats:
    at_least(picture, SMALLEST, "The cloak detector")
    found: Floats = marks(picture).numpy()
    return found
