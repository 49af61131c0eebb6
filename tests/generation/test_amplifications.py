"""Enlarged differences: exact, clipped, and nothing where there is no difference."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from config.plugins import PluginError
from generation import steps
from generation.amplifications import AMPLIFICATIONS
from generation.networks import Networks
from generation.progress import silent

BARE = Networks(torch.device("cpu"), {}, {})


def amplified(images: torch.Tensor, references: torch.Tensor, factor: float) -> torch.Tensor:
    inputs = {"image": images, "reference": references}
    seeds = [torch.Generator().manual_seed(1) for _ in images]
    name = "difference"
    return steps.run("amplification", name, {"factor": factor}, inputs, BARE, seeds, silent)


def pictures(seed: int) -> torch.Tensor:
    levels = torch.randint(0, 256, (2, 3, 8, 9), generator=torch.Generator().manual_seed(seed))
    return levels / 255


@given(st.integers(0, 99), st.floats(1, 16))
@settings(max_examples=25, deadline=None)
def test_every_pixel_is_moved_farther_by_the_factor_and_cut_off_at_the_ends(
    seed: int, factor: float
) -> None:
    images, references = pictures(seed), pictures(seed + 1)
    wanted = (references + factor * (images - references)).clamp(0, 1)
    assert torch.allclose(amplified(images, references, factor), wanted, atol=0.5 / 255 + 1e-6)


def test_a_picture_like_its_reference_stays_as_it_is() -> None:
    images = pictures(3)
    assert torch.equal(amplified(images, images, 8.0), images)


def test_a_factor_of_one_changes_nothing() -> None:
    assert torch.equal(amplified(pictures(1), pictures(2), 1.0), pictures(1))


def test_the_reference_is_asked_for_in_a_sentence() -> None:
    seeds, one = [torch.Generator(), torch.Generator()], {"image": pictures(1)}
    with pytest.raises(steps.StepError, match="takes the images image, reference"):
        steps.run("amplification", "difference", {"factor": 2.0}, one, BARE, seeds, silent)


def test_differences_are_enlarged_and_never_made_smaller() -> None:
    with pytest.raises(PluginError, match="factor"):
        AMPLIFICATIONS.build("difference", {"factor": 0.5})
