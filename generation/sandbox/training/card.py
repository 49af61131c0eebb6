"""The model card: what the shipped networks were measured to do, on paintings nobody trained on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from time import monotonic
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy.stats import binomtest, spearmanr, t
from torch import Generator, Tensor

from generation.lots import Lot, in_lots
from generation.machine import described
from generation.networks import Networks, load
from generation.networks.perceptual import Perceptual
from generation.pixels import to_image
from generation.progress import Progress, silent
from generation.sampling import Sampler, paint
from generation.sandbox import ruler
from generation.sandbox.painters import GENRES, PAINTERS, contemporary, historical
from generation.sandbox.scenes import SCENES
from generation.sandbox.style import vector_distance
from generation.sandbox.training.corpus import Corpus, Subject, held_out
from generation.sandbox.training.trunk import distorted

SAMPLER = Sampler(scheduler="dpmpp", steps=20, guidance=4.0)
MOOD = "at noon"
"""Of the paintings that are made from prompts."""
TEXT = Path(__file__).with_name("card.md")
SIDE = 128
"""Pixels of a picture in the contact sheet."""


@dataclass(frozen=True)
class Row:
    """One measured line of the card."""

    what: str
    found: str
    """A number with its 95 % interval."""
    n: int
    chance: str = "–"
    """What guessing would give."""


@dataclass(frozen=True)
class Card:
    """Everything that was measured, and the contact sheet."""

    rows: Sequence[Row]
    sheet: Image.Image
    seconds: float
    """For one painting from a prompt."""


def unseen() -> list[Subject]:
    """What is measured on: one new painting of each motif by every painter."""
    return held_out([*historical(), *contemporary()])


def asked() -> list[Subject]:
    """What the pipeline is asked for: every scene by each painter whom it knows."""
    return [Subject(name, scene, MOOD, 0) for name in historical() for scene in SCENES]


def measure(
    weights: Path,
    corpus: Corpus,
    prompted: Sequence[Subject],
    teacher: Perceptual,
    progress: Progress,
) -> Card:
    """Measure the networks in the folder `weights` on `corpus` and on paintings of `prompted`."""
    networks = load({"diffusion": str(weights / "pipeline"), "clip": str(weights / "clip")}, None)
    trunk = load({"perceptual": str(weights / "lpips")}, None).perceptual
    rows = [_likeness(trunk, teacher, corpus)]
    for number, era in enumerate((historical(), contemporary())):
        chosen = [i for i, subject in enumerate(corpus.subjects) if subject.painter in era]
        part = Corpus([corpus.subjects[i] for i in chosen], corpus.pixels[chosen])
        rows += _of_era("contemporary" if number else "historical", part, networks)
        progress(number + 1, 3, "held-out paintings")
    start = monotonic()
    images = _painted(networks, prompted)
    seconds = (monotonic() - start) / len(prompted)
    progress(3, 3, "paintings from prompts")
    rows += _of_prompts(images, prompted, networks)
    return Card(rows, _contact_sheet(images, len(SCENES)), seconds)


def write(card: Card, training: Path, weights: Path) -> None:
    """`README.md`, `card.json` and `samples.jpg` into `weights`.

    `training` holds the courses' records (PART/losses.json).
    """
    card.sheet.save(weights / "samples.jpg", quality=80)
    lessons = {
        file.parent.name: json.loads(file.read_text())[-1]
        for file in sorted(training.glob("*/losses.json"))
    }
    facts = {"machine": described(), "seconds_per_painting": round(card.seconds, 2)}
    kept = {**facts, "training": lessons, "measured": [vars(row) for row in card.rows]}
    (weights / "card.json").write_text(json.dumps(kept, indent=1) + "\n")
    (weights / "README.md").write_text(_text(card, lessons))


def _text(card: Card, lessons: dict[str, dict[str, Any]]) -> str:
    measured = [f"| {row.what} | {row.found} | {row.n} | {row.chance} |" for row in card.rows]
    learnt = [
        f"| {part} | {last['step']:,} | {last['seconds'] / 60:.0f} | {last['loss']:.4f} |"
        for part, last in lessons.items()
    ]
    return Template(TEXT.read_text()).substitute(
        machine=described(),
        measured="\n".join(measured),
        lessons="\n".join(learnt),
        minutes=f"{sum(last['seconds'] for last in lessons.values()) / 60:.0f}",
        seconds=f"{card.seconds:.2f}",
        sampler=f"{SAMPLER.steps} steps of DPM-Solver++ with guidance {SAMPLER.guidance:g}",
    )


def _likeness(trunk: Perceptual, teacher: Perceptual, corpus: Corpus) -> Row:
    """How the small trunk ranks distorted pictures, beside LPIPS itself."""
    chosen = torch.arange(0, len(corpus.subjects), max(1, len(corpus.subjects) // 200))
    images = corpus.batch(chosen)
    changed = distorted(images, Generator().manual_seed(1))

    def both(lot: Lot) -> Tensor:
        before, after = lot.images
        return torch.stack(
            [net.distance(after, net.features(before)) for net in (trunk, teacher)]
        ).T

    with torch.no_grad():
        ours, theirs = in_lots(both, images, changed).T.numpy()
    return Row(
        "rank correlation of `sandbox_lpips` with LPIPS (squeeze)", _rank(ours, theirs), len(ours)
    )


def _rank(ours: Any, theirs: Any) -> str:
    """Spearman's correlation with Fisher's z, variance 1.06 / (n - 3) (Fieller et al. 1957)."""
    found = float(spearmanr(ours, theirs).statistic)
    z, reach = (
        np.arctanh(np.clip(found, -1 + 1e-9, 1 - 1e-9)),
        1.96 * (1.06 / (len(ours) - 3)) ** 0.5,
    )
    return f"{found:.2f} [{np.tanh(z - reach):.2f}, {np.tanh(z + reach):.2f}]"


def _of_era(era: str, corpus: Corpus, networks: Networks) -> list[Row]:
    images = corpus.batch(torch.arange(len(corpus.subjects)))
    genres = [subject.genre for subject in corpus.subjects]
    scenes = [subject.scene for subject in corpus.subjects]
    rows = []
    for surface in ("smooth", "textured"):
        of = [i for i, s in enumerate(corpus.subjects) if PAINTERS[s.painter].surface == surface]
        decibels = _reconstruction(images[of][::4], networks)
        what = f"reconstruction of {surface} paintings, {era} painters (dB)"
        rows.append(Row(what, _mean(decibels), len(decibels)))
    return [
        *rows,
        _named(f"genre of paintings by {era} painters", images, genres, GENRES, networks),
        _named(f"scene of paintings by {era} painters", images, scenes, [*SCENES], networks),
    ]


@torch.no_grad()
def _reconstruction(images: Tensor, networks: Networks) -> Tensor:
    """PSNR in dB of decoded latent means, [N]."""
    network = networks.diffusion.autoencoder
    rebuilt = in_lots(lambda lot: network.decode(network.encode(lot.images[0])), images)
    errors = (rebuilt.clamp(0, 1) - images).square().mean((1, 2, 3))
    return -10 * errors.log10()


def _mean(values: Tensor) -> str:
    count = len(values)
    mean = float(values.mean())
    reach = float(t.ppf(0.975, count - 1)) * float(values.std()) / count**0.5
    return f"{mean:.1f} [{mean - reach:.1f}, {mean + reach:.1f}]"


def _named(
    what: str, images: Tensor, truth: Sequence[str], labels: Sequence[str], networks: Networks
) -> Row:
    """How often `sandbox_clip` puts the true label first among `labels`."""
    texts = networks.clip.embed_texts(list(labels))
    first = (networks.clip.embed_images(images) @ texts.T).argmax(1).tolist()
    hits = sum(labels[guess] == true for guess, true in zip(first, truth, strict=True))
    return Row(what, _share(hits, len(truth)), len(truth), f"{1 / len(labels):.0%}")


def _share(hits: int, n: int) -> str:
    """A share with Wilson's interval: held-out pictures are drawn one by one."""
    interval = binomtest(hits, n).proportion_ci(method="wilson")
    return f"{hits / n:.0%} [{interval.low:.0%}, {interval.high:.0%}]"


def _painted(networks: Networks, subjects: Sequence[Subject]) -> Tensor:
    prompts = [subject.caption for subject in subjects]
    generators = [Generator().manual_seed(number) for number in range(len(prompts))]
    return paint(networks.diffusion, prompts, "", SAMPLER, generators, silent)


def _of_prompts(images: Tensor, subjects: Sequence[Subject], networks: Networks) -> list[Row]:
    """What was asked for, as the pair sees it; whose style it is, as the ruler measures it."""
    genres = [subject.genre for subject in subjects]
    scenes = [subject.scene for subject in subjects]
    nearest = _nearest(images)
    hits = sum(found == subject.painter for found, subject in zip(nearest, subjects, strict=True))
    return [
        _named("genre of paintings from prompts", images, genres, GENRES, networks),
        _named("scene of paintings from prompts", images, scenes, [*SCENES], networks),
        Row(
            "painter of paintings from prompts, by the ruler (no network)",
            _share(hits, len(subjects)),
            len(subjects),
            f"{1 / len(historical()):.0%}",
        ),
    ]


def _nearest(images: Tensor) -> list[str]:
    """The historical painter whose style each picture is nearest to."""
    names = [*historical()]
    measured = ruler.measure(images.numpy())
    distances = np.stack(
        [vector_distance(measured, PAINTERS[name].style.vector()) for name in names]
    )
    return [names[index] for index in distances.argmin(0)]


def _contact_sheet(images: Tensor, columns: int) -> Image.Image:
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * SIDE, rows * SIDE))
    for number, image in enumerate(images):
        small = to_image(image).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        sheet.paste(small, (number % columns * SIDE, number // columns * SIDE))
    return sheet
