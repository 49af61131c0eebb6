"""Items with what raters answered and what metrics say: what predictions are learnt from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series

from evaluation import words
from evaluation.evidence import Evidence
from evaluation.findings.arms import success_points
from evaluation.findings.calibrations import is_calibrated
from evaluation.measuring.measurements import direction_of, label_of
from evaluation.ratings import (
    TableError,
    answers_to,
    clean_protection,
    clusters,
    condition_name,
    points,
    varying,
)
from evaluation.statistics.answers import Floats

FEWEST = 3
"""Items below which nothing can be learnt."""
KNOWN = 0.5
"""Share of the rated items for which a metric must be known, to be used."""


@dataclass(frozen=True)
class Judged:
    """One row an item of the study, rated or not, in the order of names."""

    items: DataFrame
    """item, artist, cluster, condition, n (answers, 0 where nobody rated it), hit (their mean
    worth, nan where n is 0)"""
    features: DataFrame
    """[items, metrics] as measured; nan where missing, inf allowed"""
    counts: Floats
    """[items, J] answers at each point"""
    worth: Floats
    """[J]: what each point is worth: itself, or whether it is a success of the protection"""
    answers: DataFrame
    """the usable answers, with `worth`"""
    signs: Floats
    """[metrics]: 1 where more should go with higher points, -1 where with lower"""
    left_out: tuple[str, ...]
    """metrics that cannot be used, a sentence each"""

    @property
    def rated(self) -> Series:
        """[items] bool"""
        return self.items["n"] > 0

    @property
    def names(self) -> list[str]:
        return list(self.features.columns)

    @property
    def of_success(self) -> bool:
        """Whether points are worth 0 and 1."""
        return set(self.worth) <= {0.0, 1.0}

    def turned(self) -> Floats:
        """[items, metrics], so that more should go with higher points."""
        return np.asarray(self.features.to_numpy(np.float64) * self.signs)


def judged(
    evidence: Evidence,
    question: str,
    metrics: Sequence[str],
    *,
    success: Sequence[int] | None,
    of_success: bool,
) -> Judged:
    """Of the answers to one question of one group of raters.

    metrics  names of numbers; empty: all that were measured, but for calibrated ones
    success  points that count as success of the protection, where not the usual ones
    Raises TableError where nothing is measured, or too few items are rated.
    """
    answers = answers_to(evidence.ratings, question)
    scale = points(answers)
    worth = np.arange(1.0, scale + 1)
    if of_success:
        first, last = success_points(question, success, scale)
        worth = ((worth >= first) & (worth <= last)).astype(np.float64)
    answers = answers.assign(worth=worth[answers["value"].to_numpy(np.intp) - 1])
    items = _items(evidence, answers)
    counts = _counts(items, answers, scale)
    items = items.assign(n=counts.sum(1).astype(int), hit=_means(counts, worth))
    features, left_out = _features(evidence, items, metrics)
    closer_is_higher = not of_success or worth[0] > worth[-1]
    signs = [direction_of(name) * (1 if closer_is_higher else -1) for name in features.columns]
    return Judged(items, features, counts, worth, answers, np.array(signs, float), left_out)


def _items(evidence: Evidence, answers: DataFrame) -> DataFrame:
    items = evidence.of_items
    clean = clean_protection(items)
    factors = varying(items)
    named = [
        condition_name(dict(zip(factors, levels, strict=True)), clean)
        for levels in items[list(factors)].itertuples(index=False)
    ]
    unknown = set(answers["item"]) - set(items["item"])
    assert not unknown, unknown  # `of_items` has every rated one
    return items.assign(condition=named, cluster=clusters(items))


def _counts(items: DataFrame, answers: DataFrame, scale: int) -> Floats:
    place = dict(zip(items["item"], range(len(items)), strict=True))
    counts = np.zeros((len(items), scale))
    rows = answers["item"].map(place).to_numpy(np.intp)
    np.add.at(counts, (rows, answers["value"].to_numpy(np.intp) - 1), 1.0)
    rated = int((counts.sum(1) > 0).sum())
    if rated < FEWEST:
        raise TableError(
            f"{words.counted(rated, 'item')} of the question are rated: nothing can be learnt from"
            f" fewer than {FEWEST}."
        )
    return counts


def _means(counts: Floats, worth: Floats) -> Floats:
    n = counts.sum(1)
    found: Floats = np.where(n > 0, counts @ worth / np.maximum(n, 1), np.nan)
    return found


def _features(
    evidence: Evidence, items: DataFrame, metrics: Sequence[str]
) -> tuple[DataFrame, tuple[str, ...]]:
    """The metrics that can be used, and why others cannot."""
    measured = evidence.measurements
    there = sorted(measured["metric"].unique())
    wanted = list(metrics) or [name for name in there if not is_calibrated(name)]
    table = measured[measured["metric"].isin(wanted)].pivot(
        index="item", columns="metric", values="value"
    )
    table = table.reindex(index=items["item"], columns=wanted).astype("float64")
    reasons = {name: _reason(table[name].to_numpy(), items) for name in wanted}
    left_out = tuple(f"{label_of(name)} {why}." for name, why in reasons.items() if why)
    kept = [name for name, why in reasons.items() if not why]
    if not kept:
        told = " ".join(left_out) or "No metric has been measured."
        raise TableError(
            f"There is no metric to learn from. {told} Measure the pictures first (`manage.py"
            " measure`), or give their values (`analyse --metrics`)."
        )
    return table[kept].reset_index(drop=True), left_out


def _reason(values: Floats, items: DataFrame) -> str:
    rated = (items["n"] > 0).to_numpy()
    known = ~np.isnan(values)
    if not known.any():
        return "was not measured"
    share = float(known[rated].mean())
    if share < KNOWN:
        return f"is known of {share:.0%} of the rated items only"
    if len(np.unique(values[rated & known])) < 2:
        return "is the same for every rated item, so it tells nothing apart"
    return ""
