"""`manage.py measure IMAGES --reference DIR --metric NAME`: metrics with or without a study."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pandas import DataFrame
from torch import Tensor

from config.plugins import PluginError
from evaluation import scoring, services
from evaluation.measurements import MeasureError
from evaluation.metrics import METRICS, Metric
from evaluation.scoring import Loaded, Pair, ScoreError
from generation.management.bars import bar
from generation.management.over_files import loaded as loaded_networks
from generation.manifest import files_below
from generation.networks import Networks, NetworkUnavailable
from generation.originals import UnreadableImage, decode
from generation.pixels import to_tensor
from generation.progress import Progress
from studies.models import Study


@dataclass(frozen=True)
class Scored:
    """One picture's values, or the sentence that says why there are none."""

    image: str
    reference: str
    values: dict[str, float]
    problem: str = ""


class Command(BaseCommand):
    """Scores pictures; with --study, those of a study, which are stored."""

    help = (
        "Scores a picture or a folder of pictures against references of the same name"
        " (--reference), or every picture of a study against its working copy (--study)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("images", type=Path, nargs="?", help="a picture, or a folder of them")
        parser.add_argument(
            "--reference", type=Path, help="a picture, or a folder with the same names"
        )
        parser.add_argument(
            "--metric", action="append", metavar="NAME", help=f"one of {', '.join(METRICS.names())}"
        )
        parser.add_argument(
            "--networks", action="append", default=[], metavar="ROLE=ID",
            help="perceptual=…: a hub id, a folder, or a short name",
        )  # fmt: skip
        parser.add_argument("--study", metavar="SLUG", help="measure and store a study's pictures")
        shape = parser.add_mutually_exclusive_group()
        shape.add_argument("--json", action="store_true", help="print JSON")
        shape.add_argument("--csv", action="store_true", help="print CSV")

    def handle(self, **options: Any) -> None:
        if options["study"]:
            self._study(options)
        elif options["images"]:
            self._files(options)
        else:
            raise CommandError("Name pictures, or a study with --study.")

    def _study(self, options: dict[str, Any]) -> None:
        study = Study.objects.select_related("protocol").filter(slug=options["study"]).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no study “{options['study']}” (there are: {known}).")
        try:
            with bar(f"measuring {study.slug}", "picture") as progress:
                done = services.measure(study=study, metrics=options["metric"], progress=progress)
        except MeasureError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            told = {"study": study.slug, "new": done.new, "skipped": dict(done.skipped)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{study.slug}: {done.new} new values.")
        for name, reason in done.skipped.items():
            self.stdout.write(f"Left out {name}: {reason}")

    def _files(self, options: dict[str, Any]) -> None:
        try:
            metrics = scoring.build(options["metric"] or ["linf", "l2", "ssim", "psnr"])
            networks = loaded_networks(sorted(scoring.needs(metrics)), options["networks"])
        except (PluginError, NetworkUnavailable) as error:
            raise CommandError(str(error)) from error
        pairs = list(_pairs(options["images"], options["reference"], metrics))
        with bar("measuring", "picture") as progress:
            found = _scored(pairs, metrics, networks, progress)
        self.stdout.write(_printed(found, list(metrics), options), ending="")
        problems = [scored.problem for scored in found if scored.problem]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} of {len(found)} pictures could not be measured.")


def _pairs(images: Path, reference: Path | None, metrics: dict[str, Metric]) -> Iterator[Pair]:
    if reference is None and any(metric.needs_reference for metric in metrics.values()):
        wanting = next(name for name, metric in metrics.items() if metric.needs_reference)
        raise CommandError(f"{wanting} compares with a reference: name it with --reference.")
    if not images.exists():
        raise CommandError(f"There is no file or folder {images}.")
    if images.is_file():
        yield Pair(str(images), str(_counterpart(images.name, reference)))
        return
    names = files_below(images)
    if not names:
        raise CommandError(f"There is no file in {images}.")
    for name in names:
        yield Pair(str(images / name), str(_counterpart(name, reference)))


def _counterpart(name: str, reference: Path | None) -> Path | str:
    """The reference of a file: the one that was named, or the one of the same name in a folder.

    `cat.png` also finds `cat.jpg`: what is protected is saved as PNG, whatever it was before.
    """
    if reference is None or reference.is_file():
        return reference or ""
    exact = reference / name
    if exact.exists():
        return exact
    others = sorted(exact.parent.glob(f"{exact.stem}.*")) if exact.parent.is_dir() else []
    return others[0] if others else exact


def _scored(
    pairs: Sequence[Pair], metrics: dict[str, Metric], networks: Networks, progress: Progress
) -> list[Scored]:
    """Every pair in the order given; what fails stops nothing else."""
    found: dict[Pair, Scored] = {}

    def readable() -> Iterator[Loaded]:
        for pair in pairs:
            try:
                yield scoring.loaded(pair, _read)
            except ScoreError as error:
                found[pair] = Scored(pair.image, pair.reference, {}, str(error))

    for lot in scoring.lots(readable(), settings.BATCH_SIZE):
        found |= _lot(lot, metrics, networks)
        progress(len(found), len(pairs))
    return [found[pair] for pair in pairs]


def _lot(
    lot: Sequence[Loaded], metrics: dict[str, Metric], networks: Networks
) -> dict[Pair, Scored]:
    pairs = [entry.pair for entry in lot]
    try:
        columns = scoring.scores(lot, metrics, networks)
    except ScoreError as error:
        return {pair: Scored(pair.image, pair.reference, {}, str(error)) for pair in pairs}
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return {
        pair: Scored(pair.image, pair.reference, row) for pair, row in zip(pairs, rows, strict=True)
    }


def _read(name: str) -> Tensor:
    try:
        return to_tensor(decode(Path(name).read_bytes(), name, settings.MAX_PIXELS).image)
    except (UnreadableImage, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScoreError(f"{name}: {reason}") from error


def _printed(found: Sequence[Scored], names: list[str], options: dict[str, Any]) -> str:
    if options["json"]:
        rows = [
            {
                "image": s.image,
                "reference": s.reference or None,
                "problem": s.problem or None,
                **{name: _json_number(value) for name, value in s.values.items()},
            }
            for s in found
        ]
        return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    scored = [s for s in found if not s.problem]
    if options["csv"]:
        return _long(scored).to_csv(index=False, lineterminator="\n")
    width = max([len(s.image) for s in scored], default=5)
    head = f"{'image':{width}}" + "".join(f"{name:>12}" for name in names)
    rest = [
        f"{s.image:{width}}" + "".join(f"{s.values[name]:12.5g}" for name in names) for s in scored
    ]
    return "\n".join([head, *rest]) + "\n"


def _long(scored: Sequence[Scored]) -> DataFrame:
    """One row a value; `item` is the file's name without its ending, as `analyse` may want it."""
    return DataFrame(
        [
            {
                "item": Path(s.image).stem,
                "metric": name,
                "value": value,
                "image": s.image,
                "reference": s.reference,
            }
            for s in scored
            for name, value in s.values.items()
        ],
        columns=["item", "metric", "value", "image", "reference"],
    )


def _json_number(value: float) -> float | str:
    return value if isfinite(value) else "inf"
