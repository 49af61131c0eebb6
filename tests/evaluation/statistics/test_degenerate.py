"""Every public function on data that have no good answer: the right one, or a sentence, or BadData.

Warnings are errors here. A number that is nan has its reason beside it, an interval holds its
estimate, and no estimate comes from a fit that did not converge.
"""

from collections.abc import Callable
from math import isnan

import numpy as np
import pytest

from evaluation.statistics import agreement, meta, ordinal, pairs, ppi, psr
from evaluation.statistics.association import calibration, correlation, dominance
from evaluation.statistics.composite import ridge
from evaluation.statistics.estimate import BadData
from evaluation.statistics.groups import expert_vs_crowd
from evaluation.statistics.multiplicity import benjamini_hochberg, holm, simultaneous
from evaluation.statistics.sequential import obrien_fleming
from evaluation.statistics.thresholds import psychometric
from evaluation.statistics.trend import jonckheere
from tests.evaluation.statistics.candour import check, estimates, said, strictly
from tests.evaluation.statistics.degenerate_tables import TABLES, Table, columns, seeded, study
from tests.evaluation.statistics.every_function import DRAWS, FUNCTIONS, psr_of


@pytest.mark.parametrize("table", TABLES)
def test_the_right_answer_or_a_sentence(table: str) -> None:
    """All functions on one table, so that one run names every one that fails."""
    wrong = []
    for name, call in FUNCTIONS.items():
        try:
            check(strictly(call, TABLES[table]()))
        except Exception as failure:
            wrong.append(f"{name}: {type(failure).__name__}: {str(failure)[:300]}")
    assert not wrong, "\n".join([f"{len(wrong)} on {table}:", *wrong])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_ordinary_study_gets_numbers(name: str) -> None:
    """So that the test above is not passed by refusing everything."""
    found = strictly(FUNCTIONS[name], study(raters=12))
    assert not isinstance(found, str), found
    numbers = list(estimates(found))
    assert not numbers or any(e.defined for e in numbers), numbers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("krippendorff_alpha, ordinal", 1.0),
        ("gwet_ac", 1.0),
        ("fleiss_kappa", 1.0),
        ("weighted_kappa", 1.0),
        ("kendall_w", 1.0),
        ("split_half", 1.0),
    ],
)
def test_perfect_agreement_is_perfect(name: str, value: float) -> None:
    found = next(estimates(FUNCTIONS[name](TABLES["perfect agreement"]())))
    assert found.value == pytest.approx(value)
    assert found.high <= 1 or not found.has_interval


ITEM, RATER = np.tile(np.arange(12), 8), np.repeat(np.arange(8), 12)
SAME = np.array([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2])[ITEM]
METRIC = np.random.default_rng(0).normal(size=12)[ITEM]
ALIKE: dict[str, Callable[[], object]] = {
    "jonckheere": lambda: jonckheere(SAME, ITEM, clusters=RATER),
    "jonckheere, levels alike": lambda: jonckheere(
        np.tile([1, 3, 2, 4], 20), np.tile([1, 2, 3, 4], 20), clusters=np.repeat(np.arange(20), 4)
    ),
    "psychometric": lambda: psychometric(ITEM, SAME > 3, raters=RATER),
    "correlation": lambda: correlation(METRIC, SAME, clusters=RATER, generator=seeded()),
    "kendall": lambda: correlation(
        METRIC, SAME, method="kendall", clusters=RATER, generator=seeded()
    ),
    "dominance": lambda: dominance(
        np.c_[METRIC, ITEM], SAME, clusters=RATER, generator=seeded(), replicates=DRAWS
    ),
    "calibration": lambda: calibration(
        np.tile([0.1, 0.3, 0.4, 0.2], 8), np.tile([0, 1, 0, 1], 8), clusters=np.arange(32) // 4
    ),
    "alpha": lambda: agreement.krippendorff_alpha(SAME, RATER, ITEM),
    "alpha, bootstrap": lambda: agreement.krippendorff_alpha(
        SAME, RATER, ITEM, interval="bootstrap", generator=seeded(), replicates=DRAWS
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_clusters_that_are_all_alike_give_no_interval_and_no_p(name: str) -> None:
    found = ALIKE[name]()
    check(found)
    assert not any(estimate.has_interval for estimate in estimates(found)), found
    assert isnan(getattr(found, "p", np.nan))
    assert "alike" in said(found) or "departs from the others" in said(found)


@pytest.mark.parametrize("step", [1.0, 0.1, 1e6 / 3])
def test_raters_who_all_agree_leave_only_the_items_open(step: float) -> None:
    found = expert_vs_crowd(
        SAME * step, RATER, ITEM, RATER < 4, generator=seeded(), replicates=DRAWS
    )
    crowd = found.groups["crowd"]
    sure = [found.true_score_correlation, found.observed_correlation, found.bias]
    for estimate in [*sure, crowd.reliability, crowd.rest_sd]:
        assert estimate.defined
        assert not estimate.has_interval
    assert crowd.mean.has_interval
    assert "agree exactly" in found.crowd_per_expert.method


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_clusters_that_differ_a_little_keep_their_interval(factor: float) -> None:
    noise = np.random.default_rng(2).normal(0, 1e-3, len(SAME))
    found = correlation(METRIC, factor * (SAME + noise), clusters=RATER, generator=seeded())
    assert found.estimate.has_interval
    assert 0 < found.p < 1


def test_no_variance_is_no_agreement_but_a_sure_share() -> None:
    table = TABLES["no variance"]()
    for name in ("krippendorff_alpha, ordinal", "weighted_kappa", "icc"):
        assert not next(estimates(FUNCTIONS[name](table))).defined
    with pytest.raises(BadData, match="name the categories"):
        agreement.fleiss_kappa(*columns(table))
    share = psr_of("clustered", table)
    assert isinstance(share, psr.ProtectionSuccess)
    assert share.answers.value == 0
    assert 0.2 < share.answers.high < 0.5  # of six raters none


REFUSED: dict[str, Callable[[], object]] = {
    "a p-value above 1": lambda: holm([0.2, 1.2]),
    "a p-value below 0": lambda: benjamini_hochberg([-0.2, 0.2]),
    "no variance in a family": lambda: simultaneous(
        [1.0, 2.0], np.diag([1.0, 0.0]), n=5, generator=seeded()
    ),
    "an unknown fraction of a study": lambda: obrien_fleming([np.nan]),
    "looks that do not rise": lambda: obrien_fleming([0.5, 0.5, 1.0]),
    "a feature without a value": lambda: ppi.cross_predict(
        np.full((10, 1), np.nan), np.arange(10.0), np.ones((3, 1)), fit=ridge(1.0)
    ),
    "one item to compare": lambda: pairs.next_pairs([], [], [], items=["a"], generator=seeded()),
    "no comparison": lambda: pairs.bradley_terry([], [], []),
    "no pair to order": lambda: meta.tie_calibration([1, np.nan], [2, 1]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_nothing_can_be_computed_from_is_refused_in_words(what: str) -> None:
    with pytest.raises(BadData, match=r"\w+ \w+ \w+"):
        REFUSED[what]()


@pytest.mark.parametrize("table", TABLES)
def test_profiles_are_intervals_or_say_why_not(table: str) -> None:
    def profiles(t: Table) -> object:
        fit = ordinal.clmm(t, "value", "condition", ["rater"])
        return [ordinal.profile(fit, name) for name in (*fit.coefficients, "rater")]

    check(strictly(profiles, TABLES[table]()))
