"""Which items to rate next, with which probability, and how wide the intervals will be. Pure.

Items are drawn at random within strata (condition, and what is foretold: low or high), as many from
each as Neyman's allocation says (Neyman 1934): more where answers are harder to foretell. Every
item's probability is known, so that the next estimate stays unbiased however the metric errs.
Within a stratum the draw is systematic in the order of artists, so that artists are spread out.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from pandas import DataFrame, Series
from scipy.stats import t as student

from evaluation.findings.assisted import UNIT, Foretold
from evaluation.statistics import mixed
from evaluation.statistics.estimate import BadData

SIZES = (20, 40, 80, 160, 320)
SPLIT = 8
"""Items of a condition from which what is foretold makes two strata of it."""
LEAST = 2
"""Items of a stratum that are rated at least."""
FEW = 3
HIGH, LOW = ", foretold high", ", foretold low"


@dataclass(frozen=True)
class Next:
    """A plan for the next ratings."""

    table: DataFrame
    """item, artist, condition, stratum, probability, weight, foretold: the items to rate"""
    strata: DataFrame
    """stratum, items, spread, rate: how many of how many"""
    widths: DataFrame
    """items to rate, n (answers), half_width_alone, half_width_assisted: expected, mean over
    conditions; empty where the spread of answers cannot be taken apart"""
    fresh: bool
    """whether the items are ones that nobody rated; else all are rated, and it is a plan for a
    study of items like these"""
    why: str
    """why `widths` is empty"""


@dataclass(frozen=True)
class _Size:
    """How large the next study is, but for items."""

    each: float
    """answers an item"""
    raters: int
    units: int


def next_items(found: Foretold, *, n: int, seed: int) -> Next:
    """The `n` items to rate next, of those that nobody rated, or of all where there are none."""
    pool = _pool(found)
    table, strata = drawn(found, n=n, seed=seed)
    try:
        widths, why = _widths(found, pool, n), ""
    except BadData as error:
        widths, why = DataFrame(), str(error)
    return Next(table, strata, widths, bool((~found.judged.rated).any()), why)


def drawn(found: Foretold, *, n: int, seed: int) -> tuple[DataFrame, DataFrame]:
    """The items with their probabilities, and the strata: `Next.table`, `Next.strata`."""
    pool = _pool(found)
    spread = _spread(found, pool)
    rate = _allocated(pool, spread, min(n, len(pool)))
    rng = np.random.default_rng(seed)
    parts = [(str(name), part) for name, part in pool.groupby("stratum", sort=True)]
    rows = [row for name, part in parts for row in _drawn(part, rate[name], rng)]
    strata = [
        {"stratum": name, "items": len(part), "spread": spread[name], "to rate": rate[name]}
        for name, part in parts
    ]
    return DataFrame(rows), DataFrame(strata)


def _pool(found: Foretold) -> DataFrame:
    """One row an item that may be drawn, with its stratum."""
    rated = found.judged.rated
    items = found.judged.items.assign(foretold=found.values)
    pool = items[~rated] if (~rated).any() else items
    return pool.assign(stratum=_strata(pool))


def _strata(pool: DataFrame) -> Series:
    """The condition, and whether more or less than its median is foretold where it is large."""
    size = pool.groupby("condition")["item"].transform("size")
    middle = pool.groupby("condition")["foretold"].transform("median")
    side = _side(pool["condition"], pool["foretold"] > middle)
    split = (size >= SPLIT) & (pool.groupby("condition")["foretold"].transform("nunique") > 1)
    return pool["condition"].where(~split, side)


def _side(condition: Series, high: Series) -> Series:
    return condition + high.map({True: HIGH, False: LOW})


def _spread(found: Foretold, pool: DataFrame) -> dict[str, float]:
    """sd over items of what the metric leaves open, by stratum; of the condition, or of all rated
    items, where fewer than three of the stratum's are rated."""
    rated = found.judged.items.assign(foretold=found.values)[found.judged.rated]
    left = (rated["hit"] - found.trust * rated["foretold"]).to_numpy(np.float64)
    condition = rated["condition"]
    middle = condition.map(pool.groupby("condition")["foretold"].median())
    side = _side(condition, rated["foretold"] > middle).to_numpy(str)
    of_condition = condition.to_numpy(str)
    overall = sqrt(float(Series(left).groupby(of_condition).var().fillna(0.0).mean()))
    spread = {}
    of = dict(zip(pool["stratum"], pool["condition"], strict=True))
    for stratum, name in of.items():
        parts = (left[side == stratum], left[of_condition == name])
        known = [float(part.std(ddof=1)) for part in parts if len(part) >= FEW]
        value = known[0] if known else overall
        spread[str(stratum)] = max(value, overall / 4, 1e-6)  # few alike are not all alike
    return spread


def _allocated(pool: DataFrame, spread: dict[str, float], n: int) -> dict[str, int]:
    """Items of each stratum: n_h ∝ N_h / N_c S_h, from two to all; conditions count alike."""
    sizes = {str(name): len(part) for name, part in pool.groupby("stratum", sort=True)}
    whole = {str(name): len(part) for name, part in pool.groupby("condition")}
    of = dict(zip(pool["stratum"], pool["condition"], strict=True))
    weight = {name: size / whole[of[name]] * spread[name] for name, size in sizes.items()}
    found = {name: min(LEAST, size) for name, size in sizes.items()}
    while sum(found.values()) < n:
        open_ = [name for name in found if found[name] < sizes[name]]
        if not open_:
            break
        nearest = max(open_, key=lambda name: (weight[name] / (found[name] + 0.5), name))
        found[nearest] += 1
    return found


def _drawn(part: DataFrame, n: int, rng: np.random.Generator) -> list[dict[str, object]]:
    """Systematic, in an order that is random within artists: each item with probability n/N."""
    shuffled = part.sort_values("item").iloc[rng.permutation(len(part))]
    ordered = shuffled.sort_values("artist", kind="stable")
    step = len(part) / n
    places = np.floor(rng.uniform(0, step) + step * np.arange(n)).astype(int)
    chosen = ordered.iloc[np.minimum(places, len(part) - 1)].sort_values("item")
    return [
        {
            "item": row.item,
            "artist": row.artist,
            "condition": row.condition,
            "stratum": row.stratum,
            "probability": n / len(part),
            "weight": len(part) / n,
            "foretold": row.foretold,
        }
        for row in chosen.itertuples()
    ]


def _widths(found: Foretold, pool: DataFrame, asked: int) -> DataFrame:
    """Expected half widths, mean over conditions, for as many raters and answers an item as now.

    Variances of artists, items, raters and answers by restricted maximum likelihood, of answers
    and of what the metric leaves open of them; λ is that of as many items rated and left.
    """
    answers, count = found.answers, pool["condition"].nunique()
    alone, told = _variances(answers, answers["worth"]), pool.groupby("condition")["foretold"]
    spread, whole = float(told.var().fillna(0.0).mean()), len(pool) / count
    each = len(answers) / answers["item"].nunique()
    size = _Size(each, answers["participant"].nunique(), pool[UNIT[found.drawn]].nunique())
    name = "share_half_width" if found.judged.of_success else "half_width"
    rows = []
    for n in sorted({*(size for size in SIZES if size <= len(pool)), min(asked, len(pool))}):
        here = n / count
        if here < LEAST:
            continue
        left = max(whole - here, 0.0)
        trust = found.trust * left / (left + here)
        beside = _variances(answers, answers["worth"] - trust * answers["foretold"])
        more = trust**2 * spread / left if left else 0.0
        rows.append(
            {
                "items to rate": n,
                "n": round(n * each),
                f"{name}_alone": _half_width(alone, here, size, 0.0, found.level),
                f"{name}_assisted": _half_width(beside, here, size, more, found.level),
            }
        )
    return DataFrame(rows)


def _variances(answers: DataFrame, values: Series) -> dict[str, float]:
    table = answers.assign(open=values.to_numpy(np.float64))
    table["open"] -= table.groupby("condition")["open"].transform("mean")
    groups = [
        name for name in ("unit", "item", "participant") if 1 < table[name].nunique() < len(table)
    ]
    fit = mixed.linear(table, "open", "1", groups)
    if not fit.converged:
        raise BadData("The variances of artists, items and raters could not be told apart.")
    found = {name: sd.value**2 for name, sd in fit.standard_deviations.items()}
    return {name: found.get(name, 0.0) for name in ("unit", "item", "participant", "residual")}


def _half_width(
    parts: dict[str, float], items: float, size: _Size, more: float, level: float
) -> float:
    """t · se for `items` items of a condition; `more` is what the metric's own values add."""
    artists = max(min(float(size.units), items), 1.0)
    variance = (
        parts["unit"] / artists
        + parts["item"] / items
        + parts["participant"] / size.raters
        + parts["residual"] / (items * size.each)
        + more
    )
    freedom = max(min(artists, float(size.raters)) - 1, 1.0)
    return float(student.ppf((1 + level) / 2, freedom)) * sqrt(variance)
