"""Prediction-powered estimates of each condition: few answers, and what metrics say of all. Pure.

What the metrics foretell is learnt from the answers themselves, cross-fitted by artist: every item
is foretold by a fit that saw no answer about its artist. So a metric may be on any scale and of any
sign, and one that knows nothing costs nothing but a little: λ is then about 0
(`evaluation.statistics.ppi`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, isnan, log, sqrt
from typing import Literal

import numpy as np
from pandas import DataFrame, Series
from scipy.stats import t as student

from evaluation.findings.judged import Judged
from evaluation.statistics import ppi
from evaluation.statistics.answers import Floats
from evaluation.statistics.composite import Standard, cumulative
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.folds import Predictor

Drawn = Literal["artists", "items"]
UNIT = {"artists": "artist", "items": "cluster"}
"""What is drawn again beside raters → the column that names it."""
PENALTY = 0.1
"""Of the fit, set beforehand: λ makes a poor fit harmless."""
FOLDS = 5
FEWEST = 2
TINY = 1e-12
SHUFFLES = 999
PROBABILITY = "probability"
"""Column of the table of answers: how likely its item was to be chosen for rating."""


@dataclass(frozen=True)
class Assisted:
    """One condition, from answers alone and with the metrics."""

    condition: str
    rated: int
    """items"""
    unrated: int
    powered: ppi.Powered
    saved: Estimate
    """share of ratings that the metric saves at equal width"""

    @property
    def adds_nothing(self) -> bool:
        """Whether the interval is no narrower for the metric."""
        return not self.powered.tuning > 0.05 or not self.powered.saved > 0


@dataclass(frozen=True)
class Foretold:
    """Items with what was foretold of each, on the scale of `Judged.worth`."""

    judged: Judged
    values: Floats
    """[items], cross-fitted"""
    drawn: Drawn
    level: float

    @property
    def answers(self) -> DataFrame:
        """One row an answer: worth, participant, item, unit, condition, foretold, probability."""
        items = self.judged.items.assign(foretold=self.values).set_index("item")
        answers, unit = self.judged.answers, UNIT[self.drawn]
        chance = answers[PROBABILITY] if PROBABILITY in answers else Series(1.0, answers.index)
        return answers[["worth", "participant", "item"]].assign(
            unit=answers["item"].map(items[unit]),
            condition=answers["item"].map(items["condition"]),
            foretold=answers["item"].map(items["foretold"]),
            probability=chance.astype("float64"),
        )

    @property
    def trust(self) -> float:
        """Slope of items' mean answers on what was foretold, within conditions, in [0, 1]: λ for a
        pool that is much larger than what is rated of it. Items count, not answers: a second answer
        to a picture tells little more of what the metrics know of it."""
        rated = self.judged.rated.to_numpy()
        items = self.judged.items[rated].assign(foretold=self.values[rated])
        both = items[["hit", "foretold"]]
        away = both - items.groupby("condition")[["hit", "foretold"]].transform("mean")
        spread = float((away["foretold"] ** 2).sum())
        together = float((away["hit"] * away["foretold"]).sum())
        return float(np.clip(together / spread, 0.0, 1.0)) if spread > TINY else 0.0

    @property
    def unrated(self) -> DataFrame:
        """One row an item that nobody rated: unit, condition, foretold."""
        items = self.judged.items.assign(foretold=self.values)
        items = items.assign(unit=items[UNIT[self.drawn]])
        return items[~self.judged.rated][["item", "unit", "condition", "foretold"]]


def foretold(judged: Judged, *, drawn: Drawn, level: float) -> Foretold:
    """Raises BadData where fewer than two artists (or sets of pictures) were rated."""
    unit, rated = judged.items[UNIT[drawn]], judged.rated.to_numpy()
    count = unit[rated].nunique()
    if count < FEWEST:
        noun = "artist" if drawn == "artists" else "artwork"
        others = (
            " Ask with `drawn: items` for other pictures of this artist only."
            if drawn == "artists"
            else ""
        )
        raise BadData(
            f"All rated items are of one {noun}: that says nothing about other {noun}s, with or"
            f" without a metric.{others}"
        )
    place = dict(zip(judged.items["item"], range(len(rated)), strict=True))
    rows = judged.answers["item"].map(place).to_numpy(np.intp)
    x = _finite(judged.features.to_numpy(np.float64))
    known, unknown = ppi.cross_predict(
        x[rows],
        judged.answers["value"],
        x[~rated],
        fit=_fit(judged.worth),
        artists=unit.to_numpy(str)[rows],
        artists_unlabelled=unit.to_numpy(str)[~rated],
        folds=min(FOLDS, count),
    )
    values = np.zeros(len(rated))
    values[rows] = known
    values[~rated] = unknown
    return Foretold(judged, values, drawn, level)


def _finite(features: Floats) -> Floats:
    """Filled by medians of all items, which look at no answer."""
    standard = Standard.of(features)
    return standard(features)


def _fit(worth: Floats) -> Callable[[Floats, Floats], Predictor]:
    ordinal = cumulative(PENALTY, worth)

    def fit(features: Floats, answers: Floats) -> Predictor:
        standard, points = Standard.of(features), answers.astype(np.intp) - 1
        counts = np.eye(len(worth))[points]
        if len(np.unique(points)) < 2:
            return lambda rows: np.full(len(rows), float(worth[points[0]]))
        predict = ordinal(standard(features), counts)
        return lambda rows: predict(standard(rows))

    return fit


def assisted(found: Foretold) -> list[Assisted]:
    """Every condition with two answers or more, in the order of names."""
    answers, others = found.answers, found.unrated
    return [
        _assisted(str(condition), part, others[others["condition"] == condition], found)
        for condition, part in answers.groupby("condition", sort=True)
        if len(part) >= 2
    ]


def _assisted(name: str, part: DataFrame, others: DataFrame, found: Foretold) -> Assisted:
    powered = powered_by(part, others, found)
    return Assisted(
        name,
        int(part["item"].nunique()),
        len(others),
        powered,
        _saved(powered, part, others, found),
    )


def powered_by(part: DataFrame, others: DataFrame, found: Foretold) -> ppi.Powered:
    """One condition: its answers, and its unrated items."""
    weights, pool = None, others[["unit", "foretold"]]
    if part["probability"].nunique() > 1:  # the rest of the pool is no fair sample then
        weights = 1 / part["probability"]
        judged = part.drop_duplicates("item")[["unit", "foretold"]]
        pool = DataFrame({name: [*pool[name], *judged[name]] for name in pool})
    estimate = ppi.proportion if found.judged.of_success else ppi.mean
    share = part["item"].nunique() / max(len(pool), 1)
    return estimate(
        part["worth"],
        part["foretold"],
        pool["foretold"],
        artists=part["unit"],
        artists_unlabelled=pool["unit"],
        raters=part["participant"],
        weights=weights,
        tuning=found.trust / (1 + share) if len(pool) else None,
        level=found.level,
    )


def _saved(powered: ppi.Powered, part: DataFrame, others: DataFrame, found: Foretold) -> Estimate:
    """1 - variance with the metric over variance without, by the jackknife of units, on the log."""
    n, units, level = len(part), sorted(part["unit"].unique()), found.level
    if isnan(powered.saved):
        return Estimate.undefined(level=level, n=n, reason="the answers do not vary")
    if not len(others):
        return Estimate.without_interval(0.0, level=level, n=n, reason="no item is unrated")
    ratios = []
    for unit in units if len(units) > 3 else ():
        left, rest = part[part["unit"] != unit], others[others["unit"] != unit]
        if len(left) > 1 and len(rest):
            again = powered_by(left, rest, found)
            ratios.append(log(1 - again.saved) if again.saved < 1 else np.nan)
    known = np.array([ratio for ratio in ratios if np.isfinite(ratio)])
    if len(known) < 4 or np.ptp(known) == 0:
        reason = f"{len(units)} units are too few to leave one out"
        return Estimate.without_interval(powered.saved, level=level, n=n, reason=reason)
    g, centre = len(known), log(1 - powered.saved)
    se = sqrt((g - 1) / g * float(((known - known.mean()) ** 2).sum()))
    reach = float(student.ppf((1 + level) / 2, g - 1)) * se
    said = f"jackknife of {g} units on the log of the variances, t({g - 1})"
    low, high = 1 - exp(centre + reach), 1 - exp(centre - reach)
    return Estimate(powered.saved, low, high, se * (1 - powered.saved), level, n, said)


@dataclass(frozen=True)
class Alike:
    """Whether rated items are like the unrated in what metrics say of them."""

    largest: float
    """difference of means over sd within conditions, of the metric that differs most"""
    metric: str
    p: float
    """of a difference as large in any metric, items dealt anew within conditions"""


def alike(judged: Judged, *, seed: int) -> Alike | None:
    """None where all items are rated, or no condition has both kinds."""
    rated = judged.rated.to_numpy()
    condition = judged.items["condition"].to_numpy(str)
    groups = [np.flatnonzero(condition == name) for name in np.unique(condition)]
    groups = [rows for rows in groups if 0 < rated[rows].sum() < len(rows)]
    if not groups:
        return None
    x = _finite(judged.features.to_numpy(np.float64))
    for rows in groups:
        x[rows] -= x[rows].mean(0)
    kept = np.concatenate(groups)
    spread = x[kept].std(0)
    x = x / np.where(spread > 0, spread, 1.0)

    def differences(flags: np.ndarray) -> Floats:
        return np.asarray(x[kept][flags[kept]].mean(0) - x[kept][~flags[kept]].mean(0))

    rng = np.random.default_rng(seed)
    found = np.abs(differences(rated))
    above = 0
    for _ in range(SHUFFLES):
        flags = rated.copy()
        for rows in groups:
            flags[rows] = rng.permutation(flags[rows])
        above += bool(np.abs(differences(flags)).max() >= found.max() - 1e-12)
    worst = int(found.argmax())
    return Alike(float(found[worst]), judged.names[worst], (above + 1) / (SHUFFLES + 1))


@dataclass(frozen=True)
class Hidden:
    """What the metric would have saved, had a part of the ratings not been there."""

    what: str
    classical: float
    """mean half width of the intervals"""
    assisted: float
    saved: float
    """mean over conditions and draws"""
    tuning: float
    draws: int


def hidden(found: Foretold, *, seed: int, draws: int) -> list[Hidden]:
    """Half of the items, and half of the artists, taken for unrated at random."""
    kinds: Sequence[str] = ("items", "artists") if found.drawn == "artists" else ("items",)
    result = [_hidden(found, kind, np.random.default_rng(seed), draws) for kind in kinds]
    return [each for each in result if each is not None]


def _hidden(found: Foretold, kind: str, rng: np.random.Generator, draws: int) -> Hidden | None:
    judged, answers = found.judged, found.answers
    rows: list[tuple[float, float, float, float]] = []
    for _ in range(draws):
        gone = _half(judged, kind, rng)
        if gone is None:
            return None
        others = judged.items.assign(foretold=found.values, unit=judged.items[UNIT[found.drawn]])[
            judged.items["item"].isin(gone)
        ]
        kept = answers[~answers["item"].isin(gone)]
        for condition, part in kept.groupby("condition", sort=True):
            rest = others[others["condition"] == condition]
            if len(part) < 2 or not len(rest):
                continue
            told = powered_by(part, rest, found)
            if told.classical.has_interval and told.estimate.has_interval and told.saved < 1:
                rows.append((_half_width(told.classical), _half_width(told.estimate), told.saved,
                             told.tuning))  # fmt: skip
    if not rows:
        return None
    means = np.array(rows).mean(0)
    classical, assisted, saved, tuning = means.tolist()
    return Hidden(f"half of the {kind}", classical, assisted, saved, tuning, draws)


def _half(judged: Judged, kind: str, rng: np.random.Generator) -> set[str] | None:
    """Items whose ratings are hidden: half of each condition's, or those of half of the artists."""
    rated = judged.items[judged.rated]
    if kind == "artists":
        names = sorted(rated["artist"].unique())
        if len(names) < 2 * FEWEST + 2:
            return None
        gone = set(rng.permutation(names)[: len(names) // 2].tolist())
        return set(rated["item"][rated["artist"].isin(gone)])
    chosen: set[str] = set()
    for _, part in rated.groupby("condition", sort=True):
        names = part["item"].tolist()
        chosen |= set(rng.permutation(names)[: len(names) // 2].tolist())
    return chosen or None


def _half_width(estimate: Estimate) -> float:
    return (estimate.high - estimate.low) / 2
