"""How long a report of 12,000 answers takes, analysis by analysis, from a simulated table.

    python benchmarks/report.py [answers]

A mimicry study: every rater judges 60 sets of paintings, of 8 painters under 12 conditions; six
metrics of each set. Printed: seconds of each analysis with its charts, of the PDF and of the HTML.
"""

import os
import sys
from itertools import product
from time import perf_counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
import numpy as np
import pandas as pd

from evaluation import ratings
from evaluation.analyses import ANALYSES
from evaluation.evidence import Evidence
from evaluation.measuring import measurements
from evaluation.reporting import pages
from evaluation.reporting.pdf import pdf
from evaluation.reporting.report import compose

SEEN = 60
"""Sets of one rater."""
PAINTERS, SETS = 8, 6
CELLS = [
    ("clean", "0", "none"),
    ("clean", "0", "impress"),
    *product(("glaze", "mist"), ("0.05", "0.1"), ("none", "impress")),
    ("glaze", "0.05", "jpeg"),
    ("glaze", "0.1", "jpeg"),
]
METRICS = ("clip_genre.correct", "clip_genre.margin", "lpips", "ssim", "csd", "clip_iqa")


def answers(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """`count` answers: low where the art was protected, with raters and sets that differ."""
    items = [
        (painter, part, cell)
        for painter in range(PAINTERS)
        for part in range(SETS)
        for cell in range(len(CELLS))
    ]
    looks = rng.normal(0, 0.4, len(items))
    rows = []
    for rater in range(count // SEEN):
        lenient = rng.normal(0, 0.5)
        for number in rng.choice(len(items), SEEN, replace=False):
            painter, part, cell = items[number]
            protection, budget, purification = CELLS[cell]
            far = float(budget) * 15 * (0.6 if purification == "impress" else 1)
            latent = 4.4 - far + looks[number] + lenient + rng.normal(0, 0.7)
            rows.append(
                {
                    "participant": f"P-{rater:04d}", "population": "artists",
                    "item": f"item-{number:04d}", "artwork": f"original-{painter}-{part}",
                    "artist": f"painter {painter}", "protection": protection, "budget": budget,
                    "purification": purification, "mimicry": "dreambooth",
                    "era": "historical" if painter < 4 else "contemporary",
                    "surface": "smooth" if painter % 2 else "textured",
                    "question": "mimicry_success", "scale": 5,
                    "value": int(np.clip(round(latent), 1, 5)),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def measured(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every metric of every set: its mean answer with noise."""
    means = table.groupby("item")["value"].mean()
    rows = []
    for metric in METRICS:
        value = (means - 1) / 4 + rng.normal(0, 0.2, len(means))
        if metric.endswith("correct"):
            value = (value > 0.4).astype(float)
        rows.append(
            pd.DataFrame({"item": means.index, "metric": metric, "value": value.to_numpy()})
        )
    return pd.concat(rows).assign(version="v")


def main() -> None:
    """Each analysis alone, then the files of all of them."""
    django.setup()
    rng = np.random.default_rng(1)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12_000
    table = ratings.checked(answers(count, rng))
    evidence = Evidence(table, measurements.checked(measured(table, rng)))
    print(f"{len(table):,} answers of {table['participant'].nunique()} raters")
    total, whole = 0.0, None
    for name in ANALYSES.names():
        named = {"question": "mimicry_success", "metrics": list(METRICS)}
        if name == "clip_genre_shift":
            del named["metrics"]  # its own: CLIP genre
        settings = {key: named[key] for key in ANALYSES.settings(name) if key in named}
        begun = perf_counter()
        made = compose(title="t", facts=[], plan={name: settings}, evidence=evidence,
                       participants=None, seed=1)  # fmt: skip
        seconds = perf_counter() - begun
        total += seconds
        problem = made["sections"][0]["blocks"][0]["problem"]
        print(f"{name:20} {seconds:7.1f} s  {problem[:90]}", flush=True)
        if whole is None:
            whole = made
        else:
            whole["sections"] += made["sections"]
    print(f"{'all analyses':20} {total:7.1f} s")
    for name, make in (("PDF", pdf), ("HTML", pages.standalone)):
        begun = perf_counter()
        size = len(make(whole))
        print(f"{name:20} {perf_counter() - begun:7.1f} s  {size:,} bytes")


if __name__ == "__main__":
    main()
