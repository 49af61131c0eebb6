"""Cumulative link models against R, against themselves, and where there is no answer."""

import doctest
import importlib
import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as fisher

from evaluation.statistics import ordinal
from evaluation.statistics.estimate import BadData
from evaluation.statistics.ordinal.links import LINKS, link_of

DATA = Path(__file__).resolve().parents[2] / "data" / "statistics"
R = json.loads((DATA / "ordinal.json").read_text())
WINE = pd.read_csv(DATA / "wine.csv")
RATINGS = pd.read_csv(DATA / "ordinal_ratings.csv")
FOUR = ["rater", "artwork", "stimulus", ("rater", "condition")]


MODULES = ["model", "profile", "marginal"]


def values(estimates):
    return {name: found.value for name, found in estimates.items()}


def errors(estimates):
    return {name: found.se for name, found in estimates.items()}


def assert_as_in_r(fit, wanted, *, effects=2e-3, se=5e-3, deviations=None):
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-3)
    assert values(fit.coefficients) == pytest.approx(wanted["coefficients"], abs=effects)
    assert values(fit.thresholds) == pytest.approx(wanted["thresholds"], abs=effects)
    assert errors(fit.coefficients) == pytest.approx(wanted["se"], rel=se)
    if "standard_deviations" in wanted:
        found = values(fit.standard_deviations)
        assert found == pytest.approx(deviations or wanted["standard_deviations"], abs=effects)


@pytest.mark.parametrize("case", sorted(R["clm"]))
def test_clm_equals_r_for_every_link_and_threshold_structure(case) -> None:
    link, thresholds = case.split()
    fit = ordinal.clm(WINE, "rating", "temp + contact", link, thresholds)
    # R takes 1e5 for an infinite threshold, which cuts off 3e-6 of a Cauchy's tail
    assert_as_in_r(fit, R["clm"][case], effects=2e-4, se=1e-3)
    assert fit.log_likelihood > R["clm"][case]["log_likelihood"] - 1e-8


@pytest.mark.parametrize("case", sorted(R["clmm"]))
def test_clmm_with_two_crossed_terms_equals_r(case) -> None:
    link, thresholds = case.split()
    groups = ["rater", "stimulus"]
    fit = ordinal.clmm(RATINGS, "rating", "condition + group + x", groups, link, thresholds)
    assert_as_in_r(fit, R["clmm"][case])


def test_clmm_with_four_terms_equals_r() -> None:
    fit = ordinal.clmm(RATINGS, "rating", "condition + group + x", FOUR)
    wanted = R["four"]["standard_deviations"]
    renamed = {("rater:condition" if k == "rc" else k): v for k, v in wanted.items()}
    assert_as_in_r(fit, R["four"], deviations=renamed)


@pytest.mark.parametrize(("link", "in_r"), [("cloglog", -81.54137), ("loglog", -82.72936)])
def test_links_are_those_of_clm_where_clmm_with_one_intercept_swaps_them(link, in_r) -> None:
    # logLik(clmm(rating ~ temp + contact + (1 | judge), wine, link = the other of the two))
    fit = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"], link)
    assert fit.log_likelihood == pytest.approx(in_r, abs=1e-3)


def test_the_wine_has_its_published_numbers() -> None:
    fit = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"])
    assert_as_in_r(fit, R["wine"], effects=1e-4, se=1e-3)
    assert round(fit.log_likelihood, 2) == -81.57
    assert round(fit.standard_deviations["judge"].value, 2) == 1.13
    assert round(fit.coefficients["tempwarm"].se, 4) == 0.5954
    modes = fit.modes("judge")
    assert modes["mode"].to_numpy() == pytest.approx(R["wine"]["modes"], abs=1e-4)
    assert modes["se"].to_numpy() == pytest.approx(R["wine"]["mode_se"], abs=1e-4)


def test_quadrature_with_ten_nodes_equals_r() -> None:
    fit = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"], nodes=10)
    assert_as_in_r(fit, R["wine_nodes"], effects=1e-3)
    assert round(fit.log_likelihood, 2) == -81.53
    assert "10 nodes" in fit.method


def test_a_cauchit_whose_information_need_not_be_positive_equals_r() -> None:
    fit = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"], "cauchit")
    assert_as_in_r(fit, R["wine_cauchit"], effects=2e-3, se=1e-2)
    assert fit.log_likelihood > R["wine_cauchit"]["log_likelihood"] - 1e-8


def test_two_categories_are_a_crossed_logistic_regression() -> None:
    table = RATINGS.assign(high=(RATINGS["rating"] >= 4).astype(int))
    fit = ordinal.clmm(table, "high", "condition + group", ["rater", "stimulus"])
    wanted = R["binary"]["coefficients"]
    intercept = wanted.pop("(Intercept)")
    assert values(fit.coefficients) == pytest.approx(wanted, abs=1e-3)
    assert fit.thresholds["0|1"].value == pytest.approx(-intercept, abs=1e-3)
    assert fit.log_likelihood == pytest.approx(R["binary"]["log_likelihood"], abs=1e-4)
    found = values(fit.standard_deviations)
    assert found == pytest.approx(R["binary"]["standard_deviations"], abs=1e-3)
    wanted_se = {name: R["binary"]["se"][name] for name in wanted}
    assert errors(fit.coefficients) == pytest.approx(wanted_se, rel=0.02)


def test_profile_limits_equal_r() -> None:
    plain = ordinal.clm(WINE, "rating", "temp + contact")
    for name, limits in R["clm_profile"].items():
        found = ordinal.profile(plain, name)
        assert (found.low, found.high) == pytest.approx(limits, abs=2e-3)
    mixed = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"], nodes=10)
    found = ordinal.profile(mixed, "judge")
    assert (found.low, found.high) == pytest.approx(R["wine_profile_deviation"], abs=5e-3)


def test_a_variance_is_tested_by_the_mixture() -> None:
    mixed = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"])
    plain = ordinal.clm(WINE, "rating", "temp + contact")
    found = ordinal.likelihood_ratio(mixed, plain)
    assert found.statistic == pytest.approx(R["judge_statistic"], abs=1e-3)
    assert found.p == pytest.approx(0.0016989 / 2, rel=1e-2)
    assert "50:50 mixture" in found.method


def test_dropping_each_term_equals_fitting_without_it() -> None:
    found = ordinal.drop_each(ordinal.clmm(WINE, "rating", "temp * contact", ["judge"]))
    assert set(found) == {"temp:contact", "judge"}
    fewer = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"])
    larger = ordinal.clmm(WINE, "rating", "temp * contact", ["judge"])
    assert found["temp:contact"].p == pytest.approx(ordinal.likelihood_ratio(larger, fewer).p)


def test_proportional_odds_refits_with_thresholds_by_level() -> None:
    plain = ordinal.clm(WINE, "rating", "temp + contact")
    found = ordinal.proportional_odds(plain, "contact")
    larger = plain.log_likelihood + found.comparison.statistic / 2
    assert larger == pytest.approx(R["nominal_log_likelihood"], abs=1e-5)
    assert found.comparison.degrees == 3
    assert list(found.thresholds) == ["no", "yes"]
    mixed = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"])
    assert 0 < ordinal.proportional_odds(mixed, "contact").comparison.p < 1


def test_proportional_odds_says_which_answer_is_missing() -> None:
    found = ordinal.proportional_odds(ordinal.clm(WINE, "rating", "temp"), "temp")
    assert "nobody answered 5 under temp cold" in found.comparison.method
    assert np.isnan(found.comparison.p)


def test_marginal_means_and_contrasts_equal_emmeans() -> None:
    fit = ordinal.clm(RATINGS, "rating", "condition * group + x")
    means = ordinal.marginal_means(fit, "condition")
    for row in R["marginal_means"]:
        found = means[row["condition"]]
        assert (found.value, found.se) == pytest.approx((row["emmean"], row["SE"]), abs=1e-4)
    found = {f"{c.second} - {c.first}": c for c in ordinal.contrasts(fit, "condition")}
    for row in R["contrasts"]:
        one = found[row["contrast"]]
        assert one.estimate.value == pytest.approx(row["estimate"], abs=1e-4)
        assert one.estimate.se == pytest.approx(row["SE"], abs=1e-4)
        assert one.adjusted == pytest.approx(row["p.value"], abs=1e-4)


def test_population_shares_are_the_integral_over_raters() -> None:
    fit = ordinal.clmm(WINE, "rating", "temp + contact", ["judge"])
    for level, wanted in R["population_shares"].items():
        found = [share.value for share in ordinal.shares(fit, "temp")[level].values()]
        assert found == pytest.approx(wanted, abs=1e-4)
        assert sum(found) == pytest.approx(1)


def test_success_rates_add_shares_and_differ_by_their_gradient() -> None:
    fit = ordinal.clmm(RATINGS, "rating", "condition", ["rater", "stimulus"])
    rates = ordinal.success_rates(fit, "condition", [1, 2])
    each = ordinal.shares(fit, "condition")["c0"]
    assert rates.rates["c0"].value == pytest.approx(each["1"].value + each["2"].value)
    first = rates.differences[0]
    gap = rates.rates["c1"].value - rates.rates["c0"].value
    assert (first.first, first.second, first.estimate.value) == ("c0", "c1", pytest.approx(gap))
    apart = np.hypot(rates.rates["c0"].se, rates.rates["c1"].se)
    assert first.estimate.se != pytest.approx(apart)  # they share raters' variance and thresholds


def test_a_shares_standard_error_is_that_of_refitted_parameters() -> None:
    fit = ordinal.clm(WINE, "rating", "temp")
    found = ordinal.shares(fit, "temp")["cold"]["1"]
    theta = fit.thresholds["1|2"]
    p = 1 / (1 + np.exp(-theta.value))
    assert (found.value, found.se) == pytest.approx((p, p * (1 - p) * theta.se), rel=1e-6)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6))
def test_order_of_rows_and_names_of_levels_do_not_matter(seed) -> None:
    rng = np.random.default_rng(seed)
    table = RATINGS.iloc[rng.permutation(len(RATINGS))]
    names = {name: f"{rng.integers(10**6)}-{name}" for name in table["rater"].unique()}
    table = table.assign(rater=table["rater"].map(names))
    fit = ordinal.clmm(table, "rating", "condition", ["rater", "stimulus"])
    same = ordinal.clmm(RATINGS, "rating", "condition", ["stimulus", "rater"])
    assert fit.log_likelihood == pytest.approx(same.log_likelihood, abs=1e-7)
    assert values(fit.coefficients) == pytest.approx(values(same.coefficients), abs=1e-5)


@settings(max_examples=4, deadline=None)
@given(st.sampled_from([("logit", "logit"), ("probit", "probit"), ("cloglog", "loglog")]))
def test_turning_the_scale_round_turns_the_effects_round(links) -> None:
    turned = RATINGS.assign(rating=6 - RATINGS["rating"])
    there = ordinal.clmm(RATINGS, "rating", "condition", ["rater"], links[0])
    back = ordinal.clmm(turned, "rating", "condition", ["rater"], links[1])
    assert there.log_likelihood == pytest.approx(back.log_likelihood, abs=1e-6)
    assert there.coefficients["conditionc3"].value == pytest.approx(
        -back.coefficients["conditionc3"].value, abs=1e-4
    )


def test_the_unit_of_a_number_moves_its_coefficient_only() -> None:
    fit = ordinal.clmm(RATINGS, "rating", "x", ["rater"])
    scaled = ordinal.clmm(RATINGS.assign(x=1e4 * RATINGS["x"]), "rating", "x", ["rater"])
    assert scaled.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    assert scaled.coefficients["x"].value * 1e4 == pytest.approx(
        fit.coefficients["x"].value, abs=1e-5
    )


def test_raters_who_do_not_differ_have_a_variance_at_its_boundary() -> None:
    table = pd.DataFrame(
        {"rating": [1, 2, 3, 4] * 12, "x": [1, 2, 3, 4] * 12, "rater": np.repeat(range(12), 4)}
    )
    table["rating"] = np.tile([1, 3, 2, 4, 2, 1, 4, 3], 6)
    fit = ordinal.clmm(table, "rating", "1", ["rater"])
    plain = ordinal.clm(table, "rating", "1")
    found = fit.standard_deviations["rater"]
    assert found.value == 0
    assert "boundary" in found.method
    assert "boundary" in fit.notes[0]
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    assert ordinal.likelihood_ratio(fit, plain).p == 1
    limits = ordinal.profile(fit, "rater")
    assert limits.low == 0 < limits.high < 3


def test_separation_is_said_and_leaves_the_other_effects_as_they_are() -> None:
    certain = RATINGS.assign(rating=RATINGS["rating"].where(RATINGS["condition"] != "c3", 5))
    fit = ordinal.clmm(certain, "rating", "condition", ["rater"])
    assert "separates" in fit.coefficients["conditionc3"].method
    assert fit.coefficients["conditionc1"].has_interval
    assert any("conditionc3" in note for note in fit.notes)
    without = certain[certain["condition"] != "c3"]
    rest = ordinal.clmm(without, "rating", "condition", ["rater"])
    assert fit.coefficients["conditionc1"].value == pytest.approx(
        rest.coefficients["conditionc1"].value, abs=1e-3
    )
    limits = ordinal.profile(fit, "conditionc1")
    wanted = ordinal.profile(rest, "conditionc1")
    assert (limits.low, limits.high) == pytest.approx((wanted.low, wanted.high), abs=2e-3)
    assert "separates" in ordinal.profile(fit, "conditionc3").method
    rate = ordinal.success_rates(fit, "condition", [5]).rates["c3"]
    assert rate.value == pytest.approx(1)
    assert not rate.has_interval


def test_a_separated_reference_is_told_to_be_changed_and_contrasts_still_stand() -> None:
    certain = RATINGS.assign(rating=RATINGS["rating"].where(RATINGS["condition"] != "c0", 5))
    fit = ordinal.clmm(certain, "rating", "condition", ["rater"])
    assert not fit.coefficients["conditionc1"].defined
    assert any("choose another" in note for note in fit.notes)
    found = {(c.first, c.second): c.estimate for c in ordinal.contrasts(fit, "condition")}
    assert not found["c0", "c1"].defined
    assert found["c1", "c2"].has_interval


@pytest.mark.parametrize("groups", [[], ["rater"]])
def test_a_number_that_foretells_every_answer_leaves_nothing_finite(groups) -> None:
    table = RATINGS.assign(x=RATINGS["rating"])
    fit = (
        ordinal.clmm(table, "rating", "x", groups) if groups else ordinal.clm(table, "rating", "x")
    )
    assert fit.log_likelihood == pytest.approx(0, abs=1e-4)
    assert all("separates" in found.method for found in fit.coefficients.values())
    assert all("separates" in found.method for found in fit.thresholds.values())


def test_an_empty_cell_leaves_what_needs_it_undefined() -> None:
    table = WINE[~((WINE["temp"] == "warm") & (WINE["contact"] == "yes"))]
    fit = ordinal.clm(table, "rating", "temp * contact")
    assert "empty cell" in fit.coefficients["tempwarm:contactyes"].method
    assert fit.coefficients["tempwarm"].has_interval
    assert "empty cell" in ordinal.marginal_means(fit, "temp")["warm"].method
    assert ordinal.marginal_means(fit, "temp")["cold"].has_interval


def test_categories_that_nobody_chose_are_named() -> None:
    table = RATINGS[RATINGS["rating"] != 3]
    fit = ordinal.clm(table, "rating", "condition")
    assert list(fit.thresholds) == ["1|2", "2|4", "4|5"]
    assert "nobody answered 3" in fit.notes[0]


def test_an_ordered_categorical_keeps_its_words() -> None:
    words = ["poor", "fair", "good", "very good", "excellent"]
    answers = pd.Categorical.from_codes(RATINGS["rating"] - 1, words, ordered=True)
    fit = ordinal.clm(RATINGS.assign(rating=answers), "rating", "condition")
    assert next(iter(fit.thresholds)) == "poor|fair"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rating": 3}, "do not vary"),
        ({"rating": "good"}, "holds text"),
        ({"rater": "one"}, "has one level only"),
        ({"x": np.nan}, "empty in 300 of 300 rows"),
        ({"rating": np.nan}, "empty in 300 of 300 rows"),
        ({"x": np.inf}, "infinite"),
        ({"rater": RATINGS["stimulus"]}, "group the answers alike"),
        ({"rater": RATINGS["rating"]}, "perfect agreement"),
        ({"rating": RATINGS["rating"].astype(float).replace(5, np.inf)}, "no answer"),
    ],
)
def test_bad_tables_are_refused_with_a_sentence(change, sentence) -> None:
    table = RATINGS.assign(**change)
    with pytest.raises(BadData, match=sentence):
        ordinal.clmm(table, "rating", "x", ["rater", "stimulus"])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ordinal.clmm(RATINGS, "rating", "x", []), "needs a random intercept"),
        (lambda: ordinal.clmm(RATINGS, "rating", "x", ["judge"]), "no column 'judge'"),
        (lambda: ordinal.clmm(RATINGS, "rating", "log(x)", ["rater"]), "cannot be read"),
        (lambda: ordinal.clmm(RATINGS, "rating", "x", "rater"), "a list of columns"),
        (lambda: ordinal.clm(RATINGS.assign(g="one"), "rating", "x + g"), "one level 'one'"),
        (lambda: ordinal.clmm(RATINGS, "rating", "x", ["rater"] * 2), "named twice"),
        (lambda: ordinal.clmm(RATINGS, "rating", "x", FOUR, nodes=5), "single random"),
        (lambda: ordinal.clm(RATINGS, "rating", "x", "tobit"), "no link 'tobit'"),
        (lambda: ordinal.clm(RATINGS, "rating", "x", thresholds="loose"), "no 'loose' thresholds"),
        (lambda: ordinal.clm(RATINGS[:0], "rating", "x"), "no answer"),
        (lambda: ordinal.shares(ordinal.clm(RATINGS, "rating", "x"), "x"), "no factor"),
        (lambda: ordinal.profile(ordinal.clm(RATINGS, "rating", "x"), "y"), "no 'y'"),
        (lambda: ordinal.clm(RATINGS, "rating", "x").modes("rater"), "no random intercept"),
    ],
)
def test_calls_that_cannot_be_met_are_refused_with_a_sentence(call, sentence) -> None:
    with pytest.raises(BadData, match=sentence):
        call()


def test_a_fit_that_did_not_converge_gives_no_number_away() -> None:
    fit = ordinal.clmm(RATINGS, "rating", "condition", ["rater"])
    stopped = replace(fit.fitted.maximum, distance=0.3)
    broken = replace(fit, fitted=replace(fit.fitted, maximum=stopped))
    assert not broken.converged
    told = [*broken.coefficients.values(), *broken.thresholds.values()]
    told += [*broken.standard_deviations.values(), ordinal.profile(broken, "conditionc1")]
    told += [*ordinal.shares(broken, "condition")["c0"].values()]
    told += [*ordinal.marginal_means(broken, "condition").values()]
    assert all("did not converge" in found.method for found in told)
    assert not any(found.defined for found in told)
    for question in (lambda: broken.modes("rater"), lambda: broken.covariance):
        with pytest.raises(BadData, match="did not converge"):
            question()
    assert "did not converge" in str(ordinal.drop_each(broken)["condition"])


def test_fits_that_are_not_nested_are_not_compared() -> None:
    first, second = (ordinal.clm(RATINGS, "rating", fixed) for fixed in ("x", "group"))
    with pytest.raises(BadData, match="cannot express"):
        ordinal.likelihood_ratio(first, second)


def test_the_rating_model_is_the_four_term_model_and_says_so() -> None:
    fit = ordinal.rating_model(RATINGS)
    plain = ordinal.clmm(RATINGS, "rating", "condition", FOUR)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    one, other = fit.coefficients["conditionc1"], plain.coefficients["conditionc1"]
    assert one.se == pytest.approx(other.se, rel=1e-5)
    assert one.high - one.low > other.high - other.low
    assert "rater (16 levels), rater:condition (64 levels), stimulus (24 levels)" in fit.notes[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rater": "one"}, "rater dropped: there is one only"),
        ({"artwork": RATINGS["stimulus"]}, "artwork dropped: it groups the answers as stimulus"),
        ({"stimulus": RATINGS["condition"]}, "stimulus dropped: each condition has one"),
        ({"condition": "only"}, "rater:condition dropped: there is one condition"),
        (
            {"condition": RATINGS["group"]},
            "rater:condition dropped: it groups the answers",
        ),
    ],
)
def test_the_rating_model_says_what_the_design_cannot_bear(change, sentence) -> None:
    fit = ordinal.rating_model(RATINGS.assign(**change))
    assert any(sentence in note for note in fit.notes), fit.notes
    assert fit.converged


def test_an_item_seen_under_several_conditions_is_taken_for_the_artwork() -> None:
    items = RATINGS.drop(columns=["stimulus"]).rename(columns={"artwork": "item"})
    found, wanted = ordinal.rating_model(items), ordinal.rating_model(RATINGS)
    assert found.log_likelihood == pytest.approx(wanted.log_likelihood, abs=1e-7)


def test_the_rating_model_refuses_to_pool_questions() -> None:
    table = RATINGS.assign(question=["style", "quality"] * 150)
    with pytest.raises(BadData, match="2 questions"):
        ordinal.rating_model(table)


def test_the_rating_model_reads_the_projects_own_columns() -> None:
    names = {"rater": "participant", "stimulus": "item", "rating": "value"}
    fit = ordinal.rating_model(RATINGS.rename(columns=names))
    assert fit.log_likelihood == pytest.approx(ordinal.rating_model(RATINGS).log_likelihood)


def test_the_rating_model_says_that_raters_answer_about_one_picture_several_times() -> None:
    said = "some raters answer about one picture several times"
    copied = ordinal.rating_model(pd.concat([RATINGS, RATINGS]))
    once = RATINGS.drop_duplicates(["rater", "stimulus"])
    assert any(f"{said} (" in note for note in copied.notes)
    assert not any(said in note for note in ordinal.rating_model(once).notes)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_true(module, monkeypatch) -> None:
    monkeypatch.chdir(DATA.parents[2])
    loaded = importlib.import_module(f"evaluation.statistics.ordinal.{module}")
    names = {"pandas": pd, "ordinal": ordinal}
    ran = doctest.testmod(loaded, extraglobs=names)
    assert ran.attempted
    assert not ran.failed


def test_a_model_that_leaves_interactions_out_says_so() -> None:
    two = ordinal.clmm(RATINGS, "rating", "condition", ["rater", "artwork"])
    assert any("add (rater, condition) to `groups`" in note for note in two.notes)
    assert any("add (artwork, condition)" in note for note in two.notes)
    whole = ordinal.clmm(RATINGS, "rating", "condition", FOUR)
    assert not any("add (" in note for note in whole.notes)
    effect = next(iter(whole.coefficients.values()))
    assert "normal, which is short with" in effect.method
    assert not any("add (" in note for note in ordinal.rating_model(RATINGS).notes)


def test_an_effect_of_few_raters_is_tested_by_f() -> None:
    fit = ordinal.rating_model(RATINGS)
    null = ordinal.rating_model(RATINGS, fixed="1")
    found = ordinal.likelihood_ratio(fit, null)
    assert found.method.startswith(f"F({found.degrees}, {fit.call.freedom:g})")
    ratio = found.statistic / found.degrees * fit.call.freedom / (fit.call.freedom + 1)
    assert found.p == pytest.approx(fisher.sf(ratio, found.degrees, fit.call.freedom))
    plain = [ordinal.clmm(RATINGS, "rating", formula, FOUR) for formula in ("condition", "1")]
    limit = ordinal.likelihood_ratio(*plain)
    assert limit.statistic == pytest.approx(found.statistic, abs=1e-6)
    assert limit.p < found.p


def test_thresholds_that_meet_are_next_to_impossible_not_a_warning() -> None:
    at = np.array([0.5, 3.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in LINKS:
            link = link_of(name)
            assert (link.slopes(at, at).log_p < -30).all()
            assert np.isfinite(link.curvatures(at, at).score[0]).all()


@pytest.fixture(scope="module")
def few() -> ordinal.Fit:
    """Four artworks, so that t(3) is far from the normal."""
    kept = RATINGS[RATINGS["artwork"].isin(sorted(RATINGS["artwork"].unique())[:4])]
    return ordinal.rating_model(kept)


def test_profiles_reach_as_far_as_wald_where_artworks_are_few(few) -> None:
    name, wald = next(iter(few.coefficients.items()))
    found = ordinal.profile(few, name)
    # the log-likelihood is nearly a parabola in an effect: both intervals are about as wide
    assert 0.8 < (found.high - found.low) / (wald.high - wald.low) < 1.5
    assert found.method.endswith("profile likelihood, t(3) and √(4/3) as Wald's")
    assert wald.method.endswith("t(3)")


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_profiles_far_out_escape_without_a_raw_warning(link) -> None:
    kept = RATINGS[RATINGS["artwork"].isin(sorted(RATINGS["artwork"].unique())[:3])]
    fit = ordinal.rating_model(kept, link=link)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in [*fit.coefficients, *fit.standard_deviations, *fit.thresholds]:
            found = ordinal.profile(fit, name)
            assert found.low <= found.value <= found.high
