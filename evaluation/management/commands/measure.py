"""`manage.py measure IMAGES --reference DIR --metric NAME`: metrics with or without a study."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError
from pandas import DataFrame
from torch import Tensor

from config.plugins import PluginError
from evaluation import queries, services
from evaluation.choices import Entry
from evaluation.measuring import score_command, scoring, set_command
from evaluation.measuring.costly import Cost, cost_of_files, refusal
from evaluation.measuring.galleries import Gallery
from evaluation.measuring.measurements import MeasureError
from evaluation.measuring.metric_options import named
from evaluation.measuring.picture_files import Order, Scored, counterpart, read, scored
from evaluation.measuring.scoring import Pair, ScoreError
from evaluation.measuring.study_sets import REFERENCES, By
from evaluation.metrics import METRICS, Against, Metric, is_costly
from evaluation.set_metrics import SET_METRICS
from generation.management.bars import bar
from generation.management.over_files import loaded as loaded_networks
from generation.manifest import files_below
from generation.networks import Networks, NetworkUnavailable
from studies.models import Study

LONG = 5
"""Minutes above which costly metrics are not begun without --yes."""


class Command(BaseCommand):
    """Scores pictures; with --study, those of a study, which are stored."""

    help = (
        "Scores a picture or a folder of pictures against references of the same name"
        " (--reference), or every picture of a study against its working copy (--study)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("images", type=Path, nargs="?", help="a picture, or a folder of them")
        parser.add_argument(
            "--reference", type=Path,
            help="a picture, or a folder: with the same names, or of the painter's originals",
        )  # fmt: skip
        parser.add_argument(
            "--metric", action="append", metavar="NAME", help=f"one of {', '.join(METRICS.names())}"
        )
        parser.add_argument(
            "--set-metric", action="append", metavar="NAME", dest="set_metric",
            help="compare sets of pictures (--reference, or those of a study): one of"
            f" {', '.join(SET_METRICS.names())}",
        )  # fmt: skip
        parser.add_argument(
            "--by", choices=get_args(By), default="condition",
            help="of --set-metric: the artists of a condition together, or each apart",
        )  # fmt: skip
        parser.add_argument(
            "--against", choices=REFERENCES,
            help="of --set-metric: the artists' originals or the clean arm (default: both)",
        )  # fmt: skip
        parser.add_argument(
            "--set", action="append", default=[], metavar="METRIC.KEY=VALUE", dest="values",
            help="a setting of a metric, e.g. clip_genre.mode=legacy; lists as JSON",
        )  # fmt: skip
        parser.add_argument(
            "--preset", action="append", default=[], metavar="METRIC=NAME",
            help="named settings of a metric, e.g. diffusion_classifier=sandbox",
        )  # fmt: skip
        parser.add_argument("--genre", default="", help="genre of the painter, for clip_genre")
        parser.add_argument(
            "--prompt", default="", help="words it was painted from, for preference"
        )
        parser.add_argument(
            "--others", type=Path,
            help="originals of other painters, a folder each, for `correction: csls`",
        )  # fmt: skip
        parser.add_argument(
            "--networks", action="append", default=[], metavar="ROLE=ID",
            help="perceptual=… or clip=…: a hub id, a folder, or a short name",
        )  # fmt: skip
        parser.add_argument("--study", metavar="SLUG", help="measure and store a study's pictures")
        parser.add_argument(
            "--maps", action="store_true",
            help="with --study: store where in each picture metrics see a change",
        )  # fmt: skip
        parser.add_argument(
            "--yes", action="store_true",
            help=f"begin with costly metrics also where they take more than {LONG} minutes",
        )  # fmt: skip
        score_command.add_arguments(parser)
        shape = parser.add_mutually_exclusive_group()
        shape.add_argument("--json", action="store_true", help="print JSON")
        shape.add_argument("--csv", action="store_true", help="print CSV")

    def handle(self, **options: Any) -> None:
        if options["scores"] and not options["study"]:
            raise CommandError("--import takes scores over into a study: name it with --study.")
        if options["maps"]:
            self._maps(options)
        elif options["set_metric"]:
            self._sets(options)
        elif options["study"]:
            self._study(options)
        elif options["images"]:
            self._files(options)
        else:
            raise CommandError("Name pictures, or a study with --study.")

    def _sets(self, options: dict[str, Any]) -> None:
        if options["metric"]:
            raise CommandError("Ask for --metric and --set-metric apart.")
        entries = named(options["set_metric"], SET_METRICS, options)
        if options["study"]:
            set_command.of_study(_study_called(options["study"]), entries, options, self.stdout)
        elif options["images"]:
            set_command.of_folders(entries, options, self.stdout)
        else:
            raise CommandError("Name a folder of pictures, or a study with --study.")

    def _maps(self, options: dict[str, Any]) -> None:
        if not options["study"] or options["metric"] or options["set_metric"]:
            raise CommandError("--maps draws all maps of a study's pictures: give --study alone.")
        study = _study_called(options["study"])
        try:
            with bar(f"mapping {study.slug}", "picture") as progress:
                done = services.draw_maps(study=study, progress=progress)
        except MeasureError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            told = {"study": study.slug, "new": done.new, "skipped": dict(done.skipped)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{study.slug}: {done.new} new maps.")
        for name, reason in done.skipped.items():
            self.stdout.write(f"Left out {name}: {reason}")

    def _study(self, options: dict[str, Any]) -> None:
        study = _study_called(options["study"])
        if options["scores"]:
            score_command.take_over(study, options, self.stdout)
            return
        try:
            self._tell_costs(services.costs(study=study, metrics=_entries(options)), options)
            with bar(f"measuring {study.slug}", "picture") as progress:
                done = services.measure(
                    study=study, metrics=_entries(options), others=True, progress=progress
                )
        except (MeasureError, PluginError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            told = {"study": study.slug, "new": done.new, "skipped": dict(done.skipped)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        if options["csv"]:
            table = queries.comparisons(study).drop(columns="due")
            self.stdout.write(table.to_csv(index=False, lineterminator="\n"), ending="")
            return
        self.stdout.write(f"{study.slug}: {done.new} new values.")
        for name, reason in done.skipped.items():
            self.stdout.write(f"Left out {name}: {reason}")

    def _tell_costs(self, costs: Sequence[Cost], options: dict[str, Any]) -> None:
        """On stderr, so that what is printed stays JSON or CSV."""
        for cost in costs:
            self.stderr.write(cost.sentence)
        refused = refusal(costs, LONG)
        if refused and not options["yes"]:
            raise CommandError(refused)

    def _files(self, options: dict[str, Any]) -> None:
        try:
            metrics = scoring.build(_entries(options) or ["linf", "l2", "ssim", "psnr"])
            orders = _orders(metrics, options)
            networks = loaded_networks(sorted(scoring.needs(metrics)), options["networks"])
            self._tell_costs(_costs(orders, networks), options)
        except (PluginError, NetworkUnavailable) as error:
            raise CommandError(str(error)) from error
        with bar("measuring", "picture") as progress:
            found = scored(orders, networks, progress)
        names = list(dict.fromkeys(name for s in found for name in s.values)) or list(metrics)
        self.stdout.write(_printed(found, names, options), ending="")
        problems = [scored.problem for scored in found if scored.problem]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            share = f"{len(problems)} of {len(found)}"
            raise CommandError(f"{share} pictures could not be measured by every metric named.")


def _costs(orders: Sequence[Order], networks: Networks) -> list[Cost]:
    """Of the costly metrics, timed on the first picture that can be read."""
    found = []
    for order in orders:
        due = [(name, metric) for name, metric in order.metrics.items() if is_costly(metric)]
        first = _first_readable(order.pairs) if due else None
        if first is not None:
            count = len(order.pairs)
            found += [cost_of_files(name, metric, first, count, networks) for name, metric in due]
    return found


def _first_readable(names: Iterable[str]) -> Tensor | None:
    for name in names:
        with suppress(ScoreError):
            return read(name)
    return None


def _study_called(slug: str) -> Study:
    study = Study.objects.select_related("protocol").filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no study “{slug}” (there are: {known}).")
    return study


def _entries(options: dict[str, Any]) -> list[Entry] | None:
    """The metrics that were named, with their settings; None where none was."""
    return None if options["metric"] is None else named(options["metric"], METRICS, options)


def _orders(metrics: dict[str, Metric], options: dict[str, Any]) -> list[Order]:
    """What is to be scored; raises CommandError where something to hold against is missing."""
    images: Path = options["images"]
    apart: dict[Against, dict[str, Metric]] = {}
    for name, metric in metrics.items():
        _refuse_missing(name, metric, options)
        apart.setdefault(metric.against, {})[name] = metric
    if not images.exists():
        raise CommandError(f"There is no file or folder {images}.")
    names = [images.name] if images.is_file() else files_below(images)
    if not names:
        raise CommandError(f"There is no file in {images}.")
    folder = images.parent if images.is_file() else images
    return [
        Order(
            some,
            {str(folder / name): _pairs(folder / name, name, against, options) for name in names},
            against == "counterpart",
            {gallery.key: gallery for gallery in _galleries(against, options)},
        )
        for against, some in apart.items()
    ]


def _refuse_missing(name: str, metric: Metric, options: dict[str, Any]) -> None:
    if metric.against in {"counterpart", "originals", "gallery"} and options["reference"] is None:
        raise CommandError(f"{name} compares with a reference: name it with --reference.")
    if metric.against == "prompt" and not options["prompt"]:
        raise CommandError(f"{name} needs the words it was painted from: name them with --prompt.")
    if metric.against == "gallery":
        try:
            metric.check(_gallery(options))
        except ValueError as error:
            raise CommandError(f"{name}: {error}") from error
    if metric.against == "genre":
        if not options["genre"]:
            raise CommandError(f"{name} needs the painter's genre: name it with --genre.")
        try:
            metric.label_of(options["genre"])
        except ValueError as error:
            raise CommandError(str(error)) from error


def _pairs(image: Path, name: str, against: Against, options: dict[str, Any]) -> list[Pair]:
    """What one picture is held against; several pairs where there are several originals."""
    reference: Path | None = options["reference"]
    if against == "genre":
        return [Pair(str(image), genre=options["genre"])]
    if against == "prompt":
        return [Pair(str(image), prompt=options["prompt"])]
    if against == "gallery":
        return [Pair(str(image), gallery=_gallery(options).key)]
    if against == "originals" and reference is not None and reference.is_dir():
        return [Pair(str(image), str(reference / other)) for other in files_below(reference)]
    if against == "nothing":
        return [Pair(str(image))]
    return [Pair(str(image), str(counterpart(name, reference)))]


def _galleries(against: Against, options: dict[str, Any]) -> list[Gallery]:
    return [_gallery(options)] if against == "gallery" else []


def _gallery(options: dict[str, Any]) -> Gallery:
    """The painter's originals (--reference), and a folder for each other painter (--others)."""
    others: Path | None = options["others"]
    if others is not None and not others.is_dir():
        raise CommandError(
            f"There is no folder {others}: --others takes one with a folder a painter."
        )
    folders = sorted(path for path in others.iterdir() if path.is_dir()) if others else []
    return Gallery(_originals(options["reference"]), tuple(map(_originals, folders)), read)


def _originals(place: Path) -> tuple[str, ...]:
    return (
        tuple(str(place / name) for name in files_below(place)) if place.is_dir() else (str(place),)
    )


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
    scored = [s for s in found if s.values]
    if options["csv"]:
        return _long(scored).to_csv(index=False, lineterminator="\n")
    width = max([len(s.image) for s in scored], default=5)
    columns = {name: max(12, len(name) + 2) for name in names}
    head = f"{'image':{width}}" + "".join(f"{name:>{wide}}" for name, wide in columns.items())
    rest = [
        f"{s.image:{width}}"
        + "".join(_cell(s.values.get(name), wide) for name, wide in columns.items())
        for s in scored
    ]
    return "\n".join([head, *rest]) + "\n"


def _cell(value: float | None, wide: int) -> str:
    return f"{'–':>{wide}}" if value is None else f"{value:{wide}.5g}"


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
