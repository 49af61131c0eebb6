"""The protection success rate: units, intervals, edges, differences, equivalence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from evaluation.statistics import psr
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.estimate import BadData
from evaluation.statistics.psr.artworks import _indicator_covariances
from tests.evaluation.tables import REFERENCE

GENERATOR = 7


def study(seed=1, raters=12, artworks=10, logits=(-0.5, 1.0), filled=1.0):
    """Answers 1..5 (1 and 2: the mimicry failed) about two conditions of the same artworks."""
    rng = np.random.default_rng(seed)
    shape = (2, raters, artworks)
    latent = np.array(logits)[:, None, None] + rng.normal(0, 0.9, (raters, 1))
    latent = latent + rng.normal(0, 0.7, artworks) + rng.logistic(0, 1, shape)
    values = 3 - np.searchsorted([-1.5, 0, 1.5, 3], latent) + 1
    kept = rng.random(shape) < filled
    condition, rater, artwork = np.nonzero(kept)
    return np.clip(values[kept], 1, 5), rater, artwork, condition == 1


def options(interval):
    return {"generator": np.random.default_rng(GENERATOR)} if interval == "bootstrap" else {}


def one_condition(**changes):
    values, rater, artwork, second = study(**changes)
    return values[second], rater[second], artwork[second]


def test_both_units_are_counted() -> None:
    values, rater, artwork = one_condition()
    found = psr.protection_success_rate(values, rater, artwork, success=(1, 2))
    medians = [np.median(values[artwork == a]) for a in np.unique(artwork)]
    assert found.answers.value == found.k / found.n == (values <= 2).mean()
    assert found.artworks.value == np.mean([median <= 2 for median in medians])
    assert (found.raters, found.artwork_count, found.artworks.n) == (12, 10, 10)
    assert "raters and artworks are both samples" in found.resampled


def test_the_default_is_the_two_way_clustered_interval() -> None:
    values, rater, artwork = one_condition()
    found = psr.protection_success_rate(values, rater, artwork, success=(1, 2))
    expected = clustered_share(values <= 2, rater, artwork)
    assert found.answers == expected.estimate
    assert found.design_effect == expected.design_effect > 1
    assert found.effective_n == pytest.approx(found.n / found.design_effect)


def test_its_variance_is_that_of_statsmodels_terms() -> None:
    case = REFERENCE["clusters"]
    found = psr.protection_success_rate(case["hit"], case["rater"], case["item"])
    raters, items = len(set(case["rater"])), len(set(case["item"]))
    cells = case["raters"] + case["items"] - case["both"]
    variance = case["raters"] * raters / (raters - 1) + case["items"] * items / (items - 1) - cells
    assert found.answers.se == pytest.approx(np.sqrt(variance), rel=1e-9)


@pytest.mark.parametrize("interval", ["clustered", "bootstrap", "model"])
def test_all_intervals_see_the_crossing(interval) -> None:
    columns = one_condition(raters=20, artworks=16)
    with pytest.warns(psr.IndependenceWarning):
        naive = psr.protection_success_rate(*columns, success=(1, 2), interval="independent")
    found = psr.protection_success_rate(
        *columns, success=(1, 2), interval=interval, **options(interval)
    )
    assert found.answers.value == pytest.approx(naive.answers.value, abs=0.02)
    width, too_narrow = (e.high - e.low for e in (found.answers, naive.answers))
    assert width > 1.5 * too_narrow


def test_the_independent_interval_says_that_it_is_wrong() -> None:
    with pytest.warns(psr.IndependenceWarning, match="as if the answers were independent"):
        found = psr.protection_success_rate(
            *one_condition(), interval="independent", success=(1, 2)
        )
    assert found.answers.method.startswith("WARNING: Clopper-Pearson")
    assert "nothing" in found.resampled


def test_the_same_seed_gives_the_same_bootstrap() -> None:
    one, other = (
        psr.protection_success_rate(
            *one_condition(), success=(1, 2), interval="bootstrap", **options("bootstrap")
        )
        for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize("interval", ["clustered", "bootstrap", "model", "independent"])
@pytest.mark.parametrize(("answer", "value"), [(1, 1.0), (5, 0.0)])
def test_answers_that_are_all_alike_have_the_limit_of_so_few_raters(
    interval, answer, value
) -> None:
    _, rater, artwork = one_condition()
    alike = np.full(len(rater), answer)
    found = psr.protection_success_rate(
        alike, rater, artwork, success=(1, 2), interval=interval, **options(interval)
    )
    limit = 0.05 ** (1 / 12)
    expected = (limit, 1.0) if value else (0.0, 1 - limit)
    assert (found.answers.low, found.answers.high) == pytest.approx(expected)
    assert "Clopper-Pearson limit at 12 raters" in found.answers.method
    assert found.artworks.value == value
    assert found.artworks.low <= value <= found.artworks.high
    assert found.artworks.high - found.artworks.low > 0.2


def test_one_rater_or_one_artwork_has_no_interval() -> None:
    one = psr.protection_success_rate([1, 2, 4], [1, 1, 1], [1, 2, 3], success=(1, 2))
    assert "one rater says nothing" in one.answers.method
    assert "one rater says nothing" in one.artworks.method
    other = psr.protection_success_rate([1, 2, 4], [1, 2, 3], [1, 1, 1], success=(1, 2))
    assert "one item says nothing" in other.answers.method
    assert "one artwork says nothing" in other.artworks.method


def test_covariances_of_signs_are_those_of_the_bivariate_normal() -> None:
    middle, correlation = np.array([0.3, -0.5]), np.array([[1, 0.6], [0.6, 1]])
    found = _indicator_covariances(middle, correlation)[0, 1]
    expected = multivariate_normal.cdf(middle, cov=correlation) - norm.cdf(middle).prod()
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_range_in_the_middle_of_the_scale_counts_medians_within_it() -> None:
    values, rater, artwork = one_condition(raters=15)
    found = psr.protection_success_rate(values, rater, artwork, success=(2, 3)).artworks
    medians = [np.median(values[artwork == a]) for a in np.unique(artwork)]
    assert found.value == np.mean([2 <= median <= 3 for median in medians])
    assert found.low < found.value < found.high


def test_raters_in_common_widen_the_share_of_artworks() -> None:
    values, rater, artwork = one_condition(raters=9, artworks=60, logits=(0.0, 0.3))
    found = psr.protection_success_rate(values, rater, artwork, success=(1, 2)).artworks
    alone = np.sqrt(found.value * (1 - found.value) / 59)
    assert found.se > 1.3 * alone


@given(st.permutations(range(120)))
@settings(max_examples=10, deadline=None)
def test_order_does_not_matter(order) -> None:
    columns = one_condition()
    moved = [column[list(order)] for column in columns]
    one, other = (psr.protection_success_rate(*table, success=(1, 2)) for table in (columns, moved))
    assert (other.answers.low, other.artworks.low) == pytest.approx(
        (one.answers.low, one.artworks.low)
    )


@given(st.integers(1, 4))
def test_a_wider_range_of_success_is_no_smaller_share(last) -> None:
    found = [
        psr.protection_success_rate(*one_condition(), success=(1, end)).answers.value
        for end in (last, last + 1)
    ]
    assert found[0] <= found[1]


REFUSED = [
    ({"success": (3, 1)}, "first and the last point"),
    ({"interval": "wilson"}, "interval is one of"),
    ({"interval": "bootstrap"}, "needs a generator"),
    ({"level": 1.5}, "between 0 and 1"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_what_makes_no_sense_is_refused(change, said) -> None:
    with pytest.raises(BadData, match=said):
        psr.protection_success_rate(*one_condition(), **change)


# --- two conditions


@pytest.mark.parametrize("interval", ["clustered", "bootstrap", "model"])
def test_a_difference_is_found_and_tested(interval) -> None:
    values, rater, artwork, second = study(raters=20, artworks=14)
    found = psr.difference(
        values, rater, artwork, second, success=(1, 2), interval=interval, **options(interval)
    )
    raw = (values[second] <= 2).mean() - (values[~second] <= 2).mean()
    assert found.estimate.value == pytest.approx(raw, abs=0.02)
    assert found.estimate.low > 0
    assert found.p < 0.01
    assert (found.shared_raters, found.shared_artworks) == (20, 14)


def test_shared_raters_and_artworks_make_it_more_precise() -> None:
    values, rater, artwork, second = study(raters=20, artworks=14)
    paired = psr.difference(values, rater, artwork, second, success=(1, 2))
    apart = psr.difference(
        values, rater + 100 * second, artwork + 100 * second, second, success=(1, 2)
    )
    assert paired.estimate.value == apart.estimate.value
    assert paired.estimate.se < 0.8 * apart.estimate.se
    assert apart.shared_raters == 0


def test_swapping_conditions_turns_the_sign() -> None:
    values, rater, artwork, second = study()
    one = psr.difference(values, rater, artwork, second, success=(1, 2))
    other = psr.difference(values, rater, artwork, ~second, success=(1, 2))
    assert (other.estimate.low, other.estimate.high) == pytest.approx(
        (-one.estimate.high, -one.estimate.low)
    )
    assert other.p == pytest.approx(one.p)


def test_a_clean_arm_at_zero_is_no_certainty() -> None:
    values, rater, artwork, second = study()
    values = np.where(second, values, 5)
    found = psr.difference(values, rater, artwork, second, success=(1, 2))
    alone = psr.protection_success_rate(
        values[second], rater[second], artwork[second], success=(1, 2)
    ).answers
    assert found.estimate.se > alone.se
    model = psr.difference(values, rater, artwork, second, success=(1, 2), interval="model")
    assert "take the clustered interval" in str(model)


def test_equal_conditions_are_equivalent_within_a_wide_margin_only() -> None:
    table = study(logits=(0.5, 0.5), raters=30, artworks=24)
    wide = psr.equivalence(*table, margin=0.15, success=(1, 2))
    narrow = psr.equivalence(*table, margin=0.01, success=(1, 2))
    assert wide.equivalent
    assert not narrow.equivalent
    assert str(wide).startswith("equivalent within ±15.0%")
    assert "not shown to be equivalent" in str(narrow)


@given(st.floats(0.01, 0.3), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_equivalence_is_that_the_interval_lies_within_the_margin(margin, seed) -> None:
    found = psr.equivalence(*study(seed, logits=(0.3, 0.5)), margin=margin, success=(1, 2))
    estimate = found.difference.estimate
    assert estimate.level == 0.9
    assert found.equivalent == (-margin < estimate.low and estimate.high < margin)


@given(st.floats(0.01, 0.3), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_non_inferiority_is_that_the_lower_end_is_above_the_margin(margin, seed) -> None:
    found = psr.non_inferiority(*study(seed, logits=(0.3, 0.5)), margin=margin, success=(1, 2))
    assert found.non_inferior == (found.difference.estimate.low > -margin)


def test_margins_are_shares() -> None:
    with pytest.raises(BadData, match="margin is a share"):
        psr.equivalence(*study(), margin=5)
    with pytest.raises(BadData, match="both conditions"):
        psr.difference([1, 2], [1, 2], [1, 2], [True, True])


@pytest.mark.parametrize("interval", ["clustered", "model"])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.999])
def test_another_level_gives_what_computing_anew_does(interval, level) -> None:
    columns = study(raters=20, artworks=14)
    found = psr.difference(*columns, success=(1, 2), interval=interval)
    anew = psr.difference(*columns, success=(1, 2), interval=interval, level=level)
    assert found.at(level) == anew.estimate
    assert found.at(0.95) == found.estimate


def test_another_level_must_be_computed_anew_where_the_error_itself_is_of_the_level() -> None:
    values, *columns, second = study()
    values = np.where(second, values, 5)
    assert psr.difference(values, *columns, second, success=(1, 2)).at(0.99) is None
    drawn = psr.difference(
        *study(), success=(1, 2), interval="bootstrap", **options("bootstrap")
    )  # fmt: skip
    assert drawn.at(0.99) is None
    with pytest.raises(BadData, match="between 0 and 1"):
        drawn.at(1.0)


def test_intervals_that_hold_together_are_those_of_the_joint_level() -> None:
    values, rater, artwork, second = study()
    conditions = np.where(second, "cloak", "clean")
    conditions[(artwork > 4) & second] = "glaze"
    for answers in (values, np.where(second, values, 5)):
        found = psr.compare(answers, rater, artwork, conditions, reference="clean", success=(1, 2))
        for name, joint in found.simultaneous.items():
            both = np.isin(conditions, ["clean", name])
            columns = answers[both], rater[both], artwork[both], conditions[both] == name
            level = joint.estimate.level
            assert level == pytest.approx(0.975)
            assert joint == psr.difference(*columns, success=(1, 2), level=level)


def test_every_condition_is_held_against_the_clean_one() -> None:
    values, rater, artwork, second = study()
    conditions = np.where(second, "cloak", "clean")
    conditions[(artwork > 4) & second] = "glaze"
    found = psr.compare(values, rater, artwork, conditions, reference="clean", success=(1, 2))
    assert list(found.shares) == ["clean", "cloak", "glaze"]
    assert list(found.differences) == ["cloak", "glaze"]
    for name, each in found.differences.items():
        assert found.adjusted[name] >= each.p
        joint = found.simultaneous[name].estimate
        assert joint.low < each.estimate.low < each.estimate.high < joint.high
    with pytest.raises(BadData, match="The reference 'none'"):
        psr.compare(values, rater, artwork, conditions, reference="none")
