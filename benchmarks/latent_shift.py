"""How far cloaks move the latent toward their target, against noise of the same LPIPS.

    python benchmarks/latent_shift.py --artworks-dir FOLDER --networks-dir FOLDER [--per-painter 4]

Prints the table of docs/methods.md: paintings of six painters, centre squares of 256 px, each cloak
at three budgets, everything measured on the rounded image. Glaze's targets are made as studies make
them: a painter drawn between the 50th and 75th percentile, his first picture's style by `gram`.
"""

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import torch
from PIL import Image
from torch import Generator, Tensor

from generation import networks, pixels
from generation.budgets import measure
from generation.latent_shift import Shift, latent_shift
from generation.networks import Networks, NetworkUnavailable
from generation.progress import silent
from generation.protections.glaze import Glaze
from generation.protections.photoguard_encoder import PhotoguardEncoder
from generation.style_transfers.gram import Gram
from generation.target_styles import centroid, draw

SIZE, PAINTERS = 256, 6
GLAZE_BUDGETS, PHOTOGUARD_LEVELS = (0.03, 0.05, 0.07), (4, 8, 16)


def main() -> int:
    options = _options()
    ids = {"autoencoder": options.autoencoder, "perceptual": "lpips_squeeze"}
    try:
        loaded = networks.load(ids, options.networks_dir)
        works = _works(options.artworks_dir, options.per_painter)
    except (NetworkUnavailable, OSError) as missing:
        print(f"Not measured: {missing}")
        return 0
    images = torch.cat(list(works.values()))
    print(f"{len(images)} paintings, {SIZE} px, {options.autoencoder}; {', '.join(works)}\n")
    print("| protection | budget | LPIPS | L∞ | toward | noise | times noise: median | least |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    _glaze(images, _restyled(works, loaded), loaded)
    _photoguard(images, loaded)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, folder in (("networks", "data/weights"), ("artworks", "data/artworks")):
        named = os.environ.get(f"{name.upper()}_DIR", folder)
        parser.add_argument(f"--{name}-dir", type=Path, default=Path(named))
    parser.add_argument("--autoencoder", default="sd1_vaelight")
    parser.add_argument("--per-painter", type=int, default=1)
    return parser.parse_args()


def _works(folder: Path, each: int) -> dict[str, Tensor]:
    """Squares [each, 3, 256, 256] of the painters with most pictures."""
    with (folder / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    most = [painter for painter, _ in Counter(row["painter"] for row in rows).most_common(PAINTERS)]
    paths = {
        painter: list(islice((row["path"] for row in rows if row["painter"] == painter), each))
        for painter in most
    }
    return {
        painter: torch.cat([_square(folder / path) for path in paths[painter]]) for painter in most
    }


def _square(path: Path) -> Tensor:
    with Image.open(path) as picture:
        return pixels.to_tensor(pixels.square(picture.convert("RGB"), SIZE, "centre"))


def _restyled(works: dict[str, Tensor], loaded: Networks) -> Tensor:
    centroids = {painter: centroid(images, loaded.autoencoder) for painter, images in works.items()}
    targets = {painter: draw(painter, centroids, seed=1) for painter in works}
    styles = [works[targets[painter]][:1].expand_as(images) for painter, images in works.items()]
    images = torch.cat(list(works.values()))
    return Gram(steps=60).transfer(images, torch.cat(styles), loaded, _seeded(images), silent)


def _glaze(images: Tensor, targets: Tensor, loaded: Networks) -> None:
    with torch.no_grad():
        aims = loaded.autoencoder.encode(targets)
    for budget in GLAZE_BUDGETS:
        recipe = Glaze(budget=budget, steps=60)
        cloaked = recipe.protect(images, loaded, _seeded(images), silent, targets)
        _row("glaze", f"LPIPS {budget}", cloaked, images, aims, loaded)


def _photoguard(images: Tensor, loaded: Networks) -> None:
    with torch.no_grad():
        aims = loaded.autoencoder.encode(torch.full_like(images, 0.5))
    for levels in PHOTOGUARD_LEVELS:
        recipe = PhotoguardEncoder(budget=levels / 255, steps=40)
        immunised = recipe.protect(images, loaded, _seeded(images), silent)
        _row("photoguard_encoder", f"L∞ {levels}/255", immunised, images, aims, loaded)


def _row(
    name: str, budget: str, made: Tensor, images: Tensor, aims: Tensor, loaded: Networks
) -> None:
    shifts: Sequence[Shift] = latent_shift(made, images, aims, loaded, _seeded(images))
    levels = [round(255 * far) for far in measure(made, images)["linf"]]
    ratios = [shift.ratio for shift in shifts]
    print(
        f"| {name} | {budget} | {max(shift.lpips for shift in shifts):.4f} | {max(levels)}/255"
        f" | {mean(shift.toward for shift in shifts):.3f}"
        f" | {mean(shift.noise_toward for shift in shifts):.3f}"
        f" | {median(ratios):.1f} | {min(ratios):.1f} |",
        flush=True,
    )


def _seeded(images: Tensor) -> list[Generator]:
    return [Generator().manual_seed(number) for number in range(len(images))]


if __name__ == "__main__":
    sys.exit(main())
