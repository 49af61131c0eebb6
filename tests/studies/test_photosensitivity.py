"""Pairs of pictures that flash, and pairs that do not (WCAG 2.2, 2.3.1)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy import uint8
from numpy.typing import NDArray

from studies.showing.photosensitivity import MOST, NO_FLASH, SHARE, Flash, flash, worst

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
SMALL = arrays(uint8, (6, 8, 3))


def plain(colour: tuple[int, int, int], height: int = 512, width: int = 512) -> NDArray[uint8]:
    return np.full((height, width, 3), colour, uint8)


def spot(
    side: int, colour: tuple[int, int, int] = WHITE, ground: tuple[int, int, int] = BLACK
) -> NDArray[uint8]:
    """A square of one colour in the middle of a field of another."""
    picture = plain(ground)
    start = 256 - side // 2
    picture[start : start + side, start : start + side] = colour
    return picture


def test_black_and_white_flash_all_over_and_may_alternate_three_times_a_second_at_most():
    found = flash(plain(BLACK), plain(WHITE))
    assert (found.general, found.red) == (1.0, 0.0)
    assert not found.below
    assert (found.allowed(10), found.allowed(1.5)) == (MOST, 1.5)
    assert "luminance changes in 100% of ten degrees" in found.reason


def test_a_pair_that_does_not_flash_may_alternate_at_any_rate():
    found = flash(plain((120, 120, 120)), plain((125, 122, 119)))
    assert found == NO_FLASH
    assert (found.allowed(10), found.reason) == (10, "")


@pytest.mark.parametrize(
    ("one", "other", "flashes"),
    [
        ((0, 0, 0), (88, 88, 88), False),  # relative luminance 0.0976
        ((0, 0, 0), (90, 90, 90), True),  # 0.1022
        ((231, 231, 231), (244, 244, 244), True),  # 0.799 → 0.905: the darker one is below 0.80
        ((232, 232, 232), (255, 255, 255), False),  # 0.807 → 1: both are bright
    ],
)
def test_a_general_flash_is_a_tenth_of_luminance_with_the_darker_picture_below_four_fifths(
    one: tuple[int, int, int], other: tuple[int, int, int], flashes: bool
):
    assert (flash(plain(one), plain(other)).general == 1.0) is flashes


@pytest.mark.parametrize(
    ("one", "other", "flashes"),
    [
        ((255, 0, 0), (0, 0, 0), True),
        ((255, 0, 0), (255, 255, 255), True),
        ((255, 0, 0), (0, 0, 255), True),
        ((255, 0, 0), (252, 0, 0), False),  # saturated, but it hardly changes
        ((0, 0, 255), (0, 255, 0), False),  # no red in it
        ((200, 120, 110), (120, 60, 50), False),  # reddish, not saturated
    ],
)
def test_a_red_flash_is_a_change_to_or_from_a_saturated_red(
    one: tuple[int, int, int], other: tuple[int, int, int], flashes: bool
):
    assert (flash(plain(one), plain(other)).red == 1.0) is flashes


def test_less_than_a_quarter_of_ten_degrees_is_below_the_threshold():
    quarter = (SHARE * 341 * 256) ** 0.5  # 147.7 pixels
    assert flash(plain(BLACK), spot(int(quarter))).below
    assert not flash(plain(BLACK), spot(int(quarter) + 1)).below


def test_enlarging_makes_a_flash_larger():
    pair = plain(BLACK), spot(100)
    shares = [flash(*pair, largest_scale=scale).general for scale in (0.5, 1, 1.6, 4)]
    assert shares == sorted(shares)
    assert flash(*pair).below
    assert not flash(*pair, largest_scale=1.6).below


def test_flashes_far_from_each_other_are_not_in_one_field_of_view():
    scattered = plain(BLACK, 1200, 1200)
    for x in (0, 1080):
        for y in (0, 1080):
            scattered[y : y + 120, x : x + 120] = 255
    assert flash(plain(BLACK, 1200, 1200), scattered).general == pytest.approx(
        120 * 120 / (341 * 256)
    )


def test_a_picture_smaller_than_the_field_of_view_fills_only_a_part_of_it():
    found = flash(plain(BLACK, 64, 64), plain(WHITE, 64, 64))
    assert found.general == pytest.approx(64 * 64 / (341 * 256))


def test_the_worst_of_several_pairs_is_told_for_each_kind_of_flash():
    assert worst([Flash(0.1, 0.4), Flash(0.3, 0.0)]) == Flash(0.3, 0.4)
    assert worst([]) == NO_FLASH


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="one size"):
        flash(plain(BLACK, 10, 10), plain(BLACK, 10, 12))


@given(SMALL)
def test_a_picture_never_flashes_with_itself(picture: NDArray[uint8]):
    assert flash(picture, picture, 16) == NO_FLASH


@given(SMALL, SMALL)
def test_a_pair_flashes_the_same_whichever_comes_first(one: NDArray[uint8], other: NDArray[uint8]):
    assert flash(one, other, 40) == flash(other, one, 40)


@given(SMALL, SMALL, st.integers(0, 8))
def test_more_of_a_change_never_flashes_less(
    one: NDArray[uint8], other: NDArray[uint8], columns: int
):
    partly = one.copy()
    partly[:, :columns] = other[:, :columns]
    some, all_of_it = flash(one, partly, 40), flash(one, other, 40)
    assert some.general <= all_of_it.general
    assert some.red <= all_of_it.red
    assert all_of_it.allowed(10) <= some.allowed(10)


@given(SMALL, SMALL, st.floats(0.1, 30))
def test_no_pair_above_a_threshold_is_allowed_more_than_three_rounds_a_second(
    one: NDArray[uint8], other: NDArray[uint8], rate: float
):
    found = flash(one, other, 100)
    assert found.below or found.allowed(rate) <= MOST
    assert found.allowed(rate) <= rate
