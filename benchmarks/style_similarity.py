"""Is a painter's picture nearer to the painter's others than to everybody else's? Cosine and CSLS.

    python benchmarks/style_similarity.py --artworks-dir FOLDER [--network ROLE=ID]

One folder a painter; centre squares of 256 px. Each picture in turn is held against the painter's
others and against each other painter, by `clip_style_similarity` (or `csd`, `dino_similarity`, with
a network in the role style or dino), as it is and with `correction: csls`. Prints the table of
docs/metrics.md.
"""

import argparse
import os
import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import numpy as np
import torch
from PIL import Image

from evaluation.measuring.galleries import Gallery
from evaluation.metrics import METRICS
from generation import networks, pixels
from generation.networks import Networks, NetworkUnavailable

SIZE, FEWEST, NEIGHBOURS = 256, 4, 10
NAMES = {"clip": "clip_style_similarity", "style": "csd", "dino": "dino_similarity"}
ENDINGS = {".jpg", ".jpeg", ".png"}


def main() -> int:
    options = _options()
    role, _, network = options.network.partition("=")
    try:
        loaded = networks.load({role: network}, options.networks_dir)
    except NetworkUnavailable as missing:
        print(f"Not measured: {missing}")
        return 0
    painters = _painters(options.artworks_dir)
    count = sum(map(len, painters))
    print(f"{len(painters)} painters of {FEWEST} pictures or more, {count} pictures, {network}\n")
    print("| metric | correction | painters nearer to another | pictures nearest to their own |")
    print("| --- | --- | --- | --- |")
    for correction in ("none", "csls"):
        held = _held(painters, NAMES[role], correction, loaded)

        gaps, nearest = _read(held, painters)
        print(f"| `{NAMES[role]}` | {correction} | {(gaps < 0).sum()} of {len(gaps)} |"
              f" {nearest:.0%} |")  # fmt: skip
    return 0


def _held(
    painters: list[tuple[str, ...]], name: str, correction: str, loaded: Networks
) -> dict[tuple[int, int], np.ndarray]:
    """(picture, painter) → its likeness to every painter, without itself."""
    metric = METRICS.build(name, {"correction": correction, "neighbours": NEIGHBOURS})
    found = {}
    for i, pictures in enumerate(painters):
        for k, picture in enumerate(pictures):
            rest = [tuple(p for p in each if p != picture) for each in painters]
            galleries = [
                Gallery(rest[j], tuple(rest[:j] + rest[j + 1 :]), square) for j in range(len(rest))
            ]
            images = square(picture).expand(len(rest), -1, -1, -1)
            found[k, i] = metric.score(images, galleries, loaded).numpy()
    return found


def _read(held: dict, painters: list[tuple[str, ...]]) -> tuple[np.ndarray, float]:
    """Per painter: mean likeness to the own, minus that to the nearest other painter."""
    gaps, right = [], []
    for i, pictures in enumerate(painters):
        rows = np.stack([held[k, i] for k in range(len(pictures))])
        right += (rows.argmax(1) == i).tolist()
        means = rows.mean(0)
        gaps.append(means[i] - np.delete(means, i).max())
    return np.array(gaps), float(np.mean(right))


@cache
def square(name: str) -> torch.Tensor:
    """A centre square of SIZE pixels, [1, 3, SIZE, SIZE]."""
    with Image.open(name) as opened:
        image = opened.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    cut = image.crop((left, top, left + side, top + side))
    return pixels.to_tensor(cut.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def _painters(folder: Path) -> list[tuple[str, ...]]:
    each = [
        tuple(sorted(str(file) for file in place.iterdir() if file.suffix.lower() in ENDINGS))
        for place in sorted(folder.iterdir())
        if place.is_dir()
    ]
    return [pictures for pictures in each if len(pictures) >= FEWEST]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--artworks-dir", type=Path, required=True)
    parser.add_argument("--networks-dir", type=Path)
    parser.add_argument("--network", default="clip=sandbox_clip", metavar="ROLE=ID")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
