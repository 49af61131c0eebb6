"""Power: closed forms, what must rise, what must stay at alpha, seeds, and what cannot be asked."""

import doctest
import importlib
import json
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct, norm
from scipy.stats import t as student

from evaluation.statistics import ordinal, power
from evaluation.statistics.estimate import BadData
from evaluation.statistics.power.design import dealt
from evaluation.statistics.power.study import drawn
from tests.conftest import REPOSITORY

BY_R = json.loads((REPOSITORY / "tests/data/statistics/power.json").read_text())
PAIR = power.Truth.of_psr({"clean": 0.3, "cloak": 0.5})
CALM = {"rater": 0.0, "artwork": 0.0, "stimulus": 0.0, "rater_condition": 0.0}
SCALE = power.Truth((-2.0, -1.0, 0.0, 1.0), {"a": 0.0, "b": 1.5}, (1, 2))
MANY = power.Truth((-1.0, 0.0, 1.0), {f"c{k}": 0.0 for k in range(9)}, conditions=1.0)
ASK = power.Difference("clean", "cloak")


def simulated(*args, **options) -> power.Power:
    return power.simulate(*args, **{"seed": 1, "studies": 100, **options})


def study(design: power.Design, truth: power.Truth, seed: int = 1):
    return drawn(design, truth, np.random.SeedSequence(seed))


@given(
    st.floats(0.01, 0.99),
    st.floats(0, 2),
    st.sampled_from(["logit", "probit", "cloglog", "loglog"]),
    st.sampled_from([(1, 1), (1, 2), (4, 5), (5, 5)]),
)
@settings(max_examples=25, deadline=None)
def test_effects_are_found_for_any_psr(share, spread, link, success) -> None:
    truth = power.Truth.of_psr(
        {"one": share}, thresholds=(-2, -1, 0, 1), success=success, rater=spread, link=link
    )
    assert truth.psr("one") == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog", "loglog", "cauchit"])
def test_simulated_answers_have_the_psr_of_the_population(link) -> None:
    truth = power.Truth.of_psr(
        {"one": 0.2, "two": 0.7}, thresholds=(-1.0, 0.0, 1.0), success=(1, 2), link=link, **CALM
    )
    found = study(power.Design(100, 100), truth)
    for name, share in (("one", 0.2), ("two", 0.7)):
        hits = found.values[found.under(name)] <= 2
        assert hits.mean() == pytest.approx(share, abs=0.02)


@given(
    st.integers(2, 30),
    st.integers(2, 15),
    st.integers(1, 4),
    st.floats(0.05, 1),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_pictures_are_dealt_evenly_and_never_twice(
    raters, artworks, conditions, filled, between
) -> None:
    design = power.Design(raters, artworks, filled=filled, between=between)
    rater, condition, artwork = dealt(design, conditions, np.random.default_rng(1))
    assert (np.bincount(rater, minlength=raters) == design.each(conditions)).all()
    cells = condition * artworks + artwork
    assert len(np.unique(rater * conditions * artworks + cells)) == len(rater)
    if not between:
        assert np.ptp(np.bincount(cells, minlength=conditions * artworks)) <= 1
    else:
        assert all(len(np.unique(condition[rater == r])) == 1 for r in range(raters))


def test_conditions_come_in_turn() -> None:
    rater, condition, _ = dealt(power.Design(40, 10, 6), 3, np.random.default_rng(2))
    counts = np.zeros((40, 3))
    np.add.at(counts, (rater, condition), 1)
    assert counts.min() >= 1
    assert counts.std() < 0.5


def test_larger_studies_hold_the_people_of_smaller_ones() -> None:
    small, large = (study(power.Design(n, 8), PAIR) for n in (10, 20))
    assert (large.values[: len(small.values)] == small.values).all()
    wide = study(power.Design(10, 16), PAIR)
    assert wide.merits[:, :8] == pytest.approx(small.merits)


def paired_t(raters: int, artworks: int, truth: power.Truth) -> float:
    """Power of a t test of raters' own differences: what remains where artworks do not differ."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(40)
    mass = mass / mass.sum()
    within, between, mean = 0.0, 0.0, 0.0
    for name, sign in (("clean", -1), ("cloak", 1)):
        p = 1 / (1 + np.exp(truth.effects[name] + truth.rater_condition * nodes))
        mean += sign * float(mass @ p)
        between += float(mass @ p**2 - (mass @ p) ** 2)
        within += float(mass @ (p * (1 - p)))
    shift = mean / sqrt((between + within / artworks) / raters)
    cut = float(student.ppf(0.975, raters - 1))
    return float(nct.sf(cut, raters - 1, shift) + nct.cdf(-cut, raters - 1, shift))


@pytest.mark.parametrize(("raters", "apart"), [(12, 0.22), (24, 0.12)])
def test_power_equals_the_t_test_where_raters_alone_differ(raters, apart) -> None:
    spread = CALM | {"rater_condition": 0.8}
    truth = power.Truth.of_psr({"clean": 0.4, "cloak": 0.4 + apart}, **spread)
    found = simulated(power.Design(raters, 40), truth, ASK, studies=600, null=False)
    assert found.power.value == pytest.approx(paired_t(raters, 40, truth), abs=0.05)


def test_power_equals_the_normal_formula_where_nobody_differs() -> None:
    truth = power.Truth.of_psr({"clean": 0.5, "cloak": 0.58}, **CALM)
    found = simulated(power.Design(40, 40, filled=0.5), truth, ASK, studies=400, null=False)
    shift = 0.08 / sqrt((0.25 + 0.58 * 0.42) / 800)
    # two-way variances of answers that are independent are a little too large
    assert norm.sf(1.96 - shift) - 0.1 < found.power.value < norm.sf(1.96 - shift) + 0.03


@pytest.mark.parametrize("row", BY_R["rows"], ids=lambda row: f"{row['raters']}x{row['artworks']}")
def test_power_equals_what_r_simulates_and_analyses(row) -> None:
    truth = power.Truth.of_psr(dict(zip(("clean", "cloak"), row["psr"], strict=True)))
    design = power.Design(row["raters"], row["artworks"], between=row["between"])
    found = simulated(design, truth, ASK, studies=300, null=False).power.value
    both = (row["yes"] + 300 * found) / (BY_R["studies"] + 300)
    chance = sqrt(both * (1 - both) * (1 / BY_R["studies"] + 1 / 300))
    assert found == pytest.approx(row["yes"] / BY_R["studies"], abs=3.3 * chance)


def test_power_rises_with_raters_artworks_and_effects() -> None:
    def reached(raters: int, artworks: int, share: float) -> float:
        truth = power.Truth.of_psr({"clean": 0.3, "cloak": share})
        return simulated(power.Design(raters, artworks), truth, ASK, null=False).power.value

    assert reached(6, 8, 0.5) < reached(12, 8, 0.5) < reached(24, 16, 0.5)
    assert reached(10, 10, 0.35) < reached(10, 10, 0.5) < reached(10, 10, 0.8)


QUESTIONS = [
    (ASK, PAIR, power.Design(12, 10), 400),
    (power.Equivalence("clean", "cloak", margin=0.2), PAIR, power.Design(30, 20), 400),
    (power.NonInferiority("clean", "cloak", margin=0.2), PAIR, power.Design(12, 12), 400),
    (power.Effect("a", "b"), SCALE, power.Design(10, 8), 20),
    (power.Correlation(power.Metric(0.9, 0.5)), MANY, power.Design(8, 8), 200),
    (
        power.MetricDifference(power.Metric(0.95, 0.8), power.Metric(0.2, 0.1), test="williams"),
        MANY,
        power.Design(8, 8),
        200,
    ),
    (
        power.ExpertsAgainstCrowd(),
        power.Truth((-1.0, 0.0, 1.0), {"one": 0.0}, experts=1.5),
        power.Design(24, 10, experts=12),
        60,
    ),
]


@pytest.mark.parametrize(
    ("question", "truth", "design", "studies"), QUESTIONS, ids=lambda x: type(x).__name__
)
def test_where_the_truth_is_no_yes_comes_at_alpha(question, truth, design, studies) -> None:
    found = simulated(design, truth, question, studies=studies)
    assert found.error.low < 0.06
    assert found.error.value < found.power.value
    assert found.unanswered == 0
    assert str(question) in str(found)


def test_precision_counts_narrow_intervals_and_says_how_many_hold() -> None:
    few, many = (
        simulated(power.Design(n, 20), PAIR, power.Precision("cloak", 0.12), studies=200)
        for n in (8, 40)
    )
    assert few.power.value < many.power.value
    assert few.half_width.value > many.half_width.value
    assert few.coverage.high > 0.93
    assert not few.error.defined
    beside = power.Precision("cloak", 0.12, against="clean")
    assert simulated(power.Design(20, 20), PAIR, beside).coverage.high > 0.93


def test_the_seed_decides_and_the_number_of_processes_does_not() -> None:
    design = power.Design(8, 6, answers_each=6)
    one = simulated(design, PAIR, ASK, studies=60)
    assert one == simulated(design, PAIR, ASK, studies=60)
    assert one == simulated(design, PAIR, ASK, studies=60, processes=2)
    assert one.half_width != simulated(design, PAIR, ASK, studies=60, seed=2).half_width


def test_more_studies_begin_with_the_same_ones() -> None:
    short, long = (simulated(power.Design(8, 6), PAIR, ASK, studies=n) for n in (50, 75))
    assert 50 * short.power.value <= 75 * long.power.value


def test_raters_between_conditions_need_more_of_them() -> None:
    within, between = (
        simulated(power.Design(20, 16, answers_each=10, between=b), PAIR, ASK, null=False)
        for b in (False, True)
    )
    assert between.power.value < within.power.value
    assert "each seeing one" in between.design
    found = power.sample_size(
        power.Design(6, 16, between=True),
        power.Truth.of_psr({"clean": 0.1, "cloak": 0.9, "veil": 0.5}),
        ASK,
        seed=1,
        studies=40,
    )
    assert found.size.value >= 6  # two raters a condition


def test_a_pilot_gives_its_own_estimates() -> None:
    pilot = study(power.Design(20, 12), SCALE).table
    fit = ordinal.rating_model(pilot)
    truth = power.Truth.of_fit(fit, success=(1, 2))
    assert truth.effects == {"a": 0.0, "b": fit.coefficients["conditionb"].value}
    assert truth.thresholds == tuple(found.value for found in fit.thresholds.values())
    spreads = {name: found.value for name, found in fit.standard_deviations.items()}
    assert truth.rater == spreads["rater"]
    assert truth.artwork == spreads["artwork"]
    assert truth.stimulus == spreads["artwork:condition"]
    assert truth.rater_condition == spreads["rater:condition"]
    shares = ordinal.success_rates(fit, "condition", [1, 2]).rates
    for name in truth.names:
        assert truth.psr(name) == pytest.approx(shares[name].value, abs=1e-4)


def test_a_pilot_with_other_effects_is_refused() -> None:
    table = study(power.Design(12, 8), SCALE).table
    table["group"] = table["rater"] % 2
    with pytest.raises(BadData, match="'condition' alone"):
        power.Truth.of_fit(ordinal.clm(table, "value", "condition + group"))


def test_studies_without_an_answer_count_as_no_and_are_said() -> None:
    truth = power.Truth.of_psr({"clean": 0.001, "cloak": 0.001}, **CALM)
    found = simulated(power.Design(3, 3), truth, power.Effect("clean", "cloak"), studies=20)
    assert found.unanswered > 10
    assert found.power.value == 0
    assert "studies give no interval and count as no" in found.notes[0]
    assert sum(found.reasons.values()) == found.unanswered


def test_an_analysis_that_errs_too_often_is_called_out() -> None:
    class Gullible(power.Difference):
        """Tests at 30 % what it reports at 5 %."""

        def ask(self, study, alpha):
            return super().ask(study, 0.3)

    found = simulated(power.Design(12, 10), PAIR, Gullible("clean", "cloak"), studies=200)
    assert any("do not trust its power" in note for note in found.notes)


def test_the_size_is_found_and_holds_the_target() -> None:
    found = power.sample_size(power.Design(10, 20), PAIR, ASK, seed=1, studies=200, most=100)
    size = round(found.size.value)
    assert found.size.low <= size <= found.size.high < 60
    assert found.curve[size].value >= 0.8 > found.curve[min(found.curve)].value
    assert f"{size} raters" in str(found)
    assert found.at.error.low < 0.06
    again = simulated(power.Design(size, 20), PAIR, ASK, seed=99, studies=300, null=False)
    assert again.power.value == pytest.approx(0.8, abs=0.09)


def test_a_larger_target_needs_more() -> None:
    options = {"seed": 3, "studies": 100, "most": 100}
    sizes = [
        power.sample_size(power.Design(10, 16), PAIR, ASK, power=target, **options).size.value
        for target in (0.5, 0.8, 0.95)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]


def test_where_no_number_will_do_it_is_said() -> None:
    truth = power.Truth.of_psr({"clean": 0.3, "cloak": 0.36}, stimulus=1.5)
    found = power.sample_size(power.Design(40, 6), truth, ASK, seed=1, studies=60, most=80)
    assert not found.size.defined
    assert "no number of raters up to 80 reaches 80%" in str(found)
    assert "artworks are scarce" in found.size.method


def test_what_the_fewest_reach_is_the_answer() -> None:
    truth = power.Truth.of_psr({"clean": 0.05, "cloak": 0.95})
    found = power.sample_size(power.Design(16, 20), truth, ASK, seed=1, studies=40)
    assert found.size.value == 4
    assert "fewer than 4 were not tried" in found.size.method


REFUSED = [
    (lambda: power.Design(1, 5), "two raters at least"),
    (lambda: power.Design(5, 5, answers_each=3, filled=0.5), "not both"),
    (lambda: power.Design(5, 5, filled=0), "above 0"),
    (lambda: power.Design(5, 5, answers_each=0), "at least one answer"),
    (lambda: power.Design(5, 5, experts=6), "cannot be experts"),
    (lambda: power.Truth.of_psr({"a": 1.0}), "between 0 and 1, exclusive"),
    (lambda: power.Truth.of_psr({}), "at least one condition"),
    (lambda: power.Truth((1.0, 0.0), {"a": 0}), "ascend"),
    (lambda: power.Truth((0.0,), {"a": 0}, rater=-1), "not negative"),
    (lambda: power.Truth((0.0,), {"a": float("nan")}), "finite"),
    (lambda: power.Truth((0.0,), {"a": 0}, success=(2, 3)), "points 1 to 2"),
    (lambda: power.Truth((0.0,), {"a": 0}, shared=2), "a correlation"),
    (
        lambda: power.Truth.of_psr({"a": 0.2}, thresholds=(0, 1, 2), success=(2, 2)),
        "one end of the scale",
    ),
    (lambda: power.Metric(2, 0), "from -1 to 1"),
    (lambda: PAIR.psr("veil"), "no condition 'veil'"),
    (lambda: simulated(power.Design(5, 5), PAIR, ASK, studies=5), "20 studies"),
    (lambda: simulated(power.Design(5, 5), PAIR, ASK, alpha=0.6), "between 0 and 0.5"),
    (lambda: simulated(power.Design(5, 5), PAIR, ASK, processes=0), "one process"),
    (lambda: simulated(power.Design(3, 5, between=True), PAIR, ASK), "two a condition"),
    (
        lambda: simulated(power.Design(5, 5), PAIR, power.Difference("clean", "clean")),
        "both are 'clean'",
    ),
    (
        lambda: simulated(
            power.Design(5, 5), PAIR, power.NonInferiority("clean", "cloak", margin=0.4)
        ),
        "nothing can be lower",
    ),
    (
        lambda: simulated(power.Design(5, 5), PAIR, power.Equivalence("clean", "cloak", margin=1)),
        "below 0.5",
    ),
    (lambda: simulated(power.Design(5, 5), PAIR, power.Precision("cloak", 0)), "a share"),
    (
        lambda: simulated(power.Design(5, 5), PAIR, power.Correlation(power.Metric(0.5, 0.5))),
        "needs 5",
    ),
    (lambda: simulated(power.Design(5, 5), PAIR, power.ExpertsAgainstCrowd()), "two raters"),
    (
        lambda: power.sample_size(power.Design(5, 5), PAIR, ASK, seed=1, power=1.0),
        "between 0 and 1",
    ),
    (lambda: power.sample_size(power.Design(5, 5), PAIR, ASK, seed=1, least=9, most=8), "9 to 8"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_what_cannot_be_simulated_is_refused_in_a_sentence(call, said) -> None:
    with pytest.raises(BadData, match=said):
        call()


@pytest.mark.parametrize("module", ["truth", "simulation", "size"])
def test_examples_in_docstrings_are_true(module) -> None:
    ran = doctest.testmod(importlib.import_module(f"evaluation.statistics.power.{module}"))
    assert ran.attempted
    assert not ran.failed
