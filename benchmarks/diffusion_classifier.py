"""How often the sandbox's diffusion classifier is right on paintings that no network has seen.

    python benchmarks/diffusion_classifier.py [--paintings 4]

Prints the table of docs/metrics.md: for painters whom the network has learnt and for those whom it
has not, its accuracy, that of CLIP genre on the same paintings, what guessing gives, and the cost.
"""

import argparse
import os
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import torch
from scipy.stats import binomtest
from torch import Tensor

from evaluation.metrics import METRICS
from generation.machine import described
from generation.networks import Networks, load
from generation.sandbox.painters import contemporary, historical
from generation.sandbox.training.corpus import Subject, held_out
from generation.sandbox.world import paint

PRESET = "sandbox"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--paintings", type=int, default=4, help="of each painter")
    count = options.parse_args().paintings
    networks = load({"diffusion": "sandbox", "clip": "sandbox_clip"}, None)
    metric = METRICS.build("diffusion_classifier", preset=PRESET)
    print(f"{metric.passes} network passes a picture; {described()}\n")
    print("| painters | paintings | diffusion classifier | CLIP genre | by chance | s a picture |")
    print("| --- | --- | --- | --- | --- | --- |")
    for era, painters in (("historical", historical()), ("contemporary", contemporary())):
        works = [work for name in painters for work in _of(name, count)]
        print(_row(era, works, networks), flush=True)
    return 0


def _of(painter: str, count: int) -> list[Subject]:
    """The first paintings of a spread over scenes and moods that nobody trained on."""
    all_of = held_out([painter])
    return all_of[:: max(1, len(all_of) // count)][:count]


def _row(era: str, works: list[Subject], networks: Networks) -> str:
    images = torch.cat([_painted(work) for work in works])
    genres = [work.genre for work in works]
    metric = METRICS.build("diffusion_classifier", preset=PRESET)
    begun = perf_counter()
    by_diffusion = metric.score(images, genres, networks)[:, 0]
    seconds = (perf_counter() - begun) / len(works)
    by_clip = METRICS.build("clip_genre", preset="sandbox").score(images, genres, networks)[:, 0]
    return (
        f"| {era} | {len(works)} | {_share(by_diffusion)} | {_share(by_clip)} |"
        f" {metric.chance:.0%} | {seconds:.1f} |"
    )


def _painted(work: Subject) -> Tensor:
    return torch.from_numpy(paint(work.painter, work.scene, work.mood, work.seed))[None]


def _share(correct: Tensor) -> str:
    hits, count = int(correct.sum()), len(correct)
    interval = binomtest(hits, count).proportion_ci(method="wilson")
    return f"{hits / count:.0%} [{interval.low:.0%}, {interval.high:.0%}]"


if __name__ == "__main__":
    sys.exit(main())
