"""Attributions whose true source is known: right ones, balanced accuracy, d′ and lean. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.stats import norm

from evaluation.ratings import TableError, clusters
from evaluation.statistics.answers import label_codes, label_column, summed
from evaluation.statistics.bootstrap import Scale
from evaluation.statistics.clustered import clustered_mean, clustered_share
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.influence import LOGIT, PLAIN, two_way_interval
from studies.questions import CANNOT_TELL_WORDS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """How the true source of a picture follows from the table."""

    column: Literal["artist", "protection", "mimicry"]
    answers: Mapping[str, str]
    """Level of the column → the right answer."""
    otherwise: str
    """The right answer of all other levels; empty: the level itself is the answer."""

    def of(self, rows: DataFrame) -> list[str]:
        """The right answer of each row."""
        return [self.answers.get(each, self.otherwise or each) for each in rows[self.column]]


def attributed(asked: DataFrame, truth: Truth, offered: Sequence[str]) -> DataFrame:
    """The rows that count, with cluster, source, decided and right (nan where not sure).

    offered  words of the answers in the order of their values. Raises TableError where the true
             source of a picture is none of them.
    """
    left_out = asked["excluded"] | asked["gold"] | (asked["repeat_of"] != "")
    cannot = asked["value"].isna() & (asked["answer"] == CANNOT_TELL_WORDS)
    kept = asked[~(left_out | cannot)]
    kept = kept.assign(cluster=clusters(kept), source=truth.of(kept))
    unknown = sorted(set(kept["source"]) - set(offered))
    if unknown:
        raise TableError(
            f"“{unknown[0]}” is none of the answers that were offered ({', '.join(offered)}): say"
            " in the setting `sources` which answer is right for it, or in `otherwise` for all"
            " that are not named."
        )
    right = (kept["answer"] == kept["source"]).astype("float64")
    return kept.assign(right=right.where(kept["value"].notna()))


def share(rows: DataFrame, level: float) -> Estimate:
    """Share of right attributions, “not sure” left out."""
    made = rows[rows["right"].notna()]
    if made.empty:
        return Estimate.undefined(level=level, n=0, reason="nobody decided")
    who, what = made["participant"], made["cluster"]
    return clustered_share(made["right"], who, what, level=level).estimate


def split(rows: DataFrame, chance: float, level: float) -> Estimate:
    """The same with each “not sure” counted as a guess."""
    return clustered_mean(
        rows["right"].fillna(chance), rows["participant"], rows["cluster"],
        bounds=(0.0, 1.0), level=level,
    ).estimate  # fmt: skip


def balanced(rows: DataFrame, level: float) -> Estimate:
    """Mean over true sources of the share of right attributions: no lean to one answer helps."""
    made, sources = _made(rows)
    if len(sources) < 2:
        return Estimate.undefined(level=level, n=len(made), reason="one true source only")
    means = np.array([made.loc[made["source"] == each, "right"].mean() for each in sources])
    weights = np.full(len(sources), 1 / len(sources))
    return _combined(made, sources, float(means.mean()), weights, LOGIT, level)


def d_prime(rows: DataFrame, signal: str, level: float) -> tuple[Estimate, Estimate]:
    """d′ = z(H) − z(F), and the lean c = −(z(H) + z(F)) / 2, below 0 towards `signal`.

    H and F are the shares of `signal` among answers about it and about the one other source
    (Macmillan and Creelman 2005, equations 1.5 and 2.1). Undefined where either is 0 or 1.
    """
    made, sources = _made(rows)
    means = {each: made.loc[made["source"] == each, "right"].mean() for each in sources}
    if len(sources) != 2 or signal not in means or {0.0, 1.0} & set(means.values()):
        reason = "it needs two sources, each judged right sometimes and wrong sometimes"
        bare = Estimate.undefined(level=level, n=len(made), reason=reason)
        return bare, bare
    z = np.array([norm.ppf(means[each]) for each in sources])
    slope = 1 / norm.pdf(z)
    sign = np.array([1.0 if each == signal else -1.0 for each in sources])
    lean = -float(sign @ z) / 2
    return (
        _combined(made, sources, float(z.sum()), slope, PLAIN, level),
        _combined(made, sources, lean, -sign * slope / 2, PLAIN, level),
    )


def _made(rows: DataFrame) -> tuple[DataFrame, list[str]]:
    made = rows[rows["right"].notna()]
    return made, sorted(made["source"].unique())


def _combined(
    made: DataFrame,
    sources: Sequence[str],
    value: float,
    slopes: Floats,
    scale: Scale,
    level: float,
) -> Estimate:
    """A smooth function of the sources' shares, by what each rater and artwork adds to it."""
    if scale is LOGIT and value in {0.0, 1.0}:
        reason = "every attribution is alike"
        return Estimate.without_interval(value, level=level, n=len(made), reason=reason)
    mean = made.groupby("source")["right"].transform("mean")
    size = made.groupby("source")["right"].transform("size")
    slope = made["source"].map(dict(zip(sources, slopes, strict=True)))
    adds = ((made["right"] - mean) / size * slope).to_numpy(dtype=np.float64)
    rater, _ = label_codes(label_column(made["participant"], "rater"))
    item, _ = label_codes(label_column(made["cluster"], "artwork"))
    _, cell = np.unique(rater * (int(item.max()) + 1) + item, return_inverse=True)
    people, works, cells = (summed(codes, adds) for codes in (rater, item, cell.ravel()))
    return two_way_interval(value, people, works, cells, scale, level=level, n=len(made))
