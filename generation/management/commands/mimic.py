"""`manage.py mimic PICTURES --method NAME --network ID --to FOLDER`: learn to paint as an artist.

Writes what was learnt (mimic.safetensors), its record and losses, sample sheets of the way there,
and paintings. A run that was interrupted goes on from its newest checkpoint when it is repeated;
one that had learnt all goes on to paint.
"""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from torch import Generator

from config.plugins import PluginError, record
from generation import networks, pixels
from generation.captioned_folder import CaptionedPictures, read
from generation.checkpoints import CheckpointError, Checkpoints
from generation.management.bars import bar
from generation.management.method_help import listing
from generation.management.over_files import HelpMethod, checked_size
from generation.management.pairs import from_pairs
from generation.mimic import Mimic
from generation.mimicry import MIMICRY, MimicryError, SampleSheets
from generation.networks import Networks, NetworkUnavailable
from generation.paintings import PAINTINGS
from generation.refusals import Refused
from generation.sample_sheets import sheet
from generation.writing import write_whole

FILE, RECORD = "mimic.safetensors", "record.json"
CHECKPOINTS = "checkpoints"


class Command(BaseCommand):
    """A mimic from a folder of pictures. Needs no database."""

    help = "Teaches a diffusion network to paint as the pictures of a folder are painted."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Pictures and captions, method and network, what is painted, how often is told."""
        add = parser.add_argument
        add("pictures", type=Path, metavar="PICTURES", help="a folder")
        add("--to", type=Path, required=True, metavar="FOLDER", help="what is written goes here")
        add("--method", required=True, metavar="NAME", help=listing(MIMICRY))
        add("--preset", help="named settings of the method")
        add("--set", action="append", default=[], metavar="KEY=VALUE", dest="values")
        add("--network", default="sandbox", metavar="ID", help="a Stable Diffusion; the sandbox's")
        add("--captions", type=Path, metavar="FILE", help="CSV: path, caption, …")
        add("--caption", metavar="TEXT", help="for all; {painter}, {title}, … stand for a column")
        sizes = parser.add_mutually_exclusive_group()
        sizes.add_argument("--size", type=int, help="cut squares of this side; the network's own")
        sizes.add_argument("--uncut", action="store_true", help="learn from whole pictures")
        add("--seed", type=int, default=0)
        add("--prompt", action="append", default=[], dest="prompts", help="what is painted after")
        add("--set-painting", action="append", default=[], metavar="KEY=VALUE",
            help="steps, guidance, scheduler, size, … of the paintings")  # fmt: skip
        add("--sheet-every", type=int, default=100, help="steps between sample sheets; 0: none")
        add("--checkpoint-every", type=int, default=100, help="steps between checkpoints")
        add("--force", action="store_true", help="learn anew what is there already")
        add("--help-method", metavar="NAME", action=HelpMethod, catalogue=MIMICRY,
            help="say what a method does and list its settings, then leave")  # fmt: skip

    def handle(self, **options: Any) -> None:
        """Learn, write, paint; a sentence where one of them cannot be done."""
        try:
            self._handle(options)
        except (PluginError, NetworkUnavailable, Refused, CheckpointError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            where, why = error.filename or options["to"], error.strerror or error
            raise CommandError(f"{where} cannot be read or written: {why}.") from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. The same command goes on from here.") from None

    def _handle(self, options: dict[str, Any]) -> None:
        method = MIMICRY.build(options["method"], from_pairs(options["values"]), options["preset"])
        painting = PAINTINGS.build("prompt", from_pairs(options["set_painting"], "--set-painting"))
        loaded = networks.load(
            {"diffusion": options["network"]}, settings.NETWORKS_DIR, settings.DEVICE
        )
        painting.check(loaded.diffusion, options["prompts"])
        pictures = _pictures(options, loaded)
        if pictures.left_out:
            self.stderr.write(
                f"{options['captions']} does not name {len(pictures.left_out)} of the pictures in"
                f" {options['pictures']}, which are left out: {', '.join(pictures.left_out[:5])}"
                f"{' …' if len(pictures.left_out) > 5 else ''}"
            )
        asked = _asked(method, pictures, loaded, options)
        mimic = self._kept(asked, options) or self._learn(method, pictures, loaded, asked, options)
        self._paint(painting, mimic, loaded, options)

    def _kept(self, asked: dict[str, Any], options: dict[str, Any]) -> Mimic | None:
        """What an earlier run of the same command learnt; None where there is nothing."""
        target: Path = options["to"]
        if options["force"]:
            (target / FILE).unlink(missing_ok=True)
            Checkpoints(target / CHECKPOINTS).clear()
        if not (target / FILE).exists():
            return None
        if _told(target / RECORD) != asked:
            raise CommandError(
                f"{target / FILE} is there already, learnt from other pictures, captions, settings"
                " or by another network: name another folder, or --force learns it anew."
            )
        try:
            mimic = Mimic.from_bytes((target / FILE).read_bytes())
        except MimicryError as error:
            raise CommandError(f"{target / FILE}: {error} (--force does.)") from error
        self.stdout.write(f"{target / FILE}  is there already and learnt just so: it only paints")
        return mimic

    def _learn(
        self,
        method: Any,
        pictures: CaptionedPictures,
        loaded: Networks,
        asked: dict[str, Any],
        options: dict[str, Any],
    ) -> Mimic:
        target: Path = options["to"]
        every = options["sheet_every"]
        samples = SampleSheets(_Sheets(target / "samples"), every=every) if every > 0 else None
        checkpoints = Checkpoints(target / CHECKPOINTS, every=max(1, options["checkpoint_every"]))
        generator = Generator().manual_seed(options["seed"])
        with bar(options["method"], "step") as progress:
            mimic: Mimic = method.learn(
                pictures.images.to(loaded.device), pictures.captions, loaded, generator, progress,
                checkpoints, samples,
            )  # fmt: skip
        names = list(pictures.names)
        told = {**mimic.record, "pictures": names, "asked": asked, "seconds": mimic.seconds}
        write_whole(target / RECORD, json.dumps(told, indent=2, ensure_ascii=False).encode())
        write_whole(target / "losses.csv", _table(mimic.record["losses"]))
        write_whole(target / FILE, mimic.to_bytes())  # last: where it is, all of it is
        checkpoints.clear()
        last = mimic.record["losses"][-1]
        self.stdout.write(
            f"{target / FILE}  {options['method']}, {len(pictures.names)} pictures,"
            f" {last[0]} steps in {mimic.seconds:.0f} s, loss {last[1]:.4f}"
        )
        return mimic

    def _paint(
        self, painting: Any, mimic: Mimic, loaded: Networks, options: dict[str, Any]
    ) -> None:
        prompts = options["prompts"] or list(dict.fromkeys(mimic.record["prompts"]))[:4]
        seeds = [Generator().manual_seed(options["seed"] + place) for place in range(len(prompts))]
        with bar("painting", "step") as progress:
            painted = painting.paint(mimic.onto(loaded.diffusion), prompts, seeds, progress)
        target: Path = options["to"]
        for number, (image, prompt) in enumerate(zip(painted, prompts, strict=True), start=1):
            path = target / "paintings" / f"{number:02d}.png"
            write_whole(path, pixels.write_png(image))
            self.stdout.write(f"{path}  {prompt}")
        write_whole(target / "sheet.png", sheet(painted))


class _Sheets:
    """Keeps sample sheets in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, step: int, png: bytes) -> None:
        write_whole(self.folder / f"step-{step:06d}.png", png)


def _pictures(options: dict[str, Any], loaded: Networks) -> CaptionedPictures:
    if not (options["captions"] or options["caption"]):
        raise CommandError(
            "Say what the pictures show: --captions FILE.csv with a column “caption”, or --caption"
            " TEXT for all of them (“a painting by {painter}”)."
        )
    size = (
        None if options["uncut"] else checked_size(options["size"]) or loaded.diffusion.resolution
    )
    return read(
        options["pictures"],
        options["captions"],
        options["caption"] or "{caption}",
        size,
        settings.MAX_PIXELS,
    )


def _asked(
    method: Any, pictures: CaptionedPictures, loaded: Networks, options: dict[str, Any]
) -> dict[str, Any]:
    """All that decides what is learnt, as plain JSON."""
    pixels_of = {
        name: hashlib.sha256(image.numpy().tobytes()).hexdigest()
        for name, image in zip(pictures.names, pictures.images, strict=True)
    }
    return {
        "method": options["method"],
        "version": method.version,
        "settings": record(method),
        "seed": options["seed"],
        "network": loaded.diffusion.sha256,
        "pictures": pixels_of,
        "captions": list(pictures.captions),
    }


def _told(path: Path) -> dict[str, Any] | None:
    """What an earlier run was asked to learn; None where its record does not say."""
    try:
        found: dict[str, Any] | None = json.loads(path.read_bytes()).get("asked")
    except (FileNotFoundError, ValueError, AttributeError):
        return None
    return found


def _table(losses: Sequence[Sequence[float]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["step", "loss", "learning_rate"])
    rows.writerows(losses)
    return text.getvalue().encode()
