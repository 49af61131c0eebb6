"""A composite learnt from a study's ratings, scored on artists and conditions it never saw. Pure.

Everything that looks at answers is done inside the folds: filling, standardising, the weights, the
penalty, and the choice of the best single metric. Metrics that could only look good (the same
everywhere, an artist in disguise, the answer itself) are left out before, and said.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from pandas import DataFrame
from scipy.stats import t as student

from evaluation.findings.calibrations import FORMAT, KIND, Calibration, Input, Training
from evaluation.findings.judged import Judged
from evaluation.measuring.measurements import label_of
from evaluation.statistics.agreement import icc
from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.composite import (
    Learnt,
    NestedCv,
    cumulative,
    learn,
    nested_cv,
    ordinal_models,
)
from evaluation.statistics.composite.leaks import of_column
from evaluation.statistics.composite.standard import Standard
from evaluation.statistics.estimate import BadData, Estimate

FEWEST_ARTISTS = 3
OUTER, ALONE = 5, 1e-3
AGAIN = 1
"""Partitions of the artists where conditions are held out too: one has many times the folds."""
SIMULATED = "SIMULATED: learnt from simulated raters; says nothing about people"


@dataclass(frozen=True)
class Learned:
    """A composite with everything that is known about it."""

    judged: Judged
    used: tuple[str, ...]
    """metrics that went in"""
    refused: tuple[str, ...]
    """metrics that could only look good, a sentence each"""
    learnt: Learnt
    apart: NestedCv
    """artists held out"""
    further: NestedCv | None
    """artists and conditions held out together; None with one condition"""
    ceiling: Estimate
    """r within artists that a perfect metric would reach"""
    reached: Estimate
    """share of it that the composite reaches"""
    signs: Floats


def learned(
    found: Judged, *, seed: int, repeats: int, level: float, by_condition: bool = True
) -> Learned:
    """Raises BadData for fewer than three artists, or where no metric is left."""
    rated = found.rated.to_numpy()
    items, counts = found.items[rated], found.counts[rated]
    artist = _artists(items)
    used, refused = _fit_to_use(found, rated, artist)
    place = [found.names.index(name) for name in used]
    x, y, signs = found.turned()[rated][:, place], items["hit"].to_numpy(), found.signs[place]
    models: Mapping[str, Any] = ordinal_models(found.worth)
    condition = items["condition"].tolist()

    def scored(repeats: int, methods: Sequence[str] | None) -> NestedCv:
        return nested_cv(
            x,
            y,
            artist,
            generator=np.random.default_rng(seed),
            names=used,
            models=models,
            alone=cumulative(ALONE, found.worth),
            counts=counts,
            methods=methods,
            fill=True,
            outer=min(OUTER, int(artist.max()) + 1),
            repeats=repeats,
            level=level,
        )

    apart = scored(repeats, None)
    several = by_condition and len(set(condition)) > 1
    learnt = learn(
        x, counts, found.worth, artist, models, generator=np.random.default_rng(seed), level=level
    )
    ceiling = _ceiling(found.answers, level)
    return Learned(
        found,
        tuple(used),
        refused,
        learnt,
        apart,
        scored(min(repeats, AGAIN), condition) if several else None,
        ceiling,
        share_of(apart.composite.within_artist, ceiling),
        signs,
    )


def share_of(reached: Estimate, ceiling: Estimate) -> Estimate:
    """What a correlation is of its ceiling (delta method, as many standard errors as its own)."""
    if not (reached.defined and ceiling.defined and ceiling.value > 0):
        reason = "there is no correlation, or no ceiling to hold it against"
        return Estimate.undefined(level=reached.level, n=reached.n, reason=reason)
    value = reached.value / ceiling.value
    if not (reached.has_interval and ceiling.has_interval):
        reason = "the correlation, or its ceiling, has none"
        return Estimate.without_interval(value, level=reached.level, n=reached.n, reason=reason)
    errors = (reached.high - reached.low) / (2 * reached.se)
    se = sqrt(reached.se**2 + (value * ceiling.se) ** 2) / ceiling.value
    said = f"delta method, {errors:.2f} standard errors as of the correlation"
    return Estimate(
        value, value - errors * se, value + errors * se, se, reached.level, reached.n, said
    )


def calibration(
    learned: Learned,
    measurements: DataFrame,
    settings: Mapping[str, Mapping[str, Any] | None],
    *,
    question: str,
    of: str,
    seed: int,
    licence: str,
) -> Calibration:
    """The file of it; `settings` of each metric that is ours, for the next study to measure it."""
    found, learnt = learned.judged, learned.learnt
    ratings = found.answers
    simulated = bool(ratings["simulated"].iloc[0])
    chosen = learnt.fitted.worth
    used = found.counts[found.rated.to_numpy()].sum(0) > 0
    return Calibration(
        kind=KIND,
        format=FORMAT,
        mark=SIMULATED if simulated else "",
        question=question,
        of=of,
        points=tuple((np.flatnonzero(used) + 1.0).tolist()),
        worth=tuple(chosen.tolist()),
        model=learnt.model,
        thresholds=tuple(learnt.fitted.thresholds.tolist()),
        inputs=_inputs(learned, measurements, settings),
        training=_training(learned, measurements, seed, simulated=simulated),
        quality=_quality(learned),
        licence=licence,
        recipe=RECIPE,
    )


RECIPE = (
    "Value = Σ worth_j P(Y = j) with P(Y ≤ j) = 1 / (1 + exp(Σ_k weight_k z_k - threshold_j)) and"
    " z_k = (x_k - centre_k) / spread_k; an infinite x_k is the low or high of training. Learnt by"
    " a penalised cumulative logit of all answers on standardised metrics; the penalty, and whether"
    " weights have one sign, chosen by cross-validation over artists. Quality: nested"
    " cross-validation, artists (and conditions) held out from everything."
)


def _artists(items: DataFrame) -> Codes:
    names, codes = np.unique(items["artist"].to_numpy(str), return_inverse=True)
    if len(names) < FEWEST_ARTISTS:
        few = "All rated items are by one artist" if len(names) == 1 else "Two artists are rated"
        raise BadData(
            f"{few}: how a learnt metric does on artists it never saw takes three at least, and"
            " ten to say much. Rate pictures by more artists, and name them in the column “artist”."
        )
    return codes.astype(np.intp)


def _fit_to_use(found: Judged, rated: Any, artist: Codes) -> tuple[list[str], tuple[str, ...]]:
    answers = found.items["hit"].to_numpy()[rated]
    filled = Standard.of(found.features[rated].to_numpy(np.float64))
    columns = filled(found.features[rated].to_numpy(np.float64)).T
    signs = {
        name: of_column(label_of(name), column, answers, artist)
        for name, column in zip(found.names, columns, strict=True)
    }
    used = [name for name, said in signs.items() if not said]
    refused = tuple(sentence for said in signs.values() for sentence in said)
    if not used:
        raise BadData(f"No metric is left to learn from. {' '.join(refused)}")
    return used, refused


def _ceiling(answers: DataFrame, level: float) -> Estimate:
    """Root of the reliability of the items' mean answers within artists."""
    per_item = answers.groupby("item")["participant"].nunique()
    crossed = (per_item == answers["participant"].nunique()).all()
    try:
        found = icc(
            answers["worth"],
            answers["participant"],
            answers["item"],
            strata=answers["artist"],
            level=level,
        )["ICC(C,k)" if crossed else "ICC(A,k)"]
    except BadData as error:
        return Estimate.undefined(level=level, n=len(answers), reason=str(error))
    if not found.has_interval or found.value <= 0:
        return Estimate.undefined(
            level=level, n=len(answers), reason="raters do not tell the pictures of an artist apart"
        )
    value, low, high = (sqrt(max(limit, 0.0)) for limit in (found.value, found.low, found.high))
    said = f"root of the reliability of mean answers within artists; {found.method}"
    se = (high - low) / 2 / float(student.ppf((1 + level) / 2, 1000))
    return Estimate(value, low, high, se, level, len(answers), said)


def _inputs(
    learned: Learned,
    measurements: DataFrame,
    settings: Mapping[str, Mapping[str, Any] | None],
) -> tuple[Input, ...]:
    """With weights and ranges of the metrics as measured, not as turned."""
    standard, rated = learned.learnt.standard, learned.judged.rated.to_numpy()
    versions = measurements.drop_duplicates("metric").set_index("metric")["version"]
    found = []
    for k, name in enumerate(learned.used):
        sign, weight = float(learned.signs[k]), learned.learnt.weights[k]
        ends = sorted((sign * standard.low[k], sign * standard.high[k]))
        limits = sorted((sign * weight.low, sign * weight.high)) if weight.has_interval else ()
        missing = learned.judged.features[name][rated].isna().any()
        found.append(
            Input(
                name=name,
                version=str(versions[name]),
                settings=settings.get(name),
                weight=sign * float(learned.learnt.fitted.weights[k]),
                weight_low=limits[0] if limits else None,
                weight_high=limits[1] if limits else None,
                centre=sign * float(standard.centre[k]),
                spread=float(standard.spread[k]),
                low=float(ends[0]),
                high=float(ends[1]),
                fill=sign * float(standard.fill[k]) if missing else None,
            )
        )
    return tuple(found)


def _training(learned: Learned, measurements: DataFrame, seed: int, *, simulated: bool) -> Training:
    found = learned.judged
    answers, items = found.answers, found.items[found.rated]
    mine = measurements[
        measurements["metric"].isin(learned.used) & measurements["item"].isin(items["item"])
    ]
    digest = hashlib.sha256()
    columns = ["participant", "item", "question", "value"]
    for table, order in ((answers[columns], columns), (mine, ["item", "metric"])):
        text = table.sort_values(order).to_csv(index=False, lineterminator="\n")
        digest.update(hashlib.sha256(text.encode()).digest())
    protocols = answers["protocol"] if "protocol" in answers else answers["study"].map(lambda _: "")
    return Training(
        studies=tuple(sorted(set(answers["study"].astype(str)) - {""})),
        protocols=tuple(sorted(set(protocols.astype(str)) - {""})),
        table_sha256=digest.hexdigest(),
        seed=seed,
        population=str(answers["population"].iloc[0]),
        simulated=simulated,
        answers=len(answers),
        raters=int(answers["participant"].nunique()),
        items=len(items),
        artists=int(items["artist"].nunique()),
        conditions=tuple(sorted(set(items["condition"]))),
    )


def _quality(learned: Learned) -> dict[str, Any]:
    further = learned.further
    told = {
        "r_within_artists": learned.apart.composite.within_artist,
        "r_between_artists": learned.apart.composite.between_artist,
        "share_pairs_ordered_alike": learned.apart.composite.pairwise_accuracy,
        "calibration_slope": learned.apart.composite.calibration_slope,
        "r_within_artists_new_conditions": further.composite.within_artist if further else None,
        "best_single_r_within_artists": learned.apart.best_single.within_artist,
        "difference_to_best_single": learned.apart.difference,
        "ceiling_r_within_artists": learned.ceiling,
        "share_of_ceiling": learned.reached,
    }
    return {
        "how": "nested cross-validation over artists; "
        + learned.apart.composite.within_artist.method,
        "warnings": [*learned.apart.warnings, *learned.refused],
        **{name: None if each is None else _plain(each) for name, each in told.items()},
    }


def _plain(estimate: Estimate) -> dict[str, Any]:
    ends = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    known = {name: value if value == value else None for name, value in ends.items()}
    return {**known, "level": estimate.level, "method": estimate.method}
