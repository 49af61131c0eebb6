"""Metrics on saved pictures: values, contract, and that labels cost no torch."""

import subprocess
import sys
from math import inf, sqrt
from pathlib import Path

import pytest
import torch

from evaluation.metrics import METRICS
from generation.networks import load
from generation.pixels import quantise
from tests.evaluation.tables import REFERENCE

NORMS = ("linf", "l2", "psnr")


def reference_pair() -> tuple[torch.Tensor, torch.Tensor]:
    pair = (REFERENCE["images"][side] for side in ("altered", "original"))
    altered, original = (torch.tensor(rows).permute(2, 0, 1)[None].float() / 255 for rows in pair)
    return altered, original


def pictures(seed: int, count: int = 3) -> torch.Tensor:
    return quantise(torch.rand(count, 3, 24, 20, generator=torch.Generator().manual_seed(seed)))


@pytest.mark.parametrize("name", ["ssim", "psnr"])
def test_values_equal_scikit_images(name: str) -> None:
    found = METRICS.build(name).score(*reference_pair(), networks=None)
    assert found.item() == pytest.approx(REFERENCE["images"][name], abs=1e-6)


def test_norms_of_one_changed_pixel() -> None:
    original = torch.full((1, 3, 16, 16), 100 / 255)
    altered = original.clone()
    altered[0, 0, 3, 4], altered[0, 2, 3, 4] = 103 / 255, 96 / 255
    score = {name: METRICS.build(name).score(altered, original, None).item() for name in NORMS}
    assert score["linf"] == 4 / 255
    assert score["l2"] == pytest.approx(5 / 255)
    assert score["psnr"] == pytest.approx(63.0050, abs=1e-4)  # 10 log10(255² / (25 / 768))


@pytest.mark.parametrize(("name", "value"), [("linf", 0), ("l2", 0), ("ssim", 1), ("psnr", inf)])
def test_equal_pictures_are_as_close_as_can_be(name: str, value: float) -> None:
    images = pictures(1)
    assert METRICS.build(name).score(images, images, None).tolist() == pytest.approx([value] * 3)


def test_ssim_refuses_pictures_smaller_than_its_window() -> None:
    small = torch.zeros(1, 3, 10, 40)
    with pytest.raises(ValueError, match="this one is 40×10"):
        METRICS.build("ssim").score(small, small, None)


def test_labels_and_directions_load_no_torch() -> None:
    code = (
        "import sys; from evaluation.metrics import METRICS; "
        "print([METRICS.load(n).label for n in METRICS.names()], 'torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert ran.stdout.strip().endswith("] False"), ran.stderr
    assert all(label in ran.stdout for label in ("'L∞'", "'LPIPS'", "'NIQE'", "'SSIM'"))


@pytest.mark.real_data
def test_lpips_is_zero_for_equal_pictures_and_falls_with_likeness(real_data: Path) -> None:
    networks = load({"perceptual": "lpips_squeeze"}, real_data / "weights")
    metric, original = (
        METRICS.build("lpips"),
        torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(6)),
    )
    noise = torch.randn(original.shape, generator=torch.Generator().manual_seed(7))
    images = (original + torch.tensor([0.0, 0.1]).view(2, 1, 1, 1) * noise).clamp(0, 1)
    same, noisy = metric.score(images, original, networks).tolist()
    assert same == pytest.approx(0, abs=1e-6)
    assert noisy > 0.01


def test_psnr_of_a_uniform_change_has_the_published_form() -> None:
    original = torch.full((1, 3, 12, 12), 0.2)
    found = METRICS.build("psnr").score(quantise(original + 10 / 255), quantise(original), None)
    assert found.item() == pytest.approx(20 * torch.tensor(25.5).log10().item())
    assert sqrt(255**2 / 10 ** (found.item() / 10)) == pytest.approx(10)
