"""Budgets: what is projected, what is settled on the 8-bit grid, and what is measured there."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from generation import pixels
from generation.budgets import Budget, measure, project, settle, visible
from generation.networks import Networks
from tests.generation.tiny import pictures

NORMS = ("linf", "l2", "lpips")

seeds = st.integers(0, 2**31)


def loud(count: int, seed: int) -> torch.Tensor:
    """Random colours: far from any picture."""
    return torch.rand(count, 3, 32, 48, generator=torch.Generator().manual_seed(seed))


@given(seeds, st.floats(0, 0.2))
def test_the_linf_budget_holds_of_the_saved_image(seed: int, value: float) -> None:
    originals = pictures(2, seed)
    settled = settle(loud(2, seed), originals, Budget("linf", value))
    saved = pixels.read_png(pixels.write_png(settled[0]))
    # a budget a rounding error below n/255 means n levels, as 0.1 + 0.1 + ... would give it
    assert measure(saved, originals[:1])["linf"][0] <= value + 1e-8


@given(seeds, st.integers(1, 64))
def test_a_budget_in_levels_is_used_to_the_last_level(seed: int, most: int) -> None:
    settled = settle(loud(2, seed), pictures(2, seed), Budget("linf", most / 255))
    assert measure(settled, pictures(2, seed))["linf"] == [most / 255] * 2


@given(seeds, st.floats(0, 20))
def test_the_l2_budget_holds_of_the_saved_image(seed: int, value: float) -> None:
    settled = settle(loud(2, seed), pictures(2, seed), Budget("l2", value))
    assert max(measure(settled, pictures(2, seed))["l2"]) <= value


@pytest.mark.parametrize("value", [0.0, 1e-6, 0.001, 0.01, 0.05])
def test_the_lpips_budget_holds_of_the_saved_image(value: float, tiny_networks: Networks) -> None:
    originals = pictures(3)
    settled = settle(loud(3, 1), originals, Budget("lpips", value), tiny_networks.perceptual)
    for number in range(3):
        saved = pixels.read_png(pixels.write_png(settled[number]))
        realised = measure(saved, originals[number : number + 1], tiny_networks.perceptual)
        assert realised["lpips"][0] <= value


def test_back_tracking_leaves_no_more_of_the_budget_than_it_must(tiny_networks: Networks) -> None:
    originals = pictures(2)
    whole = measure(loud(2, 1), originals, tiny_networks.perceptual)["lpips"]
    half = Budget("lpips", min(whole) / 2)
    settled = settle(loud(2, 1), originals, half, tiny_networks.perceptual)
    assert min(measure(settled, originals, tiny_networks.perceptual)["lpips"]) > 0.95 * half.value


def test_an_image_within_its_budget_is_only_rounded(tiny_networks: Networks) -> None:
    originals = pictures(2)
    near = (originals + 0.3 / 255).clamp(0, 1)
    settled = settle(near, originals, Budget("lpips", 0.5), tiny_networks.perceptual)
    assert torch.equal(settled, pixels.quantise(near))


@pytest.mark.parametrize("norm", NORMS)
def test_an_image_that_fits_does_not_feel_one_that_does_not(
    norm: str, tiny_networks: Networks
) -> None:
    originals = pictures(2)
    mixed = torch.cat([originals[:1], loud(1, 3)])
    settled = settle(mixed, originals, Budget(norm, 0.01), tiny_networks.perceptual)
    assert torch.equal(settled[0], originals[0])
    assert not torch.equal(settled[1], originals[1]) or norm == "l2"


@given(seeds, st.sampled_from(["linf", "l2"]), st.floats(0, 5))
def test_a_projected_image_is_within_its_budget(seed: int, norm: str, value: float) -> None:
    originals = pictures(2, seed)
    change = project(loud(2, seed), originals, Budget(norm, value)) - originals
    order = {"linf": float("inf"), "l2": 2.0}[norm]
    assert torch.linalg.vector_norm(change.flatten(1), order, dim=1).max() <= value + 1e-5


def test_projecting_leaves_what_is_within_the_budget() -> None:
    near = (pictures(2) + 0.001).clamp(0, 1)
    torch.testing.assert_close(project(near, pictures(2), Budget("l2", 50)), near)


def test_lpips_has_no_projection() -> None:
    with pytest.raises(ValueError, match="penalise it"):
        project(pictures(1), pictures(1), Budget("lpips", 0.1))


def test_an_lpips_budget_without_the_network_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the perceptual network"):
        settle(loud(1, 0), pictures(1), Budget("lpips", 0.1))


@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_a_budget_below_nothing_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        Budget("linf", value)


def test_distances_are_measured_on_0_to_1() -> None:
    black, one = torch.zeros(1, 3, 32, 48), torch.zeros(1, 3, 32, 48)
    one[0, 0, 0, 0], one[0, 1, 0, 0] = 3 / 255, 4 / 255
    assert measure(one, black) == {"linf": [4 / 255], "l2": [5 / 255]}


def test_measuring_does_not_depend_on_the_company(tiny_networks: Networks) -> None:
    images, originals = pictures(5, 1), pictures(5, 2)
    together = measure(images, originals, tiny_networks.perceptual)["lpips"]
    alone = [
        measure(images[i : i + 1], originals[i : i + 1], tiny_networks.perceptual)["lpips"][0]
        for i in range(5)
    ]
    assert alone == together


def test_the_last_row_and_column_are_invisible_to_squeezenet(tiny_networks: Networks) -> None:
    seen = visible(pictures(1), tiny_networks.perceptual)[0, 0]
    changed = pictures(1)
    changed[..., -1, :], changed[..., :, -1] = 0, 0
    reference = tiny_networks.perceptual.features(pictures(1))
    assert tiny_networks.perceptual.distance(changed, reference).item() == 0
    assert seen[:-1, :-1].all()
    assert not seen[-1].any()
    assert not seen[:, -1].any()
