"""The machine's half of the critique: what a genre metric says while pictures are spoilt in steps.

    python benchmarks/ladder.py sandbox [--works 6] [--to FILE.png]
    python benchmarks/ladder.py mimics  [--works 4] [--to FILE.png]
    NETWORKS_DIR=FOLDER python benchmarks/ladder.py real ARTWORKS [--to FILE.png]

`sandbox`: works by all 20 painters; `mimics`: what the sandbox's network paints of each historical
painter's name. CLIP genre is `sandbox_clip`'s, LPIPS `sandbox_lpips`'s. `real`: a folder of
paintings with a MANIFEST.csv (path, painter); the genre metric is a classifier of painters by
SqueezeNet's features (nearest class mean, the picture itself left out), LPIPS that of Zhang et al.
(squeeze); NETWORKS_DIR holds `lpips_squeeze`.

Prints the tables of docs/ladder.md: means with 95 % intervals over painters, and where each metric
notices by the machine's half of the analysis `quality_blindness`. `--to` draws it.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import numpy as np
import torch
import vl_convert
from pandas import DataFrame
from PIL import Image
from torch import Generator, Tensor

from evaluation.evidence import Evidence
from evaluation.findings.ladder_findings import climbed
from evaluation.metrics import METRICS
from evaluation.ratings import FACTORS, NEEDED, checked
from evaluation.statistics.clustered import clustered_mean
from generation import pixels
from generation.degradations import DEGRADATIONS
from generation.networks import Networks, load
from generation.progress import silent
from generation.samplers import Sampler
from generation.sampling import paint as sampled
from generation.sandbox.exhibition import works
from generation.sandbox.painters import PAINTERS, historical
from generation.sandbox.scenes import SCENES
from generation.sandbox.world import caption, paint

SIZE, BATCH = 256, 16
BOUND = 0.2
LADDERS: dict[str, tuple[str, tuple[float, ...]]] = {
    "blur": ("gaussian_blur", (0.5, 1, 2, 4, 8)),
    "noise": ("gaussian_noise", (0.02, 0.05, 0.1, 0.2, 0.4)),
    "jpeg": ("jpeg", (50, 70, 85, 92, 97)),
    "resize": ("resize", (1.5, 2, 4, 8, 16)),
    "rounds": ("reconstruction", (1, 2, 4, 8, 16)),
}
LPIPS_RUINED, SSIM_RUINED = 0.4, 0.5
"""Where a picture is called ruined by LPIPS and by SSIM: round figures, chosen before measuring."""

Scorer = Callable[[Tensor, Tensor, Sequence[int]], dict[str, Tensor]]
"""Degraded, undegraded [N, 3, H, W] and which pictures they are → metric → [N]."""


@dataclass(frozen=True)
class Collection:
    """Pictures of one size, with who painted them (or is imitated)."""

    images: Tensor
    """[N, 3, SIZE, SIZE]"""
    painters: Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=["sandbox", "mimics", "real"])
    parser.add_argument("artworks", nargs="?", type=Path)
    parser.add_argument("--works", type=int, default=6, help="of each painter")
    parser.add_argument("--to", type=Path, help="a PNG to draw")
    chosen = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    if chosen.what == "real":
        networks = load({"perceptual": "lpips_squeeze"}, Path(os.environ["NETWORKS_DIR"]))
        collection = real(chosen.artworks)
        judge = painter_classifier(collection, networks)
        ladders = {name: LADDERS[name] for name in LADDERS if name != "rounds"}
    else:
        roles = {"autoencoder": "sandbox", "perceptual": "sandbox_lpips", "clip": "sandbox_clip"}
        networks = load({**roles, "diffusion": "sandbox"}, None)
        make = invented if chosen.what == "sandbox" else imitated
        collection, ladders = make(chosen.works, networks), LADDERS
        judge = clip_genre(collection, networks)
    rows = list(measured(collection, ladders, networks, judge))
    evidence = as_evidence(rows)
    report(evidence, chosen.to)


def invented(each: int, _networks: Networks) -> Collection:
    """Works by all painters of the sandbox that no network was trained on."""
    asked = [work for painter in PAINTERS for work in works(painter, each, seed=5)]
    images = [paint(work.painter, work.scene, work.mood, work.seed) for work in asked]
    return Collection(torch.from_numpy(np.stack(images)), [work.painter for work in asked])


def imitated(each: int, networks: Networks) -> Collection:
    """What the sandbox's network paints of each painter whom it knows by name."""
    names = [name for name in historical() for _ in range(each)]
    scenes = list(SCENES)
    asked = [caption(name, scenes[k % len(scenes)], "at noon") for k, name in enumerate(names)]
    sampler = Sampler(scheduler="dpmpp", steps=15, guidance=4.0)
    generators = [Generator().manual_seed(100 + k) for k in range(len(asked))]
    images = sampled(networks.diffusion, asked, "", sampler, generators, silent)
    return Collection(pixels.quantise(images), names)


def real(folder: Path) -> Collection:
    """The paintings of a manifest, cut square from the middle."""
    with (folder / "MANIFEST.csv").open(newline="") as manifest:
        rows = list(csv.DictReader(manifest))
    images = []
    for row in rows:
        with Image.open(folder / row["path"]) as picture:
            cut = pixels.square(picture.convert("RGB"), SIZE, "centre")
        images.append(pixels.to_tensor(cut))
    return Collection(torch.cat(images), [row["painter"] for row in rows])


def measured(
    collection: Collection,
    ladders: dict[str, tuple[str, tuple[float, ...]]],
    networks: Networks,
    judge: Scorer,
) -> Iterator[dict[str, object]]:
    """One row a picture and dose, the undegraded ones first."""
    numbers = range(len(collection.images))
    for part in (numbers[k : k + BATCH] for k in range(0, len(numbers), BATCH)):
        bare = collection.images[part.start : part.stop]
        steps = [("none", 0.0, bare)]
        for label, (method, strengths) in ladders.items():
            steps += list(_ladder(label, method, strengths, bare, part, networks))
        for label, dose, spoilt in steps:
            found = {**fidelity(spoilt, bare, networks), **judge(spoilt, bare, part)}
            for place, number in enumerate(part):
                values = {name: float(column[place]) for name, column in found.items()}
                who = collection.painters[number]
                yield {"number": number, "artist": who, "label": label, "dose": dose, **values}
        print(f"{part.stop} of {len(numbers)} pictures", file=sys.stderr)


def _ladder(
    label: str,
    method: str,
    strengths: Sequence[float],
    images: Tensor,
    numbers: Sequence[int],
    networks: Networks,
) -> Iterator[tuple[str, float, Tensor]]:
    """Rounds go on from where the last step was: 16 rounds are the 8 and 8 more."""
    before, passed = 0.0, images
    for strength in strengths:
        rounds = method == "reconstruction"
        built = DEGRADATIONS.build(method, {"strength": strength - before if rounds else strength})
        generators = [Generator().manual_seed(number) for number in numbers]
        spoilt = built.degrade(passed if rounds else images, networks, generators, silent)
        before, passed = strength, spoilt
        yield label, strength, spoilt


def fidelity(spoilt: Tensor, bare: Tensor, networks: Networks) -> dict[str, Tensor]:
    """LPIPS and SSIM to the undegraded picture, and sharpness (1 minus blur)."""
    with torch.no_grad():
        lpips = networks.perceptual.distance(spoilt, networks.perceptual.features(bare))
        return {
            "lpips": lpips,
            "ssim": METRICS.build("ssim").score(spoilt, bare, networks),
            "sharpness.reblur": METRICS.build("sharpness").score(spoilt, spoilt, networks)[:, 0],
        }


def clip_genre(collection: Collection, networks: Networks) -> Scorer:
    """The sandbox's CLIP pair against the sandbox's genres."""
    metric = METRICS.build("clip_genre", {"labels": "sandbox"})

    def score(spoilt: Tensor, _bare: Tensor, numbers: Sequence[int]) -> dict[str, Tensor]:
        genres = [PAINTERS[collection.painters[number]].genre for number in numbers]
        found = metric.score(spoilt, genres, networks)
        names = ("correct", "margin", "probability")
        return {f"clip_genre.{name}": found[:, k] for k, name in enumerate(names)}

    return score


def painter_classifier(collection: Collection, networks: Networks) -> Scorer:
    """Nearest class mean of SqueezeNet's features; a picture is left out of its own class's mean.

    Features are the mean and the deviation over positions of every channel of every layer that
    LPIPS reads, standardised over the undegraded paintings; nearness is the cosine.
    """
    own = torch.cat([_features(part, networks) for part in collection.images.split(BATCH)])
    middle, spread = own.mean(0), own.std(0) + 1e-6
    own = (own - middle) / spread
    names = sorted(set(collection.painters))
    member = torch.tensor([[painter == name for name in names] for painter in collection.painters])
    sums, sizes = member.double().T @ own, member.double().sum(0)

    def score(spoilt: Tensor, _bare: Tensor, numbers: Sequence[int]) -> dict[str, Tensor]:
        seen = (_features(spoilt, networks) - middle) / spread
        found = []
        for feature, number in zip(seen, numbers, strict=True):
            mine = member[number]
            means = (sums - mine[:, None] * own[number]) / (sizes - mine.double())[:, None]
            near = torch.nn.functional.cosine_similarity(feature[None], means)
            found.append(near[mine].max() - near[~mine].max())
        margin = torch.stack(found)
        return {"painter.correct": (margin > 0).double(), "painter.margin": margin}

    return score


def _features(images: Tensor, networks: Networks) -> Tensor:
    """[N, D] float64."""
    with torch.no_grad():
        layers = networks.perceptual.activations(images)
    return torch.cat([f(layer.double()) for layer in layers for f in (_mean, _spread)], 1)


def _mean(layer: Tensor) -> Tensor:
    return layer.mean((2, 3))


def _spread(layer: Tensor) -> Tensor:
    return layer.std((2, 3))


def as_evidence(rows: Sequence[dict[str, object]]) -> Evidence:
    """Items and measurements, and nobody's answers."""
    table = DataFrame(rows)
    metrics = [name for name in table.columns if name not in ("number", "artist", "label", "dose")]
    levels = {"protection": "clean", "budget": "0", "purification": "none", "mimicry": "none"}
    items = DataFrame(
        {
            "item": [f"item-{k:06d}" for k in range(len(table))],
            "artwork": table["number"].map("work {}".format),
            "artist": table["artist"],
            "era": "",
            "surface": "",
            **levels,
            "degradation": table["label"],
            "dose": table["dose"].map("{:g}".format),
        }
    )
    long = table.assign(item=items["item"]).melt("item", metrics, "metric", "value")
    return Evidence(checked(_nobody()), long.assign(version="benchmark"), items)


def _nobody() -> DataFrame:
    return DataFrame({name: [] for name in (*NEEDED, *FACTORS, "scale")})


def report(evidence: Evidence, to: Path | None) -> None:
    """The tables, and the picture."""
    names = list(dict.fromkeys(evidence.measurements["metric"]))
    wide = evidence.of_items.merge(
        evidence.measurements.pivot(index="item", columns="metric", values="value"), on="item"
    )
    print(f"{wide['artwork'].nunique()} pictures, {wide['artist'].nunique()} painters\n")
    print(f"| degradation | dose | {' | '.join(names)} |\n| --- | --- |{' --- |' * len(names)}")
    for (label, dose), part in sorted(wide.groupby(["degradation", "dose"]), key=_order):
        cells = [_cell(part, name) for name in names]
        print(f"| {label} | {dose} | {' | '.join(cells)} |")
    found = climbed(
        evidence, {}, names, success_from=None, bound=BOUND, drawn="artists", level=0.95, seed=1
    )
    print("\n| degradation | metric | along the ladder | mean rank correlation with the dose |")
    print("| --- | --- | --- | --- |")
    for climb in found.climbs:
        for each in climb.metrics:
            trend = each.trend.effect if each.trend else "–"
            print(f"| {climb.ladder.label} | {each.name} | {each.said(BOUND)} | {trend} |")
    _ruined(wide)
    if to is not None:
        shown = [name for name in names if not name.endswith(("correct", "probability"))]
        drawn = climbed(
            evidence, {}, shown, success_from=None, bound=BOUND, drawn="artists", level=0.95, seed=1
        )
        chart = {**drawn.chart, "background": "#fbfaf8"}
        chart["config"]["background"] = "#fbfaf8"
        to.write_bytes(vl_convert.vegalite_to_png(vl_spec=chart, scale=1.5))


def _cell(part: DataFrame, name: str) -> str:
    """The mean over pictures, with its interval over painters."""
    share = name.endswith(("correct", "probability"))
    bounds = (0.0, 1.0) if share else None
    found = clustered_mean(part[name], None, part["artist"], bounds=bounds).estimate
    if not found.has_interval:
        return f"{found.value:.2f}"
    return f"{found:.0%}" if share else str(found)


def _ruined(wide: DataFrame) -> None:
    """What the genre metric says at the first dose that LPIPS and SSIM call ruinous."""
    correct = next(name for name in wide.columns if name.endswith(".correct"))
    undegraded = wide[wide["degradation"] == "none"]
    means = clustered_mean(undegraded[correct], None, undegraded["artist"], bounds=(0, 1)).estimate
    print(f"\nUndegraded, {correct} is {means:.0%}.\n")
    print(f"| degradation | ruined by | first dose | {correct} there | of the right, still right |")
    print("| --- | --- | --- | --- | --- |")
    right = set(undegraded[undegraded[correct] == 1]["artwork"])
    for label, part in wide[wide["degradation"] != "none"].groupby("degradation"):
        by_dose = part.groupby("dose")[["lpips", "ssim"]].mean()
        by_dose = by_dose.loc[sorted(by_dose.index, key=float)]
        for name, gone in (
            (f"LPIPS ≥ {LPIPS_RUINED}", by_dose["lpips"] >= LPIPS_RUINED),
            (f"SSIM ≤ {SSIM_RUINED}", by_dose["ssim"] <= SSIM_RUINED),
        ):
            if not gone.any():
                print(f"| {label} | {name} | never | | |")
                continue
            dose = gone.idxmax()
            there = part[part["dose"] == dose]
            kept = there[there["artwork"].isin(right)]
            shares = [
                f"{clustered_mean(rows[correct], None, rows['artist'], bounds=(0, 1)).estimate:.0%}"
                for rows in (there, kept)
            ]
            print(f"| {label} | {name} | {dose} | {shares[0]} | {shares[1]} |")


def _order(group: tuple[tuple[str, str], DataFrame]) -> tuple[bool, str, float]:
    (label, dose), _ = group
    return label != "none", label, float(dose)


if __name__ == "__main__":
    main()
