"""A small simulated study whose metrics know the pictures, or nothing: for tests of learning."""

import numpy as np
import pandas as pd

from evaluation.evidence import Evidence
from evaluation.ratings import checked, items_checked


def evidence(
    *,
    seed: int = 0,
    artists: int = 6,
    pictures: int = 4,
    raters: int = 6,
    knows: float = 0.8,
    rated: float = 1.0,
    protections: tuple[str, ...] = ("clean", "cloak"),
    simulated: bool = False,
) -> Evidence:
    """Two metrics, `good` (correlated by `knows`) and `noise`; a share `rated` of the items."""
    rng = np.random.default_rng(seed)
    items, rows, measured = [], [], []
    lenient = rng.normal(0, 0.4, raters)
    for artist in range(artists):
        taste = rng.normal(0, 0.4)
        for protection in protections:
            for picture in range(pictures):
                name = f"item-{len(items):04d}"
                own = rng.normal(0, 0.8)
                score = own + taste - (0.8 if protection == "cloak" else 0.0)
                item = {
                    "item": name,
                    "artist": f"painter {artist}",
                    "artwork": name,
                    "protection": protection,
                    "budget": "0" if protection == "clean" else "0.1",
                }
                items.append(item)
                good = knows * own / 0.8 + np.sqrt(1 - knows**2) * rng.normal()
                for metric, value in (("good", good), ("noise", rng.normal())):
                    measured.append(
                        {"item": name, "metric": metric, "value": value, "version": "v1"}
                    )
                if picture >= rated * pictures:
                    continue
                for rater in range(raters):
                    latent = 3 + score + lenient[rater] + rng.normal(0, 0.5)
                    rows.append(
                        {
                            **item,
                            "study": "small",
                            "protocol": "b" * 64,
                            "participant": f"P{rater}",
                            "population": "artists",
                            "simulated": simulated,
                            "question": "mimicry_success",
                            "scale": 5,
                            "value": int(np.clip(round(latent), 1, 5)),
                        }
                    )
    return Evidence(
        checked(pd.DataFrame(rows)), pd.DataFrame(measured), items_checked(pd.DataFrame(items))
    )
