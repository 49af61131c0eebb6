"""How much success of mimicry a metric reports where raters report how much, in numbers. Pure.

“IMPRESS restores 87 %” by CLIP genre accuracy is a share of pictures that a metric calls correct;
what raters call successful mimicry is another share of the same pictures. And of the success that a
protection took away, purification gives back a share, by raters and by any metric.
"""

from collections.abc import Callable, Iterator, Sequence

from pandas import DataFrame

from evaluation.findings.arms import Arm
from evaluation.findings.comparisons import How, Points, columns
from evaluation.ratings import NO_LEVEL
from evaluation.statistics.clustered import clustered_mean
from evaluation.statistics.contrasts import ratio
from evaluation.statistics.estimate import BadData, Estimate

Said = Callable[[str], str]


def inflated(
    found: Sequence[Arm], metrics: Sequence[str], said: Said, inside: Points, level: float
) -> DataFrame:
    """Mimicry that succeeds by a metric that gives a share, and by raters, on the same items.

    Rows of arms have one column a metric, turned so that more means more success of a protection.
    """
    return DataFrame(
        [
            {
                "metric": said(metric),
                **arm.facts,
                "n": len(arm.rows),
                "items": arm.rows["item"].nunique(),
                **_both(arm.rows, metric, inside, level),
            }
            for metric in metrics
            for arm in found
        ]
    )


def restored(
    found: Sequence[Arm], metrics: Sequence[str], said: Said, inside: Points, how: How
) -> DataFrame:
    """(purified - protected) / (clean - protected), by raters and by each metric."""
    rows = []
    for purified, protected, clean in _triples(found):
        shared = [arm.rows for arm in (purified, protected, clean)]
        both = set.intersection(*(set(part["artist"]) for part in shared))
        parts = [part[part["artist"].isin(both)] for part in shared]
        by = [("raters", _by_raters(parts, inside, how.level))]
        by += [(said(metric), _by_metric(parts, metric, how.level)) for metric in metrics]
        rows += [
            {
                "condition": purified.title,
                "by": name,
                "n": estimate.n,
                **columns("share_restored", estimate),
                "method": estimate.method,
            }
            for name, estimate in by
        ]
    return DataFrame(rows)


def _both(rows: DataFrame, metric: str, inside: Points, level: float) -> dict[str, float]:
    """Success of the mimicry by either, and by how much the metric's is higher."""
    by_raters = 1.0 - rows["value"].between(*inside).astype(float)
    by_metric = -rows[metric]
    gap = _mean(by_metric - by_raters, rows, (-1.0, 1.0), level)
    return {
        "share_mimicry_by_metric": float(rows.drop_duplicates("item")[metric].mul(-1).mean()),
        **columns("share_mimicry_by_raters", _mean(by_raters, rows, (0.0, 1.0), level)),
        **columns("share_inflation", gap),
    }


def _mean(values: object, rows: DataFrame, bounds: tuple[float, float], level: float) -> Estimate:
    found = clustered_mean(values, rows["participant"], rows["cluster"], bounds=bounds, level=level)  # type: ignore[arg-type]
    return found.estimate


def _triples(found: Sequence[Arm]) -> Iterator[tuple[Arm, Arm, Arm]]:
    """Every purified arm with the protected and the clean arm that it is held against."""
    for purified in found:
        if purified.levels["purification"] == NO_LEVEL:
            continue
        protected = _matching(found, purified, "protection", "budget", clean=False)
        clean = _matching(found, purified, clean=True)
        if protected is not None and clean is not None:
            yield purified, protected, clean


def _matching(found: Sequence[Arm], arm: Arm, *factors: str, clean: bool) -> Arm | None:
    same = ("mimicry", *factors)
    for other in found:
        plain = other.levels["purification"] == NO_LEVEL and other.era == arm.era
        alike = all(other.levels[factor] == arm.levels[factor] for factor in same)
        if plain and alike and other.clean == clean:
            return other
    return None


def _by_raters(parts: Sequence[DataFrame], inside: Points, level: float) -> Estimate:
    values = [hit for part in parts for hit in part["value"].between(*inside).astype(float)]
    people = [who for part in parts for who in part["participant"]]
    return _restored(parts, values, people, (0.0, 1.0), level)


def _by_metric(parts: Sequence[DataFrame], metric: str, level: float) -> Estimate:
    items = [part.drop_duplicates("item") for part in parts]
    values = [value for part in items for value in part[metric]]
    return _restored(items, values, None, None, level)


def _restored(
    parts: Sequence[DataFrame],
    values: Sequence[float],
    people: Sequence[str] | None,
    bounds: tuple[float, float] | None,
    level: float,
) -> Estimate:
    drawn = [each for part in parts for each in part["cluster"]]
    sides = ("purified", "protected", "clean")
    names = [name for name, part in zip(sides, parts, strict=True) for _ in range(len(part))]
    try:
        return ratio(
            values,
            people,
            drawn,
            names,
            {"purified": 1, "protected": -1},
            {"clean": 1, "protected": -1},
            bounds=bounds,
            level=level,
        )
    except BadData as error:
        return Estimate.undefined(level=level, n=len(values), reason=str(error))
