"""Agreement: other programs' numbers, what must not matter, and what has no value."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import agreement
from evaluation.statistics.agreement.alpha_slopes import alpha_slopes
from evaluation.statistics.agreement.coincidences import Coded, Counted
from evaluation.statistics.answers import Answers
from evaluation.statistics.estimate import BadData

DATA = Path(__file__).parents[2] / "data" / "statistics"
REFERENCE = json.loads((DATA / "agreement.json").read_text())
FROM_R = json.loads((DATA / "agreement_r.json").read_text())
CASES = {case["name"]: case for case in REFERENCE["chance"]}
POINTS = [1, 2, 3, 4, 5]
SHROUT_FLEISS = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
"""1979, doi:10.1037/0033-2909.86.2.420, table 2: 4 judges, 6 targets"""


def long(rows):
    table = np.array(rows, dtype=float)
    raters, items = np.nonzero(~np.isnan(table))
    return table[raters, items], raters, items


def simulated(seed=1, raters=8, items=12, filled=1.0, noise=0.8, leniency=0.5):
    rng = np.random.default_rng(seed)
    latent = rng.normal(0, leniency, (raters, 1)) + rng.normal(0, 1, (1, items))
    table = np.clip(np.round(3 + latent + rng.normal(0, noise, (raters, items))), 1, 5)
    table[rng.random(table.shape) > filled] = np.nan
    return table


def split_half(*columns):
    return agreement.split_half(*columns, generator=np.random.default_rng(1))


STATISTICS = {
    "alpha": lambda *t: agreement.krippendorff_alpha(*t).estimate,
    "alpha, interval": lambda *t: agreement.krippendorff_alpha(*t, "interval").estimate,
    "ac1": lambda *t: agreement.gwet_ac(*t, categories=POINTS).estimate,
    "ac2": lambda *t: agreement.gwet_ac(*t, weights="quadratic", categories=POINTS).estimate,
    "fleiss": lambda *t: agreement.fleiss_kappa(*t, categories=POINTS).estimate,
    "icc": lambda *t: agreement.icc(*t)["ICC(A,1)"],
    "w": lambda *t: agreement.kendall_w(*t).w,
    "halves": lambda *t: split_half(*t).reliability,
    "ceiling": lambda *t: agreement.noise_ceiling(*t).of_means,
    "lower": lambda *t: agreement.noise_ceiling(*t).lower,
}


# --- other people's programs


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic", "ordinal"])
@pytest.mark.parametrize("method", ["gwet", "fleiss"])
def test_ac_and_fleiss_equal_irrcac(name, weights, method) -> None:
    expected = CASES[name][f"{method} {weights}"]
    function = agreement.gwet_ac if method == "gwet" else agreement.fleiss_kappa
    columns = long([[np.nan if x is None else x for x in row] for row in CASES[name]["values"]])
    found = function(*columns, weights=weights, categories=POINTS, draw_raters=False)
    assert found.estimate.value == pytest.approx(expected["value"], abs=1e-9)
    assert found.estimate.se == pytest.approx(expected["se"], abs=1e-9)
    assert found.observed.value == pytest.approx(expected["pa"], abs=1e-9)
    assert found.by_chance == pytest.approx(expected["pe"], abs=1e-9)


def test_fleiss_kappa_equals_statsmodels() -> None:
    found = agreement.fleiss_kappa(*long(CASES["complete"]["values"])).estimate.value
    assert found == pytest.approx(REFERENCE["fleiss"], abs=1e-12)


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_weighted_kappa_equals_statsmodels(weights) -> None:
    case = REFERENCE["kappa"]
    found = agreement.weighted_kappa(
        case["first"], case["second"], weights=weights, categories=POINTS
    )
    assert found.value == pytest.approx(case[weights]["value"], abs=1e-12)
    assert found.se == pytest.approx(case[weights]["se"], abs=1e-12)


def test_the_six_forms_are_those_of_shrout_and_fleiss() -> None:
    found = agreement.icc(*long(SHROUT_FLEISS))
    values = [round(found[form].value, 2) for form in found.forms]
    assert values == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("ICC1", "ICC(1)"), ("ICC2", "ICC(A,1)"), ("ICC3", "ICC(C,1)"), ("ICC1k", "ICC(k)"),
     ("ICC2k", "ICC(A,k)"), ("ICC3k", "ICC(C,k)")],
)  # fmt: skip
def test_the_six_forms_equal_psych(theirs, ours) -> None:
    expected = FROM_R["icc"][theirs][0]
    found = agreement.icc(*long(CASES["complete"]["values"]))[ours]
    assert found.value == pytest.approx(expected["value"], abs=1e-9)
    if ours != "ICC(A,k)":  # McGraw and Wong's limits there; psych steps up those of ICC(A,1)
        assert (found.low, found.high) == pytest.approx(
            (expected["low"], expected["high"]), abs=1e-9
        )


@pytest.mark.parametrize("name", ["holes", "sparse"])
def test_a_table_with_holes_has_the_variances_of_lme4(name) -> None:
    expected = FROM_R["reml"][name]
    rows = [[np.nan if x is None else x for x in row] for row in CASES[name]["values"]]
    found = agreement.icc(*long(rows))
    crossed, nested = expected["crossed"], expected["nested"]
    assert list(found.variances.values()) == pytest.approx(
        [crossed["item"], crossed["rater"], crossed["Residual"]], rel=1e-4
    )
    one_way = nested["item"] / (nested["item"] + nested["Residual"])
    assert found["ICC(1)"].value == pytest.approx(one_way, abs=1e-4)


def test_w_equals_friedmans_test() -> None:
    found = agreement.kendall_w(*long(CASES["complete"]["values"]))
    assert found.chi_squared == pytest.approx(REFERENCE["friedman"], abs=1e-9)
    assert found.chi_squared == pytest.approx(FROM_R["friedman"], abs=1e-9)


# --- the calculus


@pytest.mark.parametrize("measurement", ["nominal", "ordinal", "interval", "ratio"])
def test_the_slopes_of_alpha_are_its_slopes(measurement) -> None:
    values, raters, items = long(simulated(filled=0.7))
    coded = Coded.of(Answers.of(values, raters, items), np.array(["a", "b"])[items % 2], None)
    slopes, step = alpha_slopes(coded, measurement), 1e-5 * np.eye(coded.items)
    once = np.ones((1, coded.raters))
    up, down = (Counted.of(coded, once, 1 + move).alphas(measurement) for move in (step, -step))
    by_item = np.stack([np.bincount(coded.item_of[coded.spot], column) for column in slopes.T], 1)
    assert by_item == pytest.approx((up - down) / 2e-5, abs=1e-8)


# --- what must not matter, and known limits


@pytest.mark.parametrize("name", STATISTICS)
@given(st.permutations(range(8)), st.permutations(range(12)))
@settings(max_examples=6, deadline=None)
def test_order_and_labels_do_not_matter(name, people, pictures) -> None:
    if name == "halves":
        people = range(8)  # its random halves are of raters in order
    values, raters, items = long(simulated())
    named = np.array([f"R{p}" for p in people])[raters], np.array(pictures)[items]
    one, other = STATISTICS[name](values, raters, items), STATISTICS[name](values, *named)
    assert other.value == pytest.approx(one.value, abs=1e-7)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-4)


@pytest.mark.parametrize("name", STATISTICS)
def test_more_noise_is_less_agreement(name) -> None:
    tables = [long(simulated(noise=noise, leniency=0.1)) for noise in (0.2, 0.8, 2.5)]
    found = [STATISTICS[name](*table).value for table in tables]
    assert found[0] > found[1] > found[2]


@pytest.mark.parametrize("name", STATISTICS)
def test_intervals_hold_their_estimate(name) -> None:
    found = STATISTICS[name](*long(simulated()))
    assert found.has_interval
    assert found.low <= found.value <= found.high


@given(st.floats(0.1, 10), st.floats(-5, 5))
@settings(max_examples=10, deadline=None)
def test_scores_may_be_moved_and_stretched(scale, shift) -> None:
    values, raters, items = long(simulated(filled=0.8))
    for function in (agreement.icc, agreement.noise_ceiling, split_half):
        one, other = (
            function(values, raters, items),
            function(scale * values + shift, raters, items),
        )
        assert str(other if function is not agreement.icc else other.forms["ICC(A,1)"]) == str(
            one if function is not agreement.icc else one.forms["ICC(A,1)"]
        )


def test_holes_and_strata_meet_the_complete_table() -> None:
    """REML of a complete balanced table is the analysis of variance."""
    columns = long(simulated())
    complete = agreement.icc(*columns)
    by_reml = agreement.icc(*columns, strata=np.zeros(96))
    for form in ("ICC(1)", "ICC(A,1)", "ICC(C,k)"):
        assert by_reml[form].value == pytest.approx(complete[form].value, abs=1e-5)
    assert "REML" in by_reml.method


def test_what_conditions_differ_by_is_no_agreement_within_them() -> None:
    values, raters, items = long(simulated())
    contrast = values + 5 * (items % 2)
    inflated = agreement.icc(contrast, raters, items)["ICC(A,1)"].value
    within = agreement.icc(contrast, raters, items, strata=items % 2)["ICC(A,1)"].value
    assert inflated > within + 0.1


def test_the_ceiling_of_a_complete_table_is_the_root_of_consistency() -> None:
    columns = long(simulated())
    ceiling, icc = agreement.noise_ceiling(*columns), agreement.icc(*columns)
    assert ceiling.of_means.value**2 == pytest.approx(icc["ICC(C,k)"].value, abs=1e-6)
    assert ceiling.lower.value < ceiling.upper.value < ceiling.of_means.value


@pytest.mark.parametrize("filled", [1.0, 0.5])
def test_the_ceiling_is_the_correlation_with_the_true_score(filled) -> None:
    rng = np.random.default_rng(14)
    truth = rng.normal(0, 1, 1500)
    values = truth + rng.normal(0, 1.5, (6, 1500))
    values[rng.random(values.shape) > filled] = np.nan
    answered = np.isfinite(values).any(0)
    found = agreement.noise_ceiling(*long(values)).of_means
    reached = np.corrcoef(truth[answered], np.nanmean(values[:, answered], 0))[0, 1]
    assert found.value == pytest.approx(reached, abs=0.02)
    assert found.low < reached < found.high


def test_halves_agree_with_consistency() -> None:
    columns = long(simulated(raters=20, items=60))
    halves = split_half(*columns).reliability.value
    assert halves == pytest.approx(agreement.icc(*columns)["ICC(C,k)"].value, abs=0.02)


def test_reliability_grows_with_the_raters_of_a_mean() -> None:
    found = agreement.icc(*long(simulated()))
    grown = [found.of_means(k) for k in (1, 2, 8, 100)]
    assert grown == sorted(grown)
    assert found.of_means(8) == pytest.approx(found["ICC(A,k)"].value)


def test_where_one_answer_is_common_kappa_collapses_and_ac_does_not() -> None:
    table = np.ones((4, 40))
    table[0, :2], table[1, 3:5] = 2, 2
    raw = agreement.gwet_ac(*long(table)).observed.value
    assert raw > 0.9
    assert agreement.gwet_ac(*long(table)).estimate.value > 0.9
    kappa = agreement.fleiss_kappa(*long(table)).estimate
    assert kappa.value < 0.1
    assert "TOO NARROW: 98% of answers are of one category" in kappa.method
    assert "NARROW" not in agreement.fleiss_kappa(*long(simulated())).estimate.method


def test_the_interval_speaks_of_other_raters_or_holds_them() -> None:
    columns = long(simulated())
    for function in (agreement.gwet_ac, agreement.krippendorff_alpha):
        both = function(*columns).estimate
        items = function(*columns, draw_raters=False).estimate
        assert "8 raters and 12 items" in both.method
        assert "the raters held" in items.method


def test_standard_errors_of_ac2_hold_where_items_have_few_answers() -> None:
    """What raters do to items of four answers each was once taken for four fifths of it."""
    rng, found = np.random.default_rng(4), []
    for _ in range(150):
        scores = rng.normal(0, 0.5, (20, 1)) + rng.normal(0, 1, 100) + rng.normal(0, 0.8, (20, 100))
        table = np.clip(np.round(scores), -2, 2)
        table[rng.random(table.shape) > 0.2] = np.nan
        found.append(agreement.gwet_ac(*long(table), weights="quadratic").estimate)
    claimed = np.sqrt(np.mean([estimate.se**2 for estimate in found]))
    assert 0.9 < claimed / np.std([estimate.value for estimate in found]) < 1.25


def test_clusters_of_items_are_taken_together() -> None:
    values, raters, items = long(simulated(items=24))
    alone, grouped = (
        agreement.krippendorff_alpha(values, raters, items, clusters=clusters).estimate
        for clusters in (None, items // 4)
    )
    assert alone.value == grouped.value
    assert "6 items" in grouped.method


# --- test-retest


def pairs(noise: float, seed: int = 3):
    rng = np.random.default_rng(seed)
    raters, items = np.divmod(np.arange(120), 12)
    truth = np.clip(np.round(rng.normal(3, 1, 12)[items] + rng.normal(0, 0.7, 120)), 1, 5)
    again = np.clip(truth + np.round(rng.normal(0, noise, 120)), 1, 5)
    return truth, again, raters, items


def test_retest_gives_four_views_of_the_same_pairs() -> None:
    first, second, raters, items = pairs(0.6)
    found = agreement.test_retest(first, second, raters, items)
    plain = agreement.weighted_kappa(first, second)
    assert found.kappa.value == pytest.approx(plain.value)
    apart = second - first
    assert found.limits[0].value == pytest.approx(apart.mean() - 1.96 * apart.std(ddof=1))
    assert found.sem.value == pytest.approx(np.sqrt((apart**2).mean() / 2))
    assert found.identical.estimate.value == pytest.approx((apart == 0).mean())
    cells = np.arange(120)
    occasions = agreement.icc(
        np.append(first, second), np.repeat([0, 1], 120), np.append(cells, cells)
    )
    assert found.icc.value == pytest.approx(occasions["ICC(A,1)"].value)
    assert all(e.low < e.value < e.high for e in (found.kappa, found.icc, found.sem, found.shift))


def test_a_perfect_memory_has_values_but_no_intervals() -> None:
    first, _, raters, items = pairs(0.6)
    found = agreement.test_retest(first, first, raters, items)
    assert (found.kappa.value, found.icc.value, found.sem.value) == (1.0, 1.0, 0.0)
    assert not found.kappa.has_interval
    assert "no rater and no item departs" in found.kappa.method
    assert found.identical.estimate.low > 0.7


def test_one_answer_all_through_leaves_retest_undefined() -> None:
    found = agreement.test_retest([3] * 6, [3] * 6, [1, 1, 1, 2, 2, 2], [1, 2, 3] * 2)
    assert "one and the same answer" in str(found.kappa)
    assert "one and the same answer" in str(found.icc)


# --- degenerate tables


@pytest.mark.parametrize("name", STATISTICS)
def test_answers_that_are_all_alike_leave_it_undefined(name) -> None:
    found = STATISTICS[name](*long(np.full((5, 6), 3.0)))
    if name in ("ac1", "ac2"):  # five points could have been chosen: agreement is perfect
        assert found.value == 1.0
        assert not found.has_interval
    else:
        assert not found.defined
        assert str(found).startswith("undefined: ")


@pytest.mark.parametrize("name", STATISTICS)
def test_perfect_agreement_is_1_without_a_made_up_interval(name) -> None:
    found = STATISTICS[name](*long([[1, 2, 3, 4, 5, 2]] * 5))
    if name == "ceiling":
        assert "nothing shows how noisy" in str(found)
    else:
        assert found.value == pytest.approx(1.0)
        assert not found.has_interval
        assert str(found).startswith("1.00 [no interval: ")


@pytest.mark.parametrize("name", ["alpha", "ac1", "fleiss", "lower"])
def test_items_with_one_answer_leave_it_undefined(name) -> None:
    found = STATISTICS[name]([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4])
    assert not found.defined


def test_one_item_has_a_value_but_no_interval() -> None:
    assert "one item says nothing" in str(agreement.gwet_ac([1, 2, 2], [1, 2, 3], [1, 1, 1]))


REFUSED = [
    (agreement.icc, [1, 2, 3], [1, 1, 1], [1, 2, 3], "two raters and two items"),
    (agreement.kendall_w, [1, 2, 3], [1, 1, 2], [1, 2, 1], "krippendorff_alpha takes tables with"),
    (agreement.kendall_w, [1, 2, 3], [1, 1, 1], [1, 2, 3], "two raters and two items"),
    (split_half, [1, 2, 3], [1, 1, 1], [1, 2, 3], "two raters and three items"),
    (agreement.gwet_ac, [1, 1], [1, 2], [1, 1], "name the categories"),
    (agreement.gwet_ac, [1, 2], [1, 1], [1, 1], "same item twice"),
    (agreement.icc, [1, np.nan], [1, 2], [1, 1], "not a finite number"),
    (agreement.noise_ceiling, [], [], [], "no answer"),
]


@pytest.mark.parametrize(("function", "values", "raters", "items", "said"), REFUSED)
def test_what_cannot_be_computed_is_refused(function, values, raters, items, said) -> None:
    with pytest.raises(BadData, match=said):
        function(values, raters, items)


def test_unequal_or_incomplete_pairs_are_refused() -> None:
    with pytest.raises(BadData, match="equally long"):
        agreement.weighted_kappa([1, 2], [1])
    with pytest.raises(BadData, match="Pair 2 lacks an answer"):
        agreement.weighted_kappa([1, 2, 3], [1, np.nan, 3])


def test_a_bootstrap_without_a_generator_is_refused() -> None:
    with pytest.raises(BadData, match="needs a generator"):
        agreement.krippendorff_alpha(*long(simulated()), interval="bootstrap")
