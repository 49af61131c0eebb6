"""The model card: what the shipped networks were measured to do, on paintings nobody trained on."""

import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from PIL import Image
from torch import Generator, Tensor

from generation.lots import in_lots
from generation.networks import Networks, load
from generation.pixels import to_image
from generation.progress import Progress, silent
from generation.sampling import Sampler, paint
from generation.sandbox.painters import GENRES, contemporary, historical
from generation.sandbox.scenes import SCENES
from generation.sandbox.training.corpus import Subject, held_out
from generation.sandbox.world import caption
from generation.sandbox.world import paint as paint_by_hand

SAMPLER = Sampler(scheduler="dpmpp", steps=20, guidance=4.0)
MOOD_OF_PROMPTS = "at noon"


@dataclass(frozen=True)
class Share:
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def text(self) -> str:
        """Percentage with its 95 % Wilson interval."""
        if self.n == 0:
            return "–"
        share, z = self.hits / self.n, 1.96
        middle = (share + z * z / (2 * self.n)) / (1 + z * z / self.n)
        reach = z * math.sqrt(share * (1 - share) / self.n + (z / (2 * self.n)) ** 2)
        reach /= 1 + z * z / self.n
        return f"{share:.1%} [{middle - reach:.1%}, {middle + reach:.1%}], n = {self.n}"


def measure(
    weights: Path, to: Path, per_motif: int = 1, progress: Progress = silent
) -> dict[str, Any]:
    """Measure the networks in `weights`; sample sheet and numbers are written into `to`."""
    networks = load({"diffusion": str(weights / "pipeline"), "clip": str(weights / "clip")}, None)
    found: dict[str, Any] = {}
    for era, painters in (("historical", historical()), ("contemporary", contemporary())):
        subjects = held_out(painters, per_motif)
        images = _by_hand(subjects)
        found[f"reconstruction_db_{era}"] = _reconstruction(images, networks)
        found[f"genre_top1_{era}"] = _named(images, [s.genre for s in subjects], GENRES, networks)
        progress(1 + (era == "contemporary"), 3, era)
    found |= _prompted(networks, to / "samples.jpg")
    found["machine"] = f"{platform.machine()}, {torch.get_num_threads()} threads"
    text = {key: value.text if isinstance(value, Share) else value for key, value in found.items()}
    (to / "card.json").write_text(json.dumps(text, indent=1) + "\n")
    progress(3, 3, "prompts")
    return text


def _by_hand(subjects: Sequence[Subject]) -> Tensor:
    pictures = [paint_by_hand(s.painter, s.scene, s.mood, s.seed) for s in subjects]
    return torch.stack([torch.from_numpy(picture) for picture in pictures])


@torch.no_grad()
def _reconstruction(images: Tensor, networks: Networks) -> float:
    """Mean PSNR in dB of decoded latent means."""
    network = networks.diffusion.autoencoder
    rebuilt = in_lots(lambda lot: network.decode(network.encode(lot.images[0])), images)
    errors = (rebuilt.clamp(0, 1) - images).square().mean((1, 2, 3))
    return round(float((-10 * errors.log10()).mean()), 2)


def _named(
    images: Tensor, truth: Sequence[str], labels: Sequence[str], networks: Networks
) -> Share:
    """How often the pair puts the true label first among `labels`."""
    texts = networks.clip.embed_texts(list(labels))
    first = (networks.clip.embed_images(images) @ texts.T).argmax(1).tolist()
    hits = sum(labels[guess] == true for guess, true in zip(first, truth, strict=True))
    return Share(hits, len(images))


def _prompted(networks: Networks, sheet: Path) -> Mapping[str, Any]:
    """Every historical painter × scene by prompt: scene and genre as the pair sees them."""
    subjects = [
        Subject(painter, scene, MOOD_OF_PROMPTS, 0) for painter in historical() for scene in SCENES
    ]
    prompts = [caption(s.painter, s.scene, s.mood) for s in subjects]
    generators = [Generator().manual_seed(number) for number in range(len(prompts))]
    start = monotonic()
    images = paint(networks.diffusion, prompts, "", SAMPLER, generators, silent)
    seconds = (monotonic() - start) / len(prompts)
    by_hand = _by_hand(subjects)
    _contact_sheet(images, len(SCENES), sheet)
    scenes, truths = [*SCENES], [s.scene for s in subjects]
    genres = [s.genre for s in subjects]
    return {
        "prompted_scene_top1": _named(images, truths, scenes, networks),
        "painted_scene_top1": _named(by_hand, truths, scenes, networks),
        "prompted_genre_top1": _named(images, genres, GENRES, networks),
        "painted_genre_top1": _named(by_hand, genres, GENRES, networks),
        "seconds_per_image": round(seconds, 2),
    }


def _contact_sheet(images: Tensor, columns: int, file: Path) -> None:
    side = 128
    rows = math.ceil(len(images) / columns)
    sheet = Image.new("RGB", (columns * side, rows * side))
    for number, image in enumerate(images):
        place = (number % columns * side, number // columns * side)
        sheet.paste(to_image(image).resize((side, side), Image.Resampling.LANCZOS), place)
    sheet.save(file, quality=85)
