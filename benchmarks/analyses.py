"""How long the analyses of agreement and of metrics take on a large study.

    python benchmarks/analyses.py        # as docs/analyses.md has it

12,000 answers of 150 raters (50 of them artists) to 480 pictures, ten metrics; one thread.
"""

import sys
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from pandas import DataFrame, concat

from evaluation import ratings
from evaluation.analyses import ANALYSES
from evaluation.evidence import Evidence
from evaluation.measuring import measurements
from evaluation.statistics.power import Design, Metric, Truth
from evaluation.statistics.power.metrics import measured
from evaluation.statistics.power.study import Study, drawn

CONDITIONS, ARTWORKS, RATERS, METRICS, ARTISTS = 12, 40, 150, 10, 50


def study() -> Study:
    """Raters who judge 80 pictures each."""
    truth = Truth(
        (-1.8, -0.6, 0.6, 1.8),
        {f"condition {k}": 0.0 for k in range(CONDITIONS)},
        conditions=1.0,
    )
    return drawn(Design(RATERS, ARTWORKS, answers_each=80), truth, np.random.SeedSequence(1))


def tables(made: Study) -> tuple[DataFrame, DataFrame]:
    """Ratings and measurements as `manage.py analyse` reads them."""
    answers = made.table
    cell = answers["condition"].cat.codes
    table = DataFrame(
        {
            "participant": [f"rater {k:03d}" for k in answers["rater"]],
            "population": np.where(answers["rater"] < ARTISTS, "artists", "crowd"),
            "item": [_item(c, a) for c, a in zip(cell, answers["artwork"], strict=True)],
            "artwork": [f"artwork {k}" for k in answers["artwork"]],
            "artist": [f"painter {k % 8}" for k in answers["artwork"]],
            "protection": np.where(cell == 0, "clean", "cloak"),
            "budget": [str(0.01 * k) if k else "0" for k in cell],
            "question": "mimicry_success",
            "value": answers["value"],
            "scale": 5,
        }
    )
    sorts = [Metric(0.3 + 0.07 * k, 0.2 + 0.07 * k) for k in range(METRICS)]
    values = measured(made, sorts, 0.3)
    parts = [
        DataFrame(
            {
                "item": [_item(c, a) for c in range(CONDITIONS) for a in range(ARTWORKS)],
                "metric": f"metric {k}",
                "value": numbers.ravel(),
            }
        )
        for k, numbers in enumerate(values)
    ]
    return ratings.checked(table), measurements.checked(concat(parts, ignore_index=True))


def _item(condition: int, artwork: int) -> str:
    return f"item-{condition:02d}-{artwork:02d}"


def main() -> None:
    table, scores = tables(study())
    one = table.assign(population="artists")
    names = sorted(scores["metric"].unique())
    asked = {"question": "mimicry_success", "of": "psr", "metrics": names}
    runs: tuple[tuple[str, str, dict[str, Any], DataFrame], ...] = (
        ("metric_validity, ten metrics", "metric_validity", asked, one),
        ("agreement, one population", "agreement", {}, one),
        ("agreement, two populations compared", "agreement", {}, table),
    )
    print(f"| {len(table):,} answers | seconds |\n| --- | --- |")
    for said, name, settings, rows in runs:
        start = process_time()
        ANALYSES.build(name, settings).run(Evidence(rows, scores), 1)
        print(f"| {said} | {process_time() - start:.1f} |", flush=True)


if __name__ == "__main__":
    main()
