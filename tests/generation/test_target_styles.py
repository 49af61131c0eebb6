"""Target styles: far enough from the victim's, drawn by seed."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from generation.networks import Networks
from generation.target_styles import NoTargetStyle, candidates, centroid, distances, draw
from tests.generation.tiny import pictures

LINE = {f"painter-{place}": np.full(4, place, np.float32) for place in range(9)}
"""Painters on a line: painter-0 is 2, 4, ... 16 away from the others."""


def test_distances_are_between_centroids_nearest_first() -> None:
    assert list(distances("painter-0", LINE).items())[:2] == [
        ("painter-1", 2.0),
        ("painter-2", 4.0),
    ]


def test_the_victim_is_no_candidate() -> None:
    assert "painter-4" not in distances("painter-4", LINE)


def test_candidates_lie_between_the_two_quantiles() -> None:
    assert candidates("painter-0", LINE) == ["painter-5", "painter-6"]


def test_with_few_painters_the_one_nearest_the_middle_is_the_candidate() -> None:
    few = {name: LINE[name] for name in ("painter-0", "painter-1", "painter-8")}
    assert candidates("painter-0", few) == ["painter-8"]


def test_one_other_painter_is_enough() -> None:
    assert candidates("painter-0", {name: LINE[name] for name in ("painter-0", "painter-3")}) == [
        "painter-3"
    ]


def test_without_another_painter_it_is_said_what_is_missing() -> None:
    with pytest.raises(NoTargetStyle, match="at least one other painter"):
        draw("painter-0", {"painter-0": LINE["painter-0"]}, seed=1)


def test_an_unknown_victim_is_said() -> None:
    with pytest.raises(NoTargetStyle, match="no centroid of nobody"):
        draw("nobody", LINE, seed=1)


@given(st.integers(0, 2**32))
def test_a_seed_draws_the_same_candidate_each_time(seed: int) -> None:
    assert draw("painter-0", LINE, seed) == draw("painter-0", LINE, seed)
    assert draw("painter-0", LINE, seed) in candidates("painter-0", LINE)


def test_every_candidate_is_drawn_by_some_seed() -> None:
    drawn = {draw("painter-0", LINE, seed) for seed in range(20)}
    assert drawn == set(candidates("painter-0", LINE))


def test_the_order_of_painters_does_not_matter() -> None:
    turned = dict(reversed(LINE.items()))
    assert [draw("painter-3", turned, seed) for seed in range(9)] == [
        draw("painter-3", LINE, seed) for seed in range(9)
    ]


def test_a_centroid_is_the_mean_latent(tiny_networks: Networks) -> None:
    images = pictures(3)
    found = centroid(images, tiny_networks.autoencoder)
    expected = tiny_networks.autoencoder.encode(images).mean(0).flatten()
    assert found.shape == (4 * 4 * 6,)
    torch.testing.assert_close(torch.from_numpy(found), expected)
