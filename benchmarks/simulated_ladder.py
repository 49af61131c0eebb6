"""A made-up study with a ladder of degradation, in which it is known what every metric sees.

Pictures have a style and a quality, both standard normal within a painter: protection costs style,
degradation costs quality. Raters see both with leniency, halo (what they like they rate higher
throughout) and noise, and answer on five points. Metrics are mixtures with known weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, concat

from evaluation.evidence import Evidence
from evaluation.ratings import checked

METRICS: Mapping[str, tuple[float, float, float]] = {
    "blind": (0.8, 0.0, 0.5),
    "sees": (0.6, 0.6, 0.5),
    "noise": (0.0, 0.0, 1.0),
}
"""Metric → weights of style, of quality, and of a picture's own noise."""
DOSES = ("1", "2", "4")
ARTWORK = 0.3


@dataclass(frozen=True)
class Size:
    """How large the study is."""

    painters: int = 6
    artworks: int = 4
    """of each painter"""
    raters: int = 40
    per_item: int = 12


def simulated(
    rng: np.random.Generator,
    size: Size | None = None,
    metrics: Mapping[str, tuple[float, float, float]] = METRICS,
    *,
    matters: float = 0.6,
) -> Evidence:
    """One study; `matters` is the weight of quality in the raters' success answers."""
    size = size or Size()
    items = _items(rng, size)
    answers = _answers(rng, items, size, matters)
    hidden = ["true_style", "true_quality"]
    ratings = answers.merge(items.drop(columns=hidden), on="item")
    rows = []
    for name, (style, quality, noise) in metrics.items():
        own = rng.normal(size=len(items)) * noise
        value = style * items["true_style"] + quality * items["true_quality"] + own
        rows.append(DataFrame({"item": items["item"], "metric": name, "value": value}))
    measured = concat(rows, ignore_index=True).assign(version="simulated")
    table = checked(ratings)
    return Evidence(table, measured, items.drop(columns=hidden).assign(era="", surface=""))


def _items(rng: np.random.Generator, size: Size) -> DataFrame:
    rows = []
    ladder = [("none", "0", 0.0), *(("blur", dose, (k + 1) / 3) for k, dose in enumerate(DOSES))]
    for painter in range(size.painters):
        level = rng.normal(size=2)
        for work in range(size.artworks):
            luck = rng.normal(size=2) * ARTWORK
            for protection, budget, far in (("clean", "0", 0.0), ("glaze", "0.1", 1.0)):
                style = 0.8 - 1.6 * far + rng.normal() * 0.6 + luck[0] + level[0]
                quality = 1.2 + rng.normal() * 0.4 + luck[1] + level[1]
                for label, dose, loss in ladder:
                    rows.append(
                        {
                            "item": f"item-{len(rows):04d}",
                            "artwork": f"work {painter}-{work}",
                            "artist": f"painter {painter}",
                            "protection": protection,
                            "budget": budget,
                            "purification": "none",
                            "mimicry": "learnt",
                            "degradation": label,
                            "dose": dose,
                            "true_style": style + rng.normal() * 0.2,
                            "true_quality": quality - 3.6 * loss + rng.normal() * 0.2,
                        }
                    )
    return DataFrame(rows)


def _answers(rng: np.random.Generator, items: DataFrame, size: Size, matters: float) -> DataFrame:
    leniency = rng.normal(0, 0.4, size.raters)
    style, quality = items["true_style"].to_numpy(), items["true_quality"].to_numpy()
    seen = {
        "mimicry_success": (1 - matters) * style + matters * quality,
        "style": style,
        "quality": quality,
    }
    parts = []
    per_item = min(size.per_item, size.raters)
    who = np.argsort(rng.random((len(items), size.raters)), axis=1)[:, :per_item]
    halo = rng.normal(0, 0.35, who.shape)
    for question, truth in seen.items():
        noise = rng.normal(0, 0.8, who.shape)
        latent = 3 + 0.8 * truth[:, None] + leniency[who] + halo + noise
        value = np.clip(np.rint(latent), 1, 5)
        parts.append(
            DataFrame(
                {
                    "participant": [f"P{rater:03d}" for rater in who.ravel()],
                    "item": np.repeat(items["item"].to_numpy(), per_item),
                    "question": question,
                    "value": value.ravel(),
                    "scale": 5,
                    "simulated": True,
                }
            )
        )
    return concat(parts, ignore_index=True)
