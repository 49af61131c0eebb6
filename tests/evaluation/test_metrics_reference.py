"""Metrics of pixels against what other packages say of the same pictures (tests/data/metrics)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from evaluation.metrics import METRICS
from evaluation.seeing.natural_scenes import contrast, fitted, grey, halved
from evaluation.seeing.windows import doubled
from generation.networks import Networks, NetworkUnavailable, load
from tests.evaluation import tiny_quality

PATTERN = tiny_quality.pattern()
VALUES = json.loads((tiny_quality.DATA / "values.json").read_text())
SIZES = [tuple(map(int, name.split("x"))) for name in VALUES]
SAME = [
    ("psnr", {}, "psnr"),
    ("ssim", {}, "ssim-skimage"),
    ("ssim", {"implementation": "skimage-uniform"}, "ssim-skimage-uniform"),
    ("ssim", {"implementation": "sewar"}, "ssim-sewar"),
    ("vif", {}, "vif-sewar"),
    ("vif", {"implementation": "piq"}, "vif-piq"),
    ("vif", {"sigma_nsq": 0.4}, "vif-sewar-0.4"),
]


def both(height: int, width: int) -> tuple[Tensor, Tensor]:
    """The altered picture and its original, [1, 3, H, W] each."""
    original, altered = (
        torch.tensor(each).permute(2, 0, 1)[None].float() / 255
        for each in PATTERN.pair(height, width)
    )
    return altered, original


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Networks:
    home = tmp_path_factory.mktemp("quality")
    tiny_quality.write_dists(home)
    tiny_quality.write_brisque(home)
    return load({"dists": "tiny-dists", "brisque": "tiny-brisque"}, home)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("name", "settings", "value"), SAME, ids=[each[2] for each in SAME])
def test_a_metric_is_what_the_named_package_says(name, settings, value, size) -> None:
    found = METRICS.build(name, settings).score(*both(*size), None)
    assert found.item() == pytest.approx(VALUES["{}x{}".format(*size)][value], abs=1e-6)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_noise_level_is_scikit_images_but_for_details_that_are_none(size) -> None:
    """estimate_sigma leaves out zeros, but not those that rounding made 1e-17 of."""
    found = METRICS.build("noise_level").score(both(*size)[0], both(*size)[0], None)
    known = VALUES["{}x{}".format(*size)]["noise-wavelet"]
    assert found.item() == pytest.approx(known, rel=0.01)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_one_minus_the_blur_effect_is_scikit_images(size) -> None:
    found = METRICS.build("sharpness").score(both(*size)[0], both(*size)[0], None)
    assert found[0, 0].item() == pytest.approx(VALUES["{}x{}".format(*size)]["reblur"], abs=1e-9)


def test_ms_ssim_is_piqs_where_no_side_is_odd_and_not_sewars() -> None:
    altered, original = (each[..., :176, :192] for each in both(182, 202))
    found = METRICS.build("ms_ssim").score(altered, original, None).item()
    known = VALUES["182x202"]
    assert found == pytest.approx(known["ms-ssim-piq-176x192"], abs=5e-6)  # its window is float32
    assert abs(found - known["ms-ssim-sewar-176x192"]) > 0.001


def test_ms_ssim_of_one_scale_is_ssim() -> None:
    pictures = both(64, 48)
    one = METRICS.build("ms_ssim", {"scales": 1}).score(*pictures, None).item()
    assert one == pytest.approx(VALUES["64x48"]["ssim-skimage"], abs=1e-9)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_dists_is_the_authors_class_around_the_same_small_network(size, networks) -> None:
    metric = METRICS.build("dists", {"size": "as-is"})
    found = metric.score(*both(*size), networks).item()
    assert found == pytest.approx(VALUES["{}x{}".format(*size)]["dists"], abs=2e-6)


def test_dists_shrinks_large_pictures_as_the_authors_do(networks) -> None:
    pictures = both(300, 410)
    shrunk, whole = (
        METRICS.build("dists", {"size": size}).score(*pictures, networks).item()
        for size in ("256", "as-is")
    )
    assert abs(shrunk - whole) > 1e-3


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_statistics_of_scenes_are_those_of_piqs_brisque(size) -> None:
    first = grey(doubled(both(*size)[0]))
    fields = [contrast(each, "constant")[0][:, 0] for each in (first, halved(first))]
    found = torch.cat([fitted(each) for each in fields], 1)[0]
    known = np.array(VALUES["{}x{}".format(*size)]["brisque-statistics"])
    # piq looks for the nearest ratio, or its inverse, in a table of steps of 0.001
    np.testing.assert_allclose(found, known, atol=0.0011)
    # and its weights of the colours are float32, so that some level is rounded the other way
    assert np.median(np.abs(found.numpy() - known)) < 1e-5


def test_brisques_regression_is_libsvms_formula(networks) -> None:
    svr = networks.brisque
    features = torch.linspace(-1, 1, 36, dtype=torch.float64)[None]
    model, ranges = PATTERN.small_regression()
    low, high = np.array([line.split()[1:] for line in ranges.splitlines()[2:]], float).T
    scaled = 2 * (features[0].numpy() - low) / (high - low) - 1
    total = 30.0
    for line in model.splitlines()[7:]:
        weight, *pairs = line.split()
        vector = np.array([float(pair.split(":")[1]) for pair in pairs])
        total += float(weight) * np.exp(-0.05 * ((scaled - vector) ** 2).sum())
    assert svr.predict(features).item() == pytest.approx(total)


def test_a_regression_of_another_kind_is_refused_with_its_file(tmp_path: Path) -> None:
    tiny_quality.write_brisque(tmp_path)
    file = tmp_path / "tiny-brisque" / "allmodel"
    file.write_text(file.read_text().replace("rbf", "linear"))
    with pytest.raises(NetworkUnavailable, match=r"allmodel.*rbf"):
        load({"brisque": "tiny-brisque"}, tmp_path)
    with pytest.raises(NetworkUnavailable, match="allmodel and allrange"):
        load({"brisque": "elsewhere"}, tmp_path)


def test_dists_names_the_weights_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(NetworkUnavailable, match=r"dists\.safetensors"):
        load({"dists": "elsewhere"}, tmp_path)


@pytest.mark.parametrize("estimator", ["wavelet", "immerkaer"])
def test_the_noise_level_is_the_noise_that_was_added(estimator: str) -> None:
    noise = torch.randn(1, 3, 128, 96, generator=torch.Generator().manual_seed(1))
    ramp = torch.linspace(0.3, 0.7, 96).expand(1, 3, 128, 96)
    metric = METRICS.build("noise_level", {"estimator": estimator})
    noisy = ramp + 0.04 * noise
    assert metric.score(noisy, noisy, None).item() == pytest.approx(0.04, rel=0.03)


def test_sharpness_does_not_depend_on_contrast() -> None:
    picture = both(182, 202)[0] * 0.9
    faint = (picture - 0.5) / 2 + 0.5
    plain, low = (METRICS.build("sharpness").score(each, each, None) for each in (picture, faint))
    assert low.flatten().tolist() == pytest.approx(plain.flatten().tolist(), rel=0.01)


def test_white_noise_has_twenty_times_its_variance_in_its_laplacian() -> None:
    noise = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(2))
    value = METRICS.build("sharpness").score(noise, noise, None)[0, 1].item()
    assert value == pytest.approx(20, rel=0.02)  # 4² + 4 · 1² of independent pixels
