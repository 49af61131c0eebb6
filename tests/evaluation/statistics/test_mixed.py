"""Mixed models: lme4's, lmerTest's and glmmTMB's numbers, and what has none."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import Categorical, DataFrame

from evaluation.statistics import mixed
from evaluation.statistics.estimate import BadData
from evaluation.statistics.psr import protection_success_rate

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "data" / "statistics" / "mixed.json").read_text()
)


def fitted(kind: str, case: dict) -> mixed.Linear | mixed.Logit:
    return getattr(mixed, kind)(DataFrame(case["data"]), "y", "condition + x", case["groups"])


def values(estimates, field: str = "value") -> list[float]:
    return [getattr(estimate, field) for estimate in estimates.values()]


def small(seed: int = 1, raters: int = 8, items: int = 9) -> DataFrame:
    rng = np.random.default_rng(seed)
    rater, item = np.divmod(np.arange(raters * items), items)
    eta = rng.normal(0, 0.9, raters)[rater] + rng.normal(0, 0.7, items)[item]
    table = DataFrame({"rater": rater, "item": item, "condition": np.where(item % 2, "b", "a")})
    table["score"] = eta + rng.normal(0, 1, len(table))
    table["yes"] = rng.random(len(table)) < 1 / (1 + np.exp(-eta))
    return table


@pytest.mark.parametrize("case", REFERENCE["linear"], ids=lambda case: case["name"])
def test_the_linear_model_equals_lme4_and_lmertest(case) -> None:
    fit = fitted("linear", case)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(case["log_likelihood"], abs=1e-6)
    assert values(fit.coefficients) == pytest.approx(case["effects"], abs=1e-5)
    assert values(fit.coefficients, "se") == pytest.approx(case["se"], rel=1e-4)
    assert list(fit.degrees_of_freedom.values()) == pytest.approx(case["df"], rel=2e-3)
    assert list(fit.p_values.values()) == pytest.approx(case["p"], rel=2e-3)
    for name, sd in case["sd"].items():
        found = fit.standard_deviations[name.lower()].value
        assert found == pytest.approx(sd, abs=1e-4)


@pytest.mark.parametrize("case", REFERENCE["logit"], ids=lambda case: case["name"])
def test_the_logistic_model_equals_glmmtmb(case) -> None:
    fit = fitted("logit", case)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(case["log_likelihood"], abs=1e-6)
    assert values(fit.coefficients) == pytest.approx(case["effects"], abs=1e-4)
    assert values(fit.coefficients, "se") == pytest.approx(case["se"], rel=1e-3)
    assert list(fit.p_values.values()) == pytest.approx(case["p"], rel=5e-3)
    for name, sd in case["sd"].items():
        assert fit.standard_deviations[name].value == pytest.approx(sd, abs=1e-4)


def test_a_variance_at_the_boundary_has_no_interval_and_says_so() -> None:
    fit = fitted("linear", REFERENCE["linear"][2])
    assert str(fit.standard_deviations["artwork"]).startswith("0.00 [no interval: at the boundary")


def test_tuples_of_columns_are_interactions() -> None:
    case = REFERENCE["logit"][1]
    named = mixed.logit(
        DataFrame(case["data"]),
        "y",
        "condition + x",
        ["rater", "artwork", ("artwork", "condition"), ("rater", "condition")],
    )
    assert list(named.levels) == ["rater", "artwork", "artwork:condition", "rater:condition"]
    assert named.log_likelihood == pytest.approx(case["log_likelihood"], abs=1e-6)


def test_a_star_is_both_columns_and_their_product() -> None:
    table = small().assign(x=np.arange(72.0) / 72)
    fit = mixed.linear(table, "score", "condition*x", ["rater", "item"])
    assert list(fit.coefficients) == ["Intercept", "condition[T.b]", "x", "condition[T.b]:x"]


def test_the_first_category_is_the_reference() -> None:
    table = small()
    table["condition"] = Categorical(table["condition"], ["b", "a"])
    assert "condition[T.a]" in mixed.linear(table, "score", "condition", ["rater"]).coefficients


@pytest.mark.parametrize("case", REFERENCE["logit"], ids=lambda case: case["name"])
def test_population_shares_are_the_integral_over_raters_and_pictures(case) -> None:
    shares = fitted("logit", case).population("condition")
    assert {name: share.value for name, share in shares.items()} == pytest.approx(
        case["population"], abs=2e-5
    )


def test_population_shares_are_nearer_to_one_half_than_those_of_the_typical_rater() -> None:
    fit = fitted("logit", REFERENCE["logit"][1])
    shares = fit.population("condition")
    raw = DataFrame(REFERENCE["logit"][1]["data"]).groupby("condition")["y"].mean()
    for condition, share in shares.items():
        assert share.low < raw[condition] < share.high
    typical = 1 / (1 + np.exp(-sum(values(fit.coefficients)[:2])))
    assert 0.5 < shares["b"].value < typical


@given(st.permutations(range(72)), st.permutations(range(8)))
@settings(max_examples=8, deadline=None)
def test_order_and_labels_do_not_matter(order, names) -> None:
    table = small()
    moved = table.assign(rater=[f"R{names[rater]}" for rater in table["rater"]]).iloc[list(order)]
    for kind, response in (("linear", "score"), ("logit", "yes")):
        one, other = (
            getattr(mixed, kind)(t, response, "condition", ["rater", "item"])
            for t in (table, moved)
        )
        assert values(other.coefficients) == pytest.approx(values(one.coefficients), abs=1e-6)
        assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)


@given(st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=15, deadline=None)
def test_units_of_the_response_carry_through(shift, scale) -> None:
    table = small()
    moved = table.assign(score=shift + scale * table["score"])
    one, other = (mixed.linear(t, "score", "condition", ["rater", "item"]) for t in (table, moved))
    effect = one.coefficients["condition[T.b]"]
    assert other.coefficients["condition[T.b]"].high == pytest.approx(scale * effect.high, rel=1e-5)
    assert list(other.p_values.values())[1] == pytest.approx(list(one.p_values.values())[1], 1e-5)


REFUSED = [
    ({"fixed": "group"}, "no column 'group'"),
    ({"fixed": "condition + same"}, r"same\[T.b\] cannot be told from the other fixed effects"),
    ({"fixed": "condition +"}, "is no part of a formula"),
    ({"fixed": "one"}, "one level"),
    ({"groups": ["rater", "copy"]}, "group the answers alike"),
    ({"groups": ["one"]}, "There is one one only"),
    ({"groups": ["answer"]}, "cannot be told from noise"),
    ({"groups": []}, "list of columns"),
    ({"response": "gap"}, "Row 3 has no gap"),
    ({"response": "condition"}, "must hold numbers"),
    ({"response": "flat"}, "all answers are the same"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_cannot_be_fitted_is_refused_in_a_sentence(change, said) -> None:
    table = small().assign(same=lambda t: t["condition"], one="x", copy=lambda t: -t["rater"])
    table = table.assign(answer=range(72), flat=3.0, gap=[1, 2, np.nan, *range(69)])
    asked = {"response": "score", "fixed": "condition", "groups": ["rater", "item"]} | change
    with pytest.raises(BadData, match=said):
        mixed.linear(table, **asked)


def test_answers_that_are_all_yes_are_refused() -> None:
    with pytest.raises(BadData, match="Every answer is the same"):
        mixed.logit(small().assign(yes=True), "yes", "condition", ["rater", "item"])


def test_separation_is_named() -> None:
    table = small()
    table.loc[table["condition"] == "b", "yes"] = True
    with pytest.raises(BadData, match=r"separate yes from no \(.*condition\[T.b\]"):
        mixed.logit(table, "yes", "condition", ["rater", "item"])


def test_a_scale_is_no_yes_or_no() -> None:
    with pytest.raises(BadData, match="must hold yes"):
        mixed.logit(small(), "item", "condition", ["rater"])


def test_a_fit_that_did_not_converge_gives_no_estimate(monkeypatch) -> None:
    monkeypatch.setattr(mixed.gaussian, "GRADIENT_TOLERANCE", 0.0)
    fit = mixed.linear(small(), "score", "condition", ["rater", "item"])
    assert not fit.converged
    assert all("did not converge" in str(found) for found in fit.coefficients.values())
    assert all("did not converge" in str(found) for found in fit.standard_deviations.values())


def test_a_product_without_its_parts_is_coded_as_in_r() -> None:
    """`a + a:b` gives the effect of b within each a; `a:b` alone says the intercept twice."""
    table = small().assign(group=lambda t: np.where(t["rater"] % 2, "y", "x"))
    fit = mixed.linear(table, "score", "condition + condition:group", ["item"])
    assert list(fit.coefficients)[2:] == ["condition[a]:group[T.y]", "condition[b]:group[T.y]"]
    with pytest.raises(BadData, match="cannot be told"):
        mixed.linear(table, "score", "condition:group", ["item"])


def test_perfect_agreement_is_named_rather_than_a_fit_that_did_not_converge() -> None:
    table = small()
    table["yes"] = table["item"] % 3 == 0
    for groups in (["item"], ["rater", "item"]):
        with pytest.raises(BadData, match="'item' are alike \\(perfect agreement\\)"):
            mixed.logit(table, "yes", "1", groups)
    found = protection_success_rate(
        np.where(table["yes"], 1, 5),
        table["rater"],
        table["item"],
        success=(1, 2),
        interval="model",
    )
    assert found.answers.value == pytest.approx(1 / 3)
    assert "perfect agreement" in found.answers.method
