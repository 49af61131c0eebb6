"""Small tables of answers that tests make themselves."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "reference.json").read_text()
)


def crossed_answers(
    generator: np.random.Generator,
    raters: int = 10,
    items: int = 10,
    *,
    intercept: float = 0.0,
    rater_sd: float = 0.9,
    item_sd: float = 0.7,
    filled: float = 1.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Yes/no answers with rater and item effects on the logit: hits, raters, items."""
    logit = (
        intercept
        + generator.normal(0, rater_sd, (raters, 1))
        + generator.normal(0, item_sd, (1, items))
    )
    hits = generator.random((raters, items)) < 1 / (1 + np.exp(-logit))
    rater, item = np.nonzero(generator.random((raters, items)) < filled)
    return hits[rater, item], rater, item


def population_share(intercept: float, rater_sd: float = 0.9, item_sd: float = 0.7) -> float:
    """What `crossed_answers` estimates: the logistic-normal mean, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    logit = intercept + np.hypot(rater_sd, item_sd) * nodes
    return float((weights / (1 + np.exp(-logit))).sum() / weights.sum())


PROTECTIONS = {"clean": ["0"], "glaze": ["0.03", "0.07"], "photoguard": ["0.0157", "0.0627"]}


def conditions() -> list[dict[str, str]]:
    return [
        {"protection": protection, "budget": budget, "purification": purification}
        for protection, budgets in PROTECTIONS.items()
        for budget in budgets
        for purification in ("none", "jpeg-75")
    ]


def ratings_table(
    *,
    seed: int = 1,
    raters: int = 16,
    artworks: int = 6,
    each: int = 24,
    simulated: bool = False,
    population: str = "artists",
) -> pd.DataFrame:
    """A table as `studies.export.responses` gives it, with an artwork column, for tests."""
    rng = np.random.default_rng(seed)
    cells = [(artwork, cell) for artwork in range(artworks) for cell in conditions()]
    leniency, beauty = rng.normal(0, 0.7, raters), rng.normal(0, 0.5, len(cells))
    rows = []
    for rater in range(raters):
        for position, index in enumerate(rng.permutation(len(cells))[:each]):
            artwork, cell = cells[index]
            dose = _dose(cell["budget"], cell["protection"])
            latent = 4.2 + leniency[rater] + beauty[index] - 2.5 * dose + rng.normal(0, 0.6)
            for question, score in (("acceptability", latent), ("noticeability", 6 - latent)):
                value = int(np.clip(round(score), 1, 5))
                rows.append(
                    {
                        "study": "demo",
                        "protocol": "a" * 64,
                        "participant": f"P-{population[:2].upper()}{rater:03d}",
                        "population": population,
                        "simulated": simulated,
                        "trial": f"T-{rater}-{position}",
                        "kind": "acceptability",
                        "position": position + 1,
                        "item": f"item-{index:04d}",
                        "artwork": f"artwork-{artwork}",
                        "artist": f"painter {artwork % 2}",
                        **cell,
                        "question": question,
                        "answer": str(value),
                        "value": value,
                        "scale": 5,
                        "rt_ms": 4000 + 10 * position,
                        "started_at": "2026-11-01T10:00:00Z",
                        "answered_at": "2026-11-01T10:00:05Z",
                        "repeat_of": None,
                        "gold": False,
                        "excluded": False,
                        "exclusion_reason": "",
                    }
                )
    return pd.DataFrame(rows)


def measurements_table(ratings: pd.DataFrame, *, seed: int = 2) -> pd.DataFrame:
    """Metrics that follow the dose with some noise: lpips, ssim, and psnr (inf when clean)."""
    rng = np.random.default_rng(seed)
    rows = []
    for item in ratings.drop_duplicates("item").itertuples():
        dose = _dose(item.budget, item.protection)
        lpips = max(0.0, 0.1 * dose + rng.normal(0, 0.01)) if dose else 0.0
        values = {
            "lpips": lpips,
            "ssim": 1 - lpips * 2 + (rng.normal(0, 0.02) if dose else 0.0),
            "psnr": 40 - 10 * dose + rng.normal(0, 1) if dose else float("inf"),
        }
        rows += [
            {"item": item.item, "metric": metric, "value": value, "version": "v1"}
            for metric, value in values.items()
        ]
    return pd.DataFrame(rows)


def _dose(budget: str, protection: str) -> float:
    return float(budget) * (10 if protection == "glaze" else 12)


MIMICKED = [
    ("clean", "0", "none", 0.08),
    ("glaze", "0.05", "none", 0.85),
    ("glaze", "0.05", "impress", 0.35),
    ("glaze", "0.05", "jpeg", 0.7),
]
"""Protection, budget, purification, and how far from the painter its mimicry lies (0 to 1)."""
ERAS = {"painter 0": "historical", "painter 1": "contemporary", "painter 2": "contemporary"}


def mimicry_table(
    *,
    seed: int = 3,
    raters: int = 14,
    sets: int = 4,
    painters: int = 2,
    simulated: bool = False,
    population: str = "artists",
    eras: bool = False,
) -> pd.DataFrame:
    """Answers to “how successful is the mimicry?”, 1 to 5: low where the mimic is far off."""
    rng = np.random.default_rng(seed)
    rows = []
    leniency = rng.normal(0, 0.4, raters)
    for number, (painter, part, cell) in enumerate(
        (painter, part, cell)
        for painter in range(painters)
        for part in range(sets)
        for cell in range(len(MIMICKED))
    ):
        protection, budget, purification, far = MIMICKED[cell]
        looks = rng.normal(0, 0.35)
        for rater in range(raters):
            latent = 4.6 - 3.4 * far + looks + leniency[rater] + rng.normal(0, 0.6)
            value = int(np.clip(round(latent), 1, 5))
            rows.append(
                {
                    "participant": f"P-{population[:2].upper()}{rater:03d}",
                    "population": population,
                    "simulated": simulated,
                    "item": f"item-{number:04d}",
                    "artwork": f"original-{painter}-{part}",
                    "artist": f"painter {painter}",
                    "protection": protection,
                    "budget": budget,
                    "purification": purification,
                    "mimicry": "dreambooth",
                    "era": ERAS[f"painter {painter}"] if eras else "",
                    "question": "mimicry_success",
                    "answer": ("None", "Little", "Some", "Much", "All")[value - 1],
                    "value": value,
                    "scale": 5,
                }
            )
    return pd.DataFrame(rows)


def genre_table(ratings: pd.DataFrame, *, seed: int = 4) -> pd.DataFrame:
    """CLIP genre (mean of four pictures an item) and image similarity, following the distance."""
    rng = np.random.default_rng(seed)
    far = {cell[:3]: cell[3] for cell in MIMICKED}
    rows = []
    for item in ratings.drop_duplicates("item").itertuples():
        away = far[item.protection, item.budget, item.purification] + rng.normal(0, 0.1)
        correct = rng.binomial(4, np.clip(0.95 - 0.6 * away, 0, 1)) / 4
        values = {
            "clip_genre.correct": correct,
            "clip_genre.margin": 2 - 3 * away + rng.normal(0, 0.3),
            "clip_image_similarity": 0.9 - 0.2 * away + rng.normal(0, 0.02),
        }
        rows += [
            {"item": item.item, "metric": metric, "value": value, "version": "v1"}
            for metric, value in values.items()
        ]
    return pd.DataFrame(rows)
