"""Where a cloak's effect is lost between the artist's works and the mimic's paintings.

A cloak works only if each link of a chain holds: the target style differs from the artist's, the
cloak moves the autoencoder's latents toward it within its budget, and fine-tuning learns what the
latents show. For painters of the sandbox this measures each link, and what mimics would do if the
links before them were perfect (mimics of half-way latents, and of the target pictures themselves).

    python benchmarks/cloak_chain.py [--to FILE.csv] [--painters NAME ...] [--arms NAME ...]
    python benchmarks/cloak_chain.py --read FILE.csv

Prints the tables of docs/sandbox.md, by the means over painters with 95 % intervals (t, painters
drawn); about an hour of processor time, half of that on 2 cores. `--read` prints the tables of
what was measured before.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import numpy as np
import torch
from scipy.stats import t as student
from torch import Generator, Tensor

from generation import pixels
from generation.lots import in_lots
from generation.mimicry.dreambooth import DreamBooth
from generation.networks import Networks, load
from generation.progress import silent
from generation.protections.glaze import Glaze
from generation.protections.random_noise import RandomNoise
from generation.purifications.impress import Impress
from generation.samplers import Sampler
from generation.sampling import paint as sampled
from generation.sandbox.exhibition import Work, works
from generation.sandbox.painters import GENRES, PAINTERS
from generation.sandbox.world import caption, paint
from generation.style_transfers.image_to_image import ImageToImage
from studies.simulated.style_gap import gap

EIGHT = (
    *("ines-carrow", "dara-velle", "marek-solan", "yusuf-karadal"),
    *("elsbeth-marne", "hisao-tanabu", "odile-vernay", "anselm-roux"),
)
"""Of studies/presets/sandbox_measured.yaml: four contemporary painters, four historical ones."""
TARGET = "otto-vrabel"
LEARNT, PAINTED, SHOWN = 12, 8, 4
SHORT, LONG = 120, 360
SAMPLER = Sampler(scheduler="dpmpp", steps=12, guidance=4.0)
NETWORKS = {
    "autoencoder": "sandbox",
    "diffusion": "sandbox",
    "perceptual": "sandbox_lpips",
    "clip": "sandbox_clip",
}


@dataclass(frozen=True)
class Case:
    """One painter's works, and their target pictures."""

    painter: str
    images: Tensor
    captions: list[str]
    asked: list[str]
    """captions of works that are not learnt: what mimics are asked for"""
    own: Tensor
    """further works: what paintings of mimics are compared with"""
    target: Tensor


Arm = Callable[[Case, Networks], Tensor]


def cloaked(case: Case, loaded: Networks, *, budget: float) -> Tensor:
    cloak = Glaze(steps=40, budget=budget)
    return cloak.protect(case.images, loaded, _generators(LEARNT, 2), silent, case.target)


def noisy(case: Case, loaded: Networks, *, budget: float) -> Tensor:
    return RandomNoise(budget=budget).protect(
        case.images, loaded, _generators(LEARNT, 3), silent, None
    )


def purified(case: Case, loaded: Networks, *, budget: float) -> Tensor:
    shown = cloaked(case, loaded, budget=budget)
    return Impress(steps=30).purify(shown, loaded, _generators(LEARNT, 4), silent)


def part_of_the_way(case: Case, loaded: Networks, *, share: float) -> Tensor:
    """Pictures whose latents lie between the work's and the target's: no budget at all."""
    own, aim = latents(case.images, loaded), latents(case.target, loaded)
    network = loaded.autoencoder
    with torch.no_grad():
        made = in_lots(lambda lot: network.decode(lot.images[0]), own + share * (aim - own))
    return pixels.quantise(made.clamp(0, 1))


ARMS: Mapping[str, tuple[Arm, int]] = {
    "nothing": (lambda case, _: case.images, 0),
    "clean": (lambda case, _: case.images, SHORT),
    "noise 0.2": (partial(noisy, budget=0.2), SHORT),
    "glaze 0.1": (partial(cloaked, budget=0.1), SHORT),
    "glaze 0.2": (partial(cloaked, budget=0.2), SHORT),
    "glaze 0.4": (partial(cloaked, budget=0.4), SHORT),
    "glaze 0.2, IMPRESS": (partial(purified, budget=0.2), SHORT),
    "latents half-way": (partial(part_of_the_way, share=0.5), SHORT),
    "latents all the way": (partial(part_of_the_way, share=1.0), SHORT),
    "clean, long": (lambda case, _: case.images, LONG),
    "glaze 0.2, long": (partial(cloaked, budget=0.2), LONG),
}
"""Name → what is learnt from, and for how many steps."""


Row = dict[str, str | float]


def main() -> int:
    options = _options()
    if options.read:
        with options.read.open(newline="", encoding="utf-8") as file:
            rows: list[Row] = list(csv.DictReader(file))
    else:
        rows = _measure(options.painters, options.arms)
    if options.to:
        with options.to.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    for era in ("contemporary", "historical"):
        _print(era, [row for row in rows if PAINTERS[str(row["painter"])].era == era])
    _print("all", rows)
    return 0


def _measure(painters: list[str], arms: list[str]) -> list[Row]:
    loaded = load(NETWORKS, None)
    rows: list[Row] = []
    for name in painters:
        case = _case(name, loaded)
        print(f"{name}: {_of_target(case, loaded)}", flush=True)
        for arm in arms:
            found = _measured(case, arm, loaded)
            told = ", ".join(f"{key} {value:.2f}" for key, value in found.items())
            print(f"  {arm}: {told}", flush=True)
            rows.append({"painter": name, "arm": arm, **found})
    return rows


def latents(images: Tensor, loaded: Networks) -> Tensor:
    with torch.no_grad():
        return in_lots(lambda lot: loaded.autoencoder.encode(lot.images[0]), images)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--painters", nargs="+", choices=PAINTERS, default=EIGHT, metavar="NAME")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS), metavar="NAME")
    parser.add_argument("--to", type=Path, help="CSV of every measurement")
    parser.add_argument("--read", type=Path, help="such a CSV: measure nothing")
    return parser.parse_args()


def _case(painter: str, loaded: Networks) -> Case:
    made = works(painter, LEARNT + PAINTED + SHOWN)
    images = pixels.quantise(torch.stack([_by_hand(work) for work in made]))
    captions = [caption(work.painter, work.scene, work.mood) for work in made]
    prompt = f"by {PAINTERS[TARGET].name}"
    transfer = ImageToImage(prompt=prompt, steps=10, guidance=4.0, strength=0.6)
    learnt, asked = images[:LEARNT], captions[LEARNT : LEARNT + PAINTED]
    target = transfer.transfer(learnt, None, loaded, _generators(LEARNT, 1), silent)
    return Case(painter, learnt, captions[:LEARNT], asked, images[LEARNT + PAINTED :], target)


def _by_hand(work: Work) -> Tensor:
    return torch.from_numpy(paint(work.painter, work.scene, work.mood, work.seed, 256))


def _generators(count: int, stream: int) -> list[Generator]:
    return [Generator().manual_seed(1000 * stream + number) for number in range(count)]


def _of_target(case: Case, loaded: Networks) -> str:
    other = torch.stack([_by_hand(work) for work in works(TARGET, SHOWN)])
    target = case.target
    return (
        f"target pictures are {_gap(case.images, target):.2f} from the painter's,"
        f" {_gap(other, target):.2f} from {TARGET}'s, whose own are"
        f" {_gap(case.images, other):.2f} from the painter's;"
        f" genre as {TARGET}'s {_accuracy(target, TARGET, loaded):.0%}"
    )


def _measured(case: Case, arm: str, loaded: Networks) -> dict[str, float]:
    make, steps = ARMS[arm]
    shown = make(case, loaded)
    own, aim, now = (latents(images, loaded) for images in (case.images, case.target, shown))
    way = ((now - own) * (aim - own)).sum((1, 2, 3)) / (aim - own).square().sum((1, 2, 3))
    network = loaded.diffusion
    if steps:
        lesson = DreamBooth(steps=steps, batch=4, rate=1e-4, precision="float32")
        mimic = lesson.learn(shown, case.captions, loaded, Generator().manual_seed(7), silent)
        network = mimic.onto(network)
    paintings = sampled(network, case.asked, "", SAMPLER, _generators(PAINTED, 9), silent)
    return {
        "way": float(way.mean()),
        "gap": _gap(case.own, paintings),
        "accuracy": _accuracy(paintings, case.painter, loaded),
    }


def _gap(left: Tensor, right: Tensor) -> float:
    return gap(_bytes(left), _bytes(right))


def _bytes(images: Tensor) -> list[np.ndarray]:
    return [np.rint(image * 255).astype(np.uint8).transpose(1, 2, 0) for image in images.numpy()]


def _accuracy(images: Tensor, painter: str, loaded: Networks) -> float:
    texts = loaded.clip.embed_texts(list(GENRES))
    first = (loaded.clip.embed_images(images) @ texts.T).argmax(1).tolist()
    return float(np.mean([GENRES[guess] == PAINTERS[painter].genre for guess in first]))


def _print(title: str, rows: list[Row]) -> None:
    if not rows:
        return
    print(f"\n{title}, {len({row['painter'] for row in rows})} painters\n")
    print(
        "| learnt from | way to the target | style gap | than clean | genre accuracy | than clean |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for arm in dict.fromkeys(str(row["arm"]) for row in rows):
        print(f"| {arm} | {' | '.join(_cells(rows, arm))} |")


def _cells(rows: list[Row], arm: str) -> list[str]:
    def column(name: str, of: str) -> np.ndarray:
        ordered = sorted(rows, key=lambda row: str(row["painter"]))
        return np.array([float(row[name]) for row in ordered if row["arm"] == of])

    clean = "clean, long" if arm.endswith("long") else "clean"
    return [
        _mean(column("way", arm), ".0%"),
        *_beside(column("gap", arm), column("gap", clean), ".3f", same=arm == clean),
        *_beside(column("accuracy", arm), column("accuracy", clean), ".0%", same=arm == clean),
    ]


def _beside(values: np.ndarray, clean: np.ndarray, form: str, *, same: bool) -> list[str]:
    """The mean, and how much more it is than that of mimics of clean art, painter by painter."""
    paired = not same and len(clean) == len(values)
    return [f"{values.mean():{form}}", _mean(values - clean, f"+{form}") if paired else "–"]


def _mean(values: np.ndarray, form: str) -> str:
    if len(values) < 2:
        return f"{values.mean():{form}}"
    mean, spread = values.mean(), values.std(ddof=1) / len(values) ** 0.5
    reach = student.ppf(0.975, len(values) - 1) * spread
    return f"{mean:{form}} [{mean - reach:{form}}, {mean + reach:{form}}]"


if __name__ == "__main__":
    sys.exit(main())
