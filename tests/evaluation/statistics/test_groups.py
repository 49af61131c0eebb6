"""Artists and crowd: true scores, and how many of one equal one of the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.estimate import BadData
from evaluation.statistics.groups import expert_vs_crowd

EXPERT_NOISE, CROWD_NOISE, LENIENCY = 0.5, 1.2, 0.16  # variances; true scores have 1


def ratings(
    seed: int,
    *,
    r: float = 0.95,
    experts: int = 12,
    crowd: int = 40,
    items: int = 40,
    filled: float = 1.0,
    bias: float = 0.0,
) -> tuple[np.ndarray, ...]:
    """Values, raters, items and whether an expert answered; true scores correlate by `r`."""
    rng = np.random.default_rng(seed)
    true = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], items)
    parts = []
    for group, (count, noise) in enumerate(((experts, EXPERT_NOISE), (crowd, CROWD_NOISE))):
        lenient = np.sqrt(LENIENCY) * rng.normal(size=(count, 1))
        y = true[:, group] + lenient + np.sqrt(noise) * rng.normal(size=(count, items))
        who, what = np.nonzero(rng.random((count, items)) < filled)
        y = y[who, what] + bias * (group == 0)
        parts.append((y, who + 1000 * group, what, np.full(len(who), group == 0)))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def compared(columns, seed: int = 1, **keywords):
    return expert_vs_crowd(
        *columns, generator=np.random.default_rng(seed), replicates=300, **keywords
    )


@pytest.mark.parametrize("filled", [1.0, 0.4])
def test_what_was_put_in_is_found_on_average(filled) -> None:
    found = [compared(ratings(seed, filled=filled, items=60)) for seed in range(12)]
    reliable = 1 / (1 + LENIENCY + EXPERT_NOISE), 1 / (1 + LENIENCY + CROWD_NOISE)
    for name, true in zip(("experts", "crowd"), reliable, strict=True):
        assert np.mean([f.groups[name].reliability.value for f in found]) == pytest.approx(
            true, abs=0.04
        )
        assert np.mean([f.groups[name].item_sd.value for f in found]) == pytest.approx(1, abs=0.08)
    assert np.mean([f.true_score_correlation.value for f in found]) == pytest.approx(0.95, abs=0.02)
    wanted = reliable[0] / (0.95**2 - reliable[0]) * (1 - reliable[1]) / reliable[1]
    assert np.median([f.crowd_per_expert.value for f in found]) == pytest.approx(wanted, rel=0.3)


def test_observed_means_correlate_less_than_true_scores() -> None:
    found = compared(ratings(3, experts=3, crowd=4))
    assert found.observed_correlation.value < found.true_score_correlation.value


def test_one_set_of_raters_in_halves_correlates_perfectly() -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(size=(1, 50)) + rng.normal(size=(30, 50))
    who, what = np.nonzero(np.ones((30, 50)))
    found = compared((y.ravel(), who, what, who < 15))
    assert found.true_score_correlation.low < 1 < found.true_score_correlation.high
    assert found.crowd_per_expert.value == pytest.approx(1, abs=0.35)


def test_different_true_scores_need_infinitely_many() -> None:
    found = compared(ratings(5, r=0.5))
    assert found.crowd_per_expert.value == np.inf
    assert "no number of crowd raters" in str(found.crowd_per_expert)


def test_bias_is_seen_and_does_not_touch_the_correlation() -> None:
    plain, biased = (compared(ratings(6, bias=bias)) for bias in (0.0, 2.0))
    assert biased.bias.value == pytest.approx(plain.bias.value + 2)
    assert biased.bias.excludes(0.0)
    assert not plain.bias.excludes(0.0)
    assert biased.true_score_correlation.value == pytest.approx(plain.true_score_correlation.value)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_order_labels_shift_and_scale_do_not_matter(random) -> None:
    y, who, what, expert = ratings(7, experts=4, crowd=6, items=12, filled=0.8)
    order = random.sample(range(len(y)), len(y))
    one = compared((y, who, what, expert))
    names = [f"person {who[k]:05}" for k in order]
    other = compared((3 * y[order] - 40, names, what[order], expert[order]))
    assert one.true_score_correlation.low == pytest.approx(other.true_score_correlation.low)
    assert one.groups["crowd"].reliability.value == pytest.approx(
        other.groups["crowd"].reliability.value
    )
    assert 3 * one.groups["crowd"].rest_sd.value == pytest.approx(
        other.groups["crowd"].rest_sd.value
    )


def test_items_of_one_artwork_are_drawn_together() -> None:
    y, who, what, expert = ratings(8, items=40)
    found = compared((y, who, what, expert), clusters=what // 4)
    assert "10 clusters of items" in found.true_score_correlation.method


def test_items_of_one_group_are_left_out_and_counted() -> None:
    y, who, what, expert = ratings(9)
    kept = ~(expert & (what < 5))
    found = compared((y[kept], who[kept], what[kept], expert[kept]))
    assert (found.items, found.items_left_out) == (35, 5)


def test_items_that_do_not_differ_leave_it_undefined() -> None:
    y, who, what, expert = ratings(10)
    flat = np.where(expert, who % 7, y)
    found = compared((flat, who, what, expert))
    assert not found.true_score_correlation.defined
    assert "no true differences" in found.true_score_correlation.method
    assert "no true differences" in found.crowd_per_expert.method


def test_bad_tables_are_refused() -> None:
    y, who, what, expert = ratings(11)
    one, few = ~expert | (who == 0), what < 2
    with pytest.raises(BadData, match="both groups"):
        compared((y, who, what, expert & (what < 20)))
    with pytest.raises(BadData, match="at least two raters"):
        compared((y[one], who[one], what[one], expert[one]))
    with pytest.raises(BadData, match="twice"):
        compared(tuple(np.concatenate([c, c[:1]]) for c in (y, who, what, expert)))
    with pytest.raises(BadData, match="judged by both"):
        compared((y[few], who[few], what[few], expert[few]))
