"""Training sets: nested, seeded, the same whatever the order in which pictures are given."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.training_sets import TrainingSetError, cloaked, divide

PICTURES = st.lists(st.text(min_size=1, max_size=8), unique=True, min_size=2, max_size=40)
SEEDS = st.integers(min_value=0, max_value=2**31)


@given(PICTURES, SEEDS, st.data())
def test_training_and_held_out_pictures_share_nothing_and_miss_nothing(
    pictures: list[str], seed: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(pictures)))
    chosen = divide(pictures, count, seed, "Anna", held_out=len(pictures) - count)
    assert len(chosen.training) == count
    assert sorted([*chosen.training, *chosen.held_out]) == sorted(pictures)


@given(PICTURES, SEEDS, st.randoms())
def test_the_order_in_which_pictures_are_given_changes_nothing(
    pictures: list[str], seed: int, chance: random.Random
) -> None:
    shuffled = list(pictures)
    chance.shuffle(shuffled)
    assert divide(shuffled, 2, seed, "Anna") == divide(pictures, 2, seed, "Anna")
    assert cloaked(shuffled, 0.5, seed) == cloaked(pictures, 0.5, seed)


@given(PICTURES, SEEDS)
def test_a_larger_training_set_holds_the_smaller_one(pictures: list[str], seed: int) -> None:
    every = divide(pictures, len(pictures), seed, "Anna").training
    for count in range(1, len(pictures)):
        assert divide(pictures, count, seed, "Anna").training == every[:count]


@given(PICTURES, SEEDS, st.floats(0, 1), st.floats(0, 1))
def test_at_least_the_share_is_cloaked_by_less_than_one_picture_more_and_shares_are_nested(
    pictures: list[str], seed: int, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    few = cloaked(pictures, small, seed)
    assert small * len(pictures) - 1e-9 <= len(few) < small * len(pictures) + 1 + 1e-9
    assert few <= cloaked(pictures, large, seed) <= set(pictures)


@pytest.mark.parametrize(
    ("share", "number"), [(0, 0), (0.25, 3), (0.5, 5), (0.75, 8), (1.0, 10), (0.1, 1), (0.7, 7)]
)
def test_a_share_that_is_no_whole_number_of_pictures_is_rounded_up(
    share: float, number: int
) -> None:
    assert len(cloaked([str(picture) for picture in range(10)], share, 1)) == number


def test_another_seed_chooses_other_pictures() -> None:
    pictures = [str(number) for number in range(40)]
    chosen = {divide(pictures, 12, seed, "Anna").training for seed in range(5)}
    assert len(chosen) == 5


def test_which_pictures_are_cloaked_says_nothing_of_the_order_of_training() -> None:
    chosen = divide([str(number) for number in range(40)], 20, 7, "Anna")
    assert cloaked(chosen.training, 0.5, 7) != set(chosen.training[:10])


def test_too_few_pictures_are_said_with_how_many_are_missing() -> None:
    with pytest.raises(TrainingSetError, match=r"Anna has 3 pictures; 2 are to train .* 2 are mis"):
        divide(["a", "b", "c"], 2, 0, "Anna", held_out=3)
    with pytest.raises(TrainingSetError, match="at least one"):
        divide(["a"], 0, 0, "Anna")
    with pytest.raises(TrainingSetError, match="between 0 and 1, not 25"):
        cloaked(["a"], 25, 0)
