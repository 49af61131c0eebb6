"""Tables of answers that have no good answer to most questions, and an ordinary one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Table = pd.DataFrame
Call = Callable[[Table], object]


def seeded() -> np.random.Generator:
    return np.random.default_rng(1)


def columns(t: Table) -> tuple[Any, Any, Any]:
    return t["value"].to_numpy(), t["rater"].to_numpy(), t["item"].to_numpy()


def study(raters: int = 6, items: int = 8, seed: int = 3) -> Table:
    """Answers of 1 to 5; four artworks under two conditions, experts are raters 0 to 2."""
    rng = np.random.default_rng(seed)
    rater, item = (grid.ravel() for grid in np.indices((raters, items)))
    latent = 3 + rng.normal(0, 0.6, raters)[rater] + rng.normal(0, 0.9, items)[item]
    value = np.clip(np.round(latent + rng.normal(0, 0.8, len(rater))), 1, 5)
    again = np.clip(np.round(latent + rng.normal(0, 0.8, len(rater))), 1, 5)
    return finished(Table({"rater": rater, "item": item, "value": value, "again": again}))


def finished(t: Table) -> Table:
    """With what follows from the rater and the item."""
    metric = np.sin(1.0 + 2.0 * np.arange(100)) + 0.1 * np.arange(100) % 3
    return t.assign(
        condition=np.where(t["item"] % 2 == 0, "a", "b"),
        artwork=t["item"] // 2,
        expert=t["rater"] < 3,
        yes=(t["value"] > 3) * 1.0,
        metric=metric[t["item"].to_numpy()],
        other=metric[t["item"].to_numpy() + 20],
    )


def with_values(change: Callable[[Table], Any]) -> Table:
    t = study()
    t["value"] = np.asarray(change(t), dtype=float)
    t["again"] = t["value"]
    return finished(t)


def kept(mask: Callable[[Table], Any]) -> Table:
    t = study()
    return t[np.asarray(mask(t))].reset_index(drop=True)


TABLES: dict[str, Callable[[], Table]] = {
    "ordinary": study,
    "perfect agreement": lambda: with_values(lambda t: 1 + t["item"] % 5),
    "no variance": lambda: with_values(lambda t: np.full(len(t), 3)),
    "two answers, all ties but one": lambda: with_values(lambda t: 3 + 1.0 * (t.index == 5)),
    "raters alike over items": lambda: with_values(lambda t: 1 + t["rater"] % 5),
    "separation": lambda: with_values(lambda t: np.where(t["condition"] == "a", 1, 5)),
    "one condition at an end": lambda: with_values(
        lambda t: np.where(t["condition"] == "a", 1, t["value"])
    ),
    "one rater": lambda: kept(lambda t: t["rater"] == 4),
    "two raters": lambda: kept(lambda t: t["rater"].isin([1, 4])),
    "one item": lambda: kept(lambda t: t["item"] == 3),
    "one artwork": lambda: kept(lambda t: t["artwork"] == 1),
    "one answer": lambda: kept(lambda t: t.index == 7),
    "two answers": lambda: kept(lambda t: t.index < 2),
    "no answers": lambda: kept(lambda t: t["rater"] > 99),
    "one condition": lambda: kept(lambda t: t["condition"] == "a"),
    "an empty cell": lambda: kept(lambda t: ~((t["condition"] == "a") & t["expert"])),
    "no item in common": lambda: kept(lambda t: t["item"] % 6 == t["rater"]),
    "an item without answers": lambda: kept(lambda t: t["item"] != 2),
    "an item with one answer": lambda: kept(lambda t: (t["item"] != 2) | (t["rater"] == 1)),
    "a missing answer": lambda: with_values(lambda t: np.where(t.index == 9, np.nan, t["value"])),
    "an infinite answer": lambda: with_values(lambda t: np.where(t.index == 9, np.inf, t["value"])),
}


def grids(t: Table) -> dict[str, Any]:
    """Conditions × artworks, answers [raters, conditions, artworks]; nan where nobody answered."""
    raters, conditions, artworks = (
        pd.factorize(t[name], sort=True)[0] for name in ("rater", "condition", "artwork")
    )
    shape = tuple(int(c.max(initial=-1)) + 1 for c in (raters, conditions, artworks))
    answers = np.full(shape, np.nan)
    answers[raters, conditions, artworks] = t["value"]
    metrics = np.zeros((2, *shape[1:]))
    metrics[:, conditions, artworks] = t["metric"], t["other"]
    return {"human": answers, "first": metrics[0], "second": metrics[1]}


def paired_comparisons(t: Table) -> tuple[Any, Any, Any, Any]:
    """Each rater's answers to neighbouring items are compared: ties where they are equal."""
    left = t.iloc[:-1].reset_index(drop=True)
    right = t.iloc[1:].reset_index(drop=True)
    same = (left["rater"] == right["rater"]).to_numpy()
    left, right = left[same], right[same]
    won = (np.sign(left["value"].to_numpy() - right["value"].to_numpy()) + 1) / 2
    turned = np.arange(len(left)) % 2 == 1
    first = np.where(turned, right["item"], left["item"]) % 3
    second = np.where(turned, left["item"], right["item"]) % 3
    return first, second, np.where(turned, 1 - won, won), left["rater"].to_numpy()


def decided(t: Table) -> tuple[Any, Any, Any, Any]:
    found = paired_comparisons(t)
    open_pair = found[2] != 0.5
    return tuple(column[open_pair] for column in found)  # type: ignore[return-value]
