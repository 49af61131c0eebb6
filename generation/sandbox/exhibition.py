"""An exhibition: works by the sandbox's painters as files, with a manifest for the import.

Pure: numpy, scipy and Pillow only. The same painters, number and seed give the same files, byte for
byte, so an exhibition that was interrupted or damaged is mended by painting it again.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from generation.originals import encode_png
from generation.progress import Progress, silent
from generation.sandbox.light import MOODS
from generation.sandbox.painters import PAINTERS, Painter, contemporary, historical, slug
from generation.sandbox.rendering import FINISH
from generation.sandbox.scenes import SCENES
from generation.sandbox.seeding import stream
from generation.sandbox.world import caption, paint
from generation.writing import write_whole

MANIFEST = "MANIFEST.csv"
STATEMENT = "CC0-1.0: painted by Connoisseur's own program (generation/sandbox), free to use"
"""The rights record of every work; it also tells our manifests from those of others."""
YEAR = "2026"
"""In which the world was fixed: what it paints has not changed since."""
UNSEEN = 2_000_000
"""Seeds of compositions begin here: none that the networks were trained or measured on."""
COMPOSITIONS = 1_000_000
GROUPS = {"historical": historical, "contemporary": contemporary}
"""What several painters may be called together."""


class ExhibitionError(ValueError):
    """An exhibition that cannot be painted; the message says what to ask for instead."""


@dataclass(frozen=True)
class Work:
    """One painting, not painted yet."""

    painter: str
    """Key of `PAINTERS`."""
    scene: str
    mood: str
    seed: int

    @property
    def title(self) -> str:
        """“A harbour at dusk”."""
        return f"{self.scene} {self.mood}".capitalize()

    @property
    def path(self) -> str:
        """Its file inside the folder, which says all that it is painted from but the size."""
        return f"{self.painter}/{slug(self.title)}-{self.seed}.png"

    def png(self, size: int = FINISH) -> bytes:
        """The file; the same bytes whenever it is painted."""
        levels = paint(self.painter, self.scene, self.mood, self.seed, size) * 255
        pixels = np.rint(levels).astype(np.uint8).transpose(1, 2, 0)
        return encode_png(Image.fromarray(np.ascontiguousarray(pixels)))


def called(names: Iterable[str]) -> list[str]:
    """Keys of the painters called so: by key, by name, or by “historical” or “contemporary”.

    Each once, in the order named; raises ExhibitionError for somebody unknown.
    """
    found: list[str] = []
    for name in names:
        if name in GROUPS:
            found += GROUPS[name]()
        elif slug(name) in PAINTERS:
            found.append(slug(name))
        else:
            raise ExhibitionError(
                f"There is no painter “{name}” in the sandbox; there are: {', '.join(PAINTERS)}"
                f" (or all of them by {' and '.join(GROUPS)})."
            )
    return list(dict.fromkeys(found))


def works(painter: str, count: int, seed: int = 0) -> list[Work]:
    """`count` works by one painter; fewer are the first of more.

    Scenes go round before one comes again, and moods before a motif does.
    """
    if count < 1:
        raise ExhibitionError(f"A painter shows at least one work (asked for: {count}).")
    rng = stream("exhibition", painter, seed)
    scenes = [list(SCENES)[number] for number in rng.permutation(len(SCENES))]
    first = rng.integers(len(MOODS), size=len(SCENES))
    chosen = []
    for number in range(count):
        turn, place = divmod(number, len(scenes))
        mood = MOODS[(int(first[place]) + turn) % len(MOODS)]
        composition = UNSEEN + int(rng.integers(COMPOSITIONS))
        chosen.append(Work(painter, scenes[place], mood, composition))
    return chosen


def exhibit(
    chosen: Sequence[Work], folder: Path, size: int = FINISH, progress: Progress = silent
) -> Path:
    """Paint `chosen` into `folder`; returns the manifest, which lists these works and is last.

    Raises ExhibitionError where the folder holds a manifest of other pictures, WorldError for a
    size that the world does not paint, and OSError where nothing can be written.
    """
    manifest = folder / MANIFEST
    _refuse_others(manifest)
    rows = []
    for number, work in enumerate(chosen):
        data = work.png(size)
        write_whole(folder / work.path, data)
        rows.append(_row(work, PAINTERS[work.painter], data))
        progress(number + 1, len(chosen), work.title)
    write_whole(manifest, _csv(rows))
    return manifest


def _refuse_others(manifest: Path) -> None:
    if manifest.exists() and STATEMENT.encode() not in manifest.read_bytes():
        raise ExhibitionError(
            f"{manifest} lists pictures that are not the sandbox's: name another folder."
        )


def _row(work: Work, painter: Painter, data: bytes) -> dict[str, str]:
    return {
        "path": work.path,
        "painter": painter.name,
        "title": work.title,
        "year": YEAR,
        "rights": "licence",
        "licence": "CC0-1.0",
        "statement": STATEMENT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "caption": caption(work.painter, work.scene, work.mood),
        "genre": painter.genre,
        "era": painter.era,
        "surface": painter.surface,
        "scene": work.scene,
        "mood": work.mood,
        "seed": str(work.seed),
    }


def _csv(rows: Sequence[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
