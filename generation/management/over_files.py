"""What `manage.py protect` and `manage.py purify` share: one method over a file or a folder."""

import json
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from config.plugins import PluginError, PluginFolder
from generation import networks
from generation.folder import Aim, Failed, Made, Method, Task, Work, carry_out
from generation.management.bars import bar
from generation.management.method_help import describe, listing
from generation.management.pairs import from_pairs, pair
from generation.manifest import files_below
from generation.networks import NetworkUnavailable
from generation.networks.sources import ROLES
from generation.originals import UnreadableImage, decode
from generation.steps import KINDS, StepError

NETWORKS = {
    "autoencoder": "sandbox",
    "perceptual": "sandbox_lpips",
    "diffusion": "sandbox",
    "clip": "sandbox_clip",
}
"""Used where --networks names none: those that come with the project."""


class OverFiles(BaseCommand):
    """IN → OUT by a method of one kind. Needs no database."""

    kind: ClassVar[str]
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The options that every kind has."""
        catalogue: PluginFolder[Any] = KINDS[self.kind].catalogue
        parser.add_argument("source", type=Path, metavar="IN", help="a picture, or a folder")
        parser.add_argument("target_path", type=Path, metavar="OUT", help="a .png, or a folder")
        parser.add_argument("--method", required=True, metavar="NAME", help=listing(catalogue))
        parser.add_argument("--preset", help="named settings of the method")
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", dest="values"
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--size", type=int, help="cut squares of this side first, pixels")
        parser.add_argument(
            "--networks", action="append", default=[], metavar="ROLE=ID",
            help="autoencoder=…, perceptual=…, diffusion=…: a hub id, a folder, or a short name",
        )  # fmt: skip
        parser.add_argument("--batch-size", type=int, default=settings.BATCH_SIZE)
        parser.add_argument("--force", action="store_true", help="write over what is there")
        parser.add_argument("--json", action="store_true", help="print the results as JSON")
        parser.add_argument(
            "--help-method", metavar="NAME", action=HelpMethod, catalogue=catalogue,
            help="say what a method does and list its settings, then leave",
        )  # fmt: skip

    def handle(self, **options: Any) -> None:
        """Make the files; print a line each; fail at the end if one failed."""
        try:
            work = self.work(options)
            results = self._carry_out(work, options)
        except (PluginError, NetworkUnavailable, StepError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([_plain(result) for result in results], indent=2))
        failed = sum(isinstance(result, Failed) for result in results)
        if failed:
            raise CommandError(f"{failed} of {len(results)} files failed.")

    def work(self, options: dict[str, Any]) -> Work:
        """What is to be done, from the options; raises PluginError or NetworkUnavailable."""
        method = built(self.kind, options["method"], options["values"], options["preset"])
        aim = self.aim(method, options)
        needs = (*method.needs, *(aim.transfer.needs if aim.transfer else ()))
        self._tell_of_defaults(needs, options["networks"])
        return Work(
            method=method,
            networks=loaded(needs, options["networks"]),
            seed=options["seed"],
            size=checked_size(options["size"]),
            aim=aim,
            max_pixels=settings.MAX_PIXELS,
        )

    def _tell_of_defaults(self, needs: Sequence[str], named: Sequence[str]) -> None:
        given = {text.partition("=")[0] for text in named}
        for role in dict.fromkeys(needs):
            if role not in given and role != "perceptual":
                self.stderr.write(
                    f"Network of the {role}: “{NETWORKS[role]}”, which was trained on an invented"
                    " world. What is made with it says little of real paintings and generators:"
                    f" for those, name a network with --networks {role}=…"
                )

    def aim(self, _method: Method, _options: dict[str, Any]) -> Aim:
        """What the method draws pictures to; nothing, for most kinds."""
        return Aim()

    def _carry_out(self, work: Work, options: dict[str, Any]) -> list[Made | Failed]:
        tasks = tasks_between(options["source"], options["target_path"])
        results = []
        with bar(f"{self.kind} {work.method.name}", "file") as progress:
            for result in carry_out(
                tasks, work, options["batch_size"], progress, force=options["force"]
            ):
                results.append(result)
                if not options["json"]:
                    with tqdm.external_write_mode():
                        self.stdout.write(_line(result))
        return results


class HelpMethod(Action):
    """`--help-method NAME`: print the method's reference and leave."""

    def __init__(self, *args: Any, catalogue: PluginFolder[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue

    def __call__(
        self,
        parser: ArgumentParser,
        _namespace: Namespace,
        values: str | Sequence[Any] | None,
        _option: str | None = None,
    ) -> None:
        """Print and exit."""
        try:
            text = describe(self.catalogue, str(values))
        except PluginError as error:
            parser.error(str(error))
        sys.stdout.write(text + "\n")
        parser.exit()


def built(kind: str, name: str, values: Sequence[str], preset: str | None = None) -> Method:
    """The method with its settings, from `key=value` texts."""
    return Method(kind, name, KINDS[kind].catalogue.build(name, from_pairs(values), preset))


def loaded(needs: Sequence[str], named: Sequence[str]) -> networks.Networks:
    """The networks that are needed, and the perceptual one to measure with where it is there."""
    ids = {**NETWORKS, **dict(pair(text, "--networks") for text in named)}
    unknown = sorted(set(ids) - set(ROLES))
    if unknown:
        raise CommandError(f"--networks: there is no role “{unknown[0]}”: {', '.join(ROLES)}.")
    missing = [role for role in needs if role not in ids]
    if missing:
        raise CommandError(
            f"No network comes as “{missing[0]}”: name one, --networks {missing[0]}=…"
        )
    wanted = {role: ids[role] for role in needs}
    load = networks.load
    try:
        return load({**wanted, "perceptual": ids["perceptual"]}, *_place())
    except NetworkUnavailable:
        if "perceptual" in wanted or any(text.startswith("perceptual=") for text in named):
            raise
        return load(wanted, *_place())


def _place() -> tuple[Path | None, str]:
    return settings.NETWORKS_DIR, settings.DEVICE


def picture(path: Path) -> Any:
    """A further picture named by an option; raises CommandError with a sentence."""
    try:
        return decode(path.read_bytes(), path.name, settings.MAX_PIXELS).image
    except (UnreadableImage, OSError) as error:
        raise CommandError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def checked_size(size: int | None) -> int | None:
    """A side that a working copy can have."""
    if size is not None and (size < 16 or size > 4096 or size % 8):
        raise CommandError("--size: write a multiple of 8 between 16 and 4096.")
    return size


def tasks_between(source: Path, target: Path) -> list[Task]:
    """A task for each file; a folder's files keep their places and names, ending in .png."""
    if source.is_dir():
        return _folder_tasks(source, target)
    if not source.exists():
        raise CommandError(f"There is no file or folder {source}.")
    if target.suffix.lower() != ".png" or target.is_dir():
        target = target / f"{source.stem}.png"
    return [Task(source.name, source, target)]


def _folder_tasks(source: Path, target: Path) -> list[Task]:
    if target.is_file() or target.suffix.lower() == ".png":
        raise CommandError(f"{source} is a folder: name a folder to write into, not {target}.")
    made_here = target.resolve()
    names = [
        name for name in files_below(source) if made_here not in (source / name).resolve().parents
    ]
    tasks: dict[Path, Task] = {}
    for name in names:
        task = Task(name, source / name, (target / name).with_suffix(".png"))
        if task.target in tasks:
            raise CommandError(
                f"{tasks[task.target].name} and {name} would both be saved as {task.target}."
            )
        tasks[task.target] = task
    if not tasks:
        raise CommandError(f"There is no file in {source}.")
    return list(tasks.values())


def _line(result: Made | Failed) -> str:
    if isinstance(result, Failed):
        return f"failed  {result.task.name}: {result.sentence}"
    moved = result.realised
    told = [f"L∞ {round(moved['linf'] * 255)}/255", f"L2 {moved['l2']:.3f}"]
    if "lpips" in moved:
        told.append(f"LPIPS {moved['lpips']:.4f}")
    notes = f"  ({'; '.join(result.notes)})" if result.notes else ""
    return f"{result.task.name} → {result.task.target}  {'  '.join(told)}{notes}"


def _plain(result: Made | Failed) -> dict[str, Any]:
    if isinstance(result, Failed):
        return {"source": str(result.task.source), "failed": result.sentence}
    return {
        "source": str(result.task.source),
        "target": str(result.task.target),
        "sha256": result.sha256,
        "realised": dict(result.realised),
        "notes": list(result.notes),
        "recipe": result.step.key,
        "document": result.step.document,
    }
