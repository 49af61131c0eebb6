"""Just noticeable differences: known scales are found again, and so are published numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame
from scipy.stats import norm

from evaluation.statistics.estimate import BadData
from evaluation.statistics.examples import triplets
from evaluation.statistics.examples.making import BOOST, JND, UNSURE
from evaluation.statistics.jnd import JndScale, amount_at, jnd_scale
from evaluation.statistics.pairs import thurstone

Z = norm.ppf(0.75)


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def fitted(table: DataFrame, **how: object) -> JndScale:
    how = {"reference": "0", "generator": seeded(), "replicates": 200, **how}
    columns = table["first"], table["second"], table["first_more"]
    return jnd_scale(*columns, raters=table["participant"], **how)  # type: ignore[arg-type]


def answers(counts: dict[tuple[str, str], tuple[int, int, int]], raters: int = 10) -> DataFrame:
    """Rows from (first, second) → how often the first, the second, neither."""
    rows = [
        (one, other, value)
        for (one, other), told in counts.items()
        for value, times in zip((1.0, 0.0, 0.5), told, strict=True)
        for _ in range(times)
    ]
    table = DataFrame(rows, columns=["first", "second", "first_more"])
    return table.assign(participant=seeded(7).integers(0, raters, len(table)))


def test_levels_that_are_told_apart_three_times_in_four_are_one_jnd_apart():
    found = fitted(answers({("a", "0"): (75, 25, 0)}), prior=None)
    assert found.levels["a"].value == pytest.approx(1.0, abs=1e-6)


def test_the_band_of_not_sure_is_that_of_the_2_ac_protocol():
    """sensR 1.5-3, `twoAC(c(2, 2, 6))`: d-prime 0.7743, tau 0.4160, in units √2 times ours."""
    found = fitted(answers({("a", "0"): (6, 2, 2)}), prior=None)
    assert found.band is not None
    assert found.levels["a"].value * Z * 2**0.5 == pytest.approx(0.7742595, abs=1e-6)
    assert found.band.value * Z * 2**0.5 == pytest.approx(0.4159726, abs=1e-6)


def test_without_ties_the_scale_is_thurstones_in_other_units():
    counts = {("a", "0"): (60, 40, 0), ("b", "a"): (70, 30, 0), ("b", "0"): (85, 15, 0)}
    table = answers(counts)
    found = fitted(table, prior=None)
    columns = table["first"], table["second"], table["first_more"]
    other = thurstone(*columns, position=False)
    for name in ("a", "b"):
        wanted = other.difference(name, "0").value / Z
        assert found.levels[name].value == pytest.approx(wanted, abs=1e-5)


def test_halves_are_half_a_choice_for_each_and_draw_levels_together():
    table = answers({("a", "0"): (60, 20, 20)})
    halved = fitted(table, halves=True, prior=None)
    assert halved.levels["a"].value == pytest.approx(norm.ppf(0.7) / Z, abs=1e-6)
    assert halved.band is None
    assert halved.levels["a"].value < fitted(table, prior=None).levels["a"].value


def test_a_known_scale_is_found_again_from_plain_and_boosted_pictures():
    table = triplets()
    found = fitted(table, boosted=table["boosted"], artworks=table["artwork"])
    for name, true in JND.items():
        if name != "0":
            assert found.levels[name].low < true < found.levels[name].high
    assert found.gain is not None
    assert found.band is not None
    assert found.gain.low < BOOST < found.gain.high
    assert found.band.low < UNSURE / Z < found.band.high
    assert found.unit == "JND"
    assert "raters and artworks" in found.levels["0.02"].method


def test_boosted_pictures_alone_are_said_to_be_on_a_scale_of_their_own():
    table = triplets().query("boosted == 1")
    found = fitted(table, boosted=table["boosted"])
    assert (found.unit, found.gain) == ("boosted JND", None)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0.2, 0.9), min_size=2, max_size=4), st.integers(0, 99))
def test_any_ladder_is_found_again(steps: list[float], seed: int):
    truth = np.cumsum([0.0, *steps])
    names = [str(k) for k in range(len(truth))]
    rng = seeded(seed)
    pairs = np.array([(i, j) for i in range(len(truth)) for j in range(i)])
    pair = pairs[np.arange(3000) % len(pairs)]
    eta = Z * (truth[pair[:, 0]] - truth[pair[:, 1]]) + rng.normal(size=3000)
    table = DataFrame(
        {
            "first": [names[i] for i in pair[:, 0]],
            "second": [names[j] for j in pair[:, 1]],
            "first_more": np.select([eta > 0.3, eta < -0.3], [1.0, 0.0], 0.5),
            "participant": np.arange(3000) % 30,
        }
    )
    found = fitted(table, replicates=100)
    got = [found.levels[name].value for name in names[1:]]
    assert got == pytest.approx(list(truth[1:]), abs=0.4)


@settings(max_examples=10, deadline=None)
@given(st.integers(10, 40), st.integers(0, 10), st.integers(1, 9))
def test_the_more_often_a_level_is_called_distorted_the_farther_it_lies(
    right: int, unsure: int, more: int
):
    def value(times: int) -> float:
        table = answers({("a", "0"): (times, 10, unsure)})
        return fitted(table, replicates=100).levels["a"].value

    assert value(right) < value(right + more)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 50))
def test_names_and_the_order_of_rows_and_of_sides_change_nothing(seed: int):
    table = triplets().head(200)
    before = fitted(table, prior=None, replicates=100)
    rng = seeded(seed)
    shuffled = table.sample(frac=1, random_state=seed)
    turn = rng.random(len(table)) < 0.5
    swapped = shuffled.assign(
        first=np.where(turn, shuffled["second"], shuffled["first"]),
        second=np.where(turn, shuffled["first"], shuffled["second"]),
        first_more=np.where(turn, 1 - shuffled["first_more"], shuffled["first_more"]),
    )
    after = fitted(swapped, prior=None, replicates=100)
    for name, estimate in before.levels.items():
        assert after.levels[name].value == pytest.approx(estimate.value, abs=1e-6)


def test_a_level_that_everybody_puts_at_the_end_has_no_interval_and_no_likelihood():
    table = answers({("a", "0"): (60, 40, 0), ("b", "0"): (50, 0, 0), ("b", "a"): (50, 0, 0)})
    found = fitted(table)
    assert found.levels["a"].has_interval
    assert not found.levels["b"].has_interval
    assert "one end of the scale" in found.levels["b"].method
    bare = fitted(table, prior=None)
    assert "“b” at one end" in bare.problem
    assert not bare.levels["a"].defined


def test_the_prior_moves_nothing_that_the_answers_tell():
    table = triplets()
    bare, held = fitted(table, prior=None), fitted(table)
    for name in ("0.02", "0.04", "0.08"):
        assert abs(bare.levels[name].value - held.levels[name].value) < 0.05


def test_the_budget_at_one_jnd_lies_on_the_line_between_two_levels():
    counts = {("a", "0"): (130, 70, 0), ("b", "a"): (150, 50, 0), ("b", "0"): (180, 20, 0)}
    found = fitted(answers(counts, raters=40))
    below, above = found.levels["a"].value, found.levels["b"].value
    at = amount_at(found, {"a": 0.1, "b": 0.2})
    assert at.value == pytest.approx(0.1 + 0.1 * (1 - below) / (above - below))
    assert at.low < at.value < at.high


def test_what_was_not_reached_is_said_and_never_drawn_out():
    found = fitted(answers({("a", "0"): (110, 90, 0)}, raters=20))
    assert "beyond what was shown" in amount_at(found, {"a": 0.1}).method
    close = fitted(answers({("a", "0"): (77, 23, 0)}, raters=20))
    at = amount_at(close, {"a": 0.1})
    assert at.defined
    assert not at.has_interval
    assert "not reached in" in at.method


def test_two_levels_are_compared_by_the_draws_that_they_share():
    found = fitted(triplets())
    apart = found.difference("0.16", "0.02")
    assert apart.value == pytest.approx(found.levels["0.16"].value - found.levels["0.02"].value)
    assert apart.low > 0
    assert found.difference("0.04", "0").value == found.levels["0.04"].value


def test_one_rater_gives_a_scale_without_intervals():
    found = fitted(answers({("a", "0"): (60, 40, 0)}, raters=1))
    assert found.levels["a"].defined
    assert not found.levels["a"].has_interval


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"reference": "7"}, "was never compared"),
        ({"prior": 0.0}, "A prior is a standard deviation"),
        ({"replicates": 10}, "at least 100 replicates"),
        ({"boosted": [1]}, "flags of `boosted`"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(how: dict[str, object], said: str):
    with pytest.raises(BadData, match=said):
        fitted(answers({("a", "0"): (6, 4, 0)}), **how)


@pytest.mark.parametrize(
    ("amounts", "target", "said"),
    [
        ({"z": 1.0}, 1.0, "no level “z”"),
        ({"a": 0.0}, 1.0, "above 0"),
        ({}, 1.0, "at least one level"),
        ({"a": 1.0}, 0.0, "above 0, e.g. 1"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(
    amounts: dict[str, float], target: float, said: str
):
    found = fitted(answers({("a", "0"): (60, 40, 0)}))
    with pytest.raises(BadData, match=said):
        amount_at(found, amounts, target)  # type: ignore[arg-type]
