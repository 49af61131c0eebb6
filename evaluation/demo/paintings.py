"""Real paintings for the demo: a few of each painter, out of the folder that ARTWORKS_DIR names."""

import csv
from pathlib import Path

from evaluation.demo import DemoError

COLLECTION = "paintings"
PAINTERS = {"claude-lorrain": 1, "hokusai": 2, "monet": 3, "shishkin": 2, "van-gogh": 3}
"""Folders of painters, and how many works of each: the first of the manifest."""


def chosen(folder: Path | None, to: Path) -> tuple[Path, Path]:
    """The folder, and a manifest of the chosen works written into `to`.

    Raises DemoError where there is no such folder or none of the painters is in it.
    """
    if folder is None or not (folder / "MANIFEST.csv").is_file():
        raise DemoError(
            "This study needs a folder of paintings with a MANIFEST.csv, named by ARTWORKS_DIR"
            f" ({'not set' if folder is None else f'none in {folder}'}): try"
            " `make DATA=folder STUDY=paintings demo`, where it holds artworks/ and weights/."
        )
    rows = _rows(folder / "MANIFEST.csv")
    to.mkdir(parents=True, exist_ok=True)
    manifest = to / "paintings.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return folder, manifest


def _rows(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wanted = [
        row
        for painter, count in PAINTERS.items()
        for row in [row for row in rows if row["path"].startswith(f"{painter}/")][:count]
    ]
    if not wanted:
        raise DemoError(f"{manifest} names none of the demo's painters: {', '.join(PAINTERS)}.")
    return wanted
