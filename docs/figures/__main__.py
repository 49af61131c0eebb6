"""Draws the pictures of docs/statistics: python docs/figures [NAME ...]

Each is drawn from the example tables by the very functions that it explains, and saved as SVG in
docs/pictures/statistics. The misuses come from misuses.csv there (benchmarks/misuses.py measured).
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import against_people
import designs
import doses
import misuse
import models
import preferences
import protection
import raters
import reliability
import vl_convert

FOLDER = Path(__file__).resolve().parents[1] / "pictures/statistics"
TOPICS = (
    misuse,
    protection,
    models,
    reliability,
    raters,
    against_people,
    preferences,
    designs,
    doses,
)
FIGURES = {name: draw for topic in TOPICS for name, draw in topic.FIGURES.items()}


def main(names: list[str]) -> None:
    for name in names or FIGURES:
        svg = vl_convert.vegalite_to_svg(vl_spec=FIGURES[name]().to_dict())
        said = re.sub(r' (role|aria-[a-z]+)="[^"]*"', "", svg)  # the page has the words
        (FOLDER / f"{name}.svg").write_text(said + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
