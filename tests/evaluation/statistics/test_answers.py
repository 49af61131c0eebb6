"""Flags, labels and numbers are read in one place; what cannot be read is refused in words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics import (
    agreement,
    association,
    groups,
    meta,
    multiplicity,
    opinion,
    ordinal,
    pairs,
    ppi,
    psr,
    thresholds,
)
from evaluation.statistics.clustered import clustered_difference, clustered_share
from evaluation.statistics.estimate import BadData

RATERS, ITEMS = 10, 20
RATER, ITEM = (grid.ravel() for grid in np.indices((RATERS, ITEMS)))
RNG = np.random.default_rng(0)
LEVELS = 3 + RNG.normal(0, 1, RATERS)[RATER] + RNG.normal(0, 1, ITEMS)[ITEM]
V = np.clip(np.round(LEVELS + RNG.normal(0, 1, len(RATER))), 1, 5)
X = RNG.normal(size=len(V))
SECOND = ITEM % 2 == 0
ARTWORK = ITEM // 2
WORDS = np.where(V > 3, "good", "bad")
NAN_FLAG = np.where(ITEM == 9, np.nan, SECOND)
NAN_LABEL = np.where(ITEM >= 12, np.nan, ITEM)
HOLE = np.array([None if item == 3 else "ab"[item % 2] for item in ITEM], dtype=object)
SUCCESS: dict[str, Any] = {"success": (1, 2)}
Call = Callable[[], object]


def seeded() -> np.random.Generator:
    return np.random.default_rng(1)


FLAGS: dict[str, Call] = {
    "expert_vs_crowd": lambda: groups.expert_vs_crowd(V, RATER, ITEM, NAN_FLAG, generator=seeded()),
    "difference": lambda: psr.difference(V, RATER, ARTWORK, NAN_FLAG, **SUCCESS),
    "equivalence": lambda: psr.equivalence(V, RATER, ARTWORK, NAN_FLAG, margin=0.1, **SUCCESS),
    "clustered": lambda: clustered_difference(V, RATER, ARTWORK, NAN_FLAG),
    "ppi": lambda: ppi.difference(V, X, X, second=NAN_FLAG, second_unlabelled=SECOND),
    "ppi, unlabelled": lambda: ppi.difference(V, X, X, second=SECOND, second_unlabelled=NAN_FLAG),
    "text": lambda: groups.expert_vs_crowd(
        V, RATER, ITEM, np.where(RATER < 4, "artist", "crowd"), generator=seeded()
    ),
    "True as text": lambda: psr.difference(V, RATER, ARTWORK, [str(x) for x in SECOND], **SUCCESS),
    "None": lambda: psr.difference(V, RATER, ARTWORK, [None, *SECOND[1:]], **SUCCESS),
    "two": lambda: psr.difference(V, RATER, ARTWORK, 2 * SECOND, **SUCCESS),
}


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_is_true_or_false(name: str) -> None:
    with pytest.raises(BadData, match=r"neither True nor False.*give True and False"):
        FLAGS[name]()


def test_ones_and_zeros_are_flags() -> None:
    found = [
        psr.difference(V, RATER, ARTWORK, flag, **SUCCESS)
        for flag in (SECOND, SECOND.astype(int), SECOND.tolist(), pd.Series(SECOND, dtype=object))
    ]
    assert len({(each.estimate.value, each.p) for each in found}) == 1


UNNAMED: dict[str, tuple[str, Call]] = {
    "condition": ("condition", lambda: psr.compare(V, RATER, ARTWORK, HOLE, reference="a")),
    "stratum": (
        "stratum",
        lambda: psr.difference(V, RATER, ARTWORK, SECOND, strata=HOLE, **SUCCESS),
    ),
    "stratum, drawn": (
        "stratum",
        lambda: psr.difference(
            V, RATER, ITEM, SECOND, strata=HOLE, interval="bootstrap", generator=seeded(), **SUCCESS
        ),
    ),
    "stratum of icc": ("stratum", lambda: agreement.icc(V, RATER, ITEM, strata=HOLE)),
    "nan stratum of icc": ("stratum", lambda: agreement.icc(V, RATER, ITEM, strata=NAN_LABEL)),
    "stratum of alpha": (
        "stratum",
        lambda: agreement.krippendorff_alpha(V, RATER, ITEM, strata=HOLE),
    ),
    "cluster": (
        "cluster",
        lambda: groups.expert_vs_crowd(
            V, RATER, ITEM, RATER < 4, clusters=NAN_LABEL, generator=seeded()
        ),
    ),
    "artist": ("artist", lambda: ppi.mean(V, X, X, artists=NAN_LABEL)),
    "unlabelled artist": (
        "artist",
        lambda: ppi.mean(V, X, X, artists=ITEM, artists_unlabelled=NAN_LABEL),
    ),
    "rater of ppi": ("rater", lambda: ppi.mean(V, X, X, raters=np.where(RATER > 4, np.nan, RATER))),
    "group": ("group", lambda: opinion.subject_bias(V, RATER, ITEM, groups=NAN_LABEL)),
    "gap in a list": ("rater", lambda: agreement.icc(V, [float("nan"), *"a" * 199], ITEM)),
    "category": ("category", lambda: agreement.gwet_ac(HOLE, RATER, ITEM)),
    "compared item": ("item", lambda: pairs.bradley_terry(["a", None], ["b", "c"], [1, 0])),
}


@pytest.mark.parametrize("name", UNNAMED)
def test_a_label_that_is_missing_is_no_group_of_its_own(name: str) -> None:
    noun, call = UNNAMED[name]
    with pytest.raises(BadData, match=rf"names no {noun} \((nan|None)\)"):
        call()


def test_labels_of_two_kinds_are_text() -> None:
    mixed = np.array([rater if rater < 3 else f"p{rater}" for rater in RATER], dtype=object)
    assert agreement.icc(V, mixed, ITEM)["ICC(A,1)"].value == pytest.approx(
        agreement.icc(V, RATER, ITEM)["ICC(A,1)"].value
    )
    assert "0" in opinion.mos(V, RATER, np.where(ITEM == 0, "0", ITEM.astype(object))).scores


TEXT: dict[str, Call] = {
    "icc": lambda: agreement.icc(WORDS, RATER, ITEM),
    "alpha": lambda: agreement.krippendorff_alpha(WORDS, RATER, ITEM),
    "weighted AC": lambda: agreement.gwet_ac(WORDS, RATER, ITEM, weights="linear"),
    "kappa": lambda: agreement.weighted_kappa(WORDS, WORDS),
    "mos": lambda: opinion.mos(WORDS, RATER, ITEM),
    "psr": lambda: psr.protection_success_rate(WORDS, RATER, ITEM),
    "compare": lambda: psr.compare(WORDS, RATER, ARTWORK, SECOND, reference="True"),
    "share": lambda: clustered_share(WORDS, RATER, ITEM),
    "ppi": lambda: ppi.mean(WORDS, X, X),
    "correlation": lambda: association.correlation(WORDS, X),
    "auc": lambda: association.auc(X, WORDS),
    "psychometric": lambda: thresholds.psychometric(WORDS, SECOND),
    "holm": lambda: multiplicity.holm(["good"]),
    "pairs": lambda: pairs.bradley_terry(["a"], ["b"], ["good"]),
    "meta": lambda: meta.pairwise_accuracy(WORDS, X),
}


@pytest.mark.parametrize("name", TEXT)
def test_text_where_a_number_belongs_is_named(name: str) -> None:
    with pytest.raises(BadData, match=r"1 is not a number \('(good|bad)'\)"):
        TEXT[name]()


@pytest.mark.parametrize(
    "call",
    [
        lambda values: (
            agreement.krippendorff_alpha(values, RATER, ITEM, measurement="nominal").estimate
        ),
        lambda values: agreement.fleiss_kappa(values, RATER, ITEM).estimate,
        lambda values: agreement.gwet_ac(values, RATER, ITEM).estimate,
    ],
)
def test_nominal_answers_may_be_text(call: Callable[[Any], object]) -> None:
    assert call(WORDS) == call((V > 3) * 1.0) == call(WORDS.tolist())


def test_categories_keep_their_names() -> None:
    assert agreement.gwet_ac(WORDS, RATER, ITEM).categories == ("bad", "good")
    named = agreement.gwet_ac(WORDS, RATER, ITEM, categories=["good", "bad", "awful"])
    assert named.categories == ("awful", "bad", "good")
    as_numbers = agreement.gwet_ac((V > 3) * 1.0, RATER, ITEM, categories=[-1, 0, 1])
    assert named.estimate == as_numbers.estimate
    with pytest.raises(BadData, match="'bad' is none of the categories"):
        agreement.gwet_ac(WORDS, RATER, ITEM, categories=["good", "awful"])


GRID = V.reshape(RATERS, ITEMS)
SHAPES: dict[str, Call] = {
    "values": lambda: agreement.icc(GRID, RATER, ITEM),
    "raters": lambda: agreement.icc(V, RATER.reshape(RATERS, ITEMS), ITEM),
    "flag": lambda: psr.difference(V, RATER, ARTWORK, SECOND.reshape(RATERS, ITEMS), **SUCCESS),
    "kappa": lambda: agreement.weighted_kappa(GRID, GRID),
    "ppi": lambda: ppi.mean(GRID, X, X),
    "correlation": lambda: association.correlation(GRID, GRID),
    "holm": lambda: multiplicity.holm([[0.1, 0.2]]),
    "one number": lambda: agreement.icc(3, 1, 1),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_column_has_one_value_a_row(name: str) -> None:
    with pytest.raises(BadData, match="a row; given"):
        SHAPES[name]()


def test_columns_of_a_comparison_are_equally_long() -> None:
    with pytest.raises(BadData, match="200 answers and 2 conditions"):
        psr.compare(V, RATER, ARTWORK, ["a", "b"], reference="a")
    with pytest.raises(BadData, match="equally long"):
        psr.compare(V, RATER[1:], ARTWORK, HOLE, reference="a")


@pytest.mark.parametrize("replicates", [0, 1, 250.5])
def test_a_bootstrap_of_alpha_needs_replicates(replicates: Any) -> None:
    with pytest.raises(BadData, match="100 replicates or more, a whole number"):
        agreement.krippendorff_alpha(
            V, RATER, ITEM, interval="bootstrap", generator=seeded(), replicates=replicates
        )


def test_settings_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(BadData, match="0 or more; given: nan"):
        meta.pairwise_accuracy(V, X, epsilon=float("nan"))
    table = pd.DataFrame({"value": V, "rater": RATER})
    with pytest.raises(BadData, match=r"whole number from 1; given: 2\.5"):
        ordinal.clmm(table, "value", "1", ["rater"], nodes=2.5)  # type: ignore[arg-type]
