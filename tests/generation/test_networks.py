"""Networks: found by id, refused with a sentence, loaded once, equal to what they should be."""

import csv
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL
from lpips import LPIPS
from PIL import Image
from torch import Tensor

from generation import pixels
from generation.networks import Networks, NetworkUnavailable, identify, load
from generation.networks.autoencoders import native_bfloat16
from tests.generation import tiny
from tests.generation.tiny import pictures

AUTOENCODER = {"autoencoder": tiny.AUTOENCODER}


def test_importing_the_door_imports_no_torch() -> None:
    code = "import sys, generation.networks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_identifying_imports_no_torch(networks_folder: Path) -> None:
    folder = f"Path({str(networks_folder)!r})"
    code = (
        "import sys; from pathlib import Path; from generation.networks import identify;"
        f"identify('lpips_squeeze', {folder}, 'perceptual'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_is_the_same_network_wherever_it_lies(
    networks_folder: Path, tmp_path: Path
) -> None:
    by_name = identify(tiny.AUTOENCODER, networks_folder, "autoencoder")
    shutil.copytree(networks_folder / tiny.AUTOENCODER, tmp_path / "copy")
    by_path = identify(str(tmp_path / "copy"), None, "autoencoder")
    assert by_name.id == tiny.AUTOENCODER
    assert by_name.sha256 == by_path.sha256


def test_other_weights_are_another_network(networks_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(networks_folder / tiny.AUTOENCODER, tmp_path / tiny.AUTOENCODER)
    before = identify(tiny.AUTOENCODER, tmp_path, "autoencoder")
    weights = copy / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert identify(tiny.AUTOENCODER, tmp_path, "autoencoder").sha256 != before.sha256


def test_what_is_loaded_says_what_it_is(networks_folder: Path) -> None:
    loaded = load(tiny.IDS, networks_folder)
    assert loaded.records["perceptual"] == identify("lpips_squeeze", networks_folder, "perceptual")


def test_a_network_is_loaded_once_by_all_threads(networks_folder: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        loaded = list(threads.map(lambda _: load(tiny.IDS, networks_folder), range(8)))
    assert len({id(one.autoencoder.network) for one in loaded}) == 1


def test_networks_are_frozen_and_in_eval_mode(tiny_networks: Networks) -> None:
    for network in (tiny_networks.autoencoder.network, tiny_networks.perceptual.network):
        assert not network.training
        assert not any(weight.requires_grad for weight in network.parameters())


def test_a_pipeline_folder_gives_its_autoencoder(networks_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(networks_folder / tiny.AUTOENCODER, tmp_path / "pipeline" / "vae")
    assert load({"autoencoder": "pipeline"}, tmp_path).autoencoder.factor == 8


def test_a_hub_network_is_found_in_the_hubs_cache_with_its_commit(
    networks_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--somebody--tiny"
    shutil.copytree(networks_folder / tiny.AUTOENCODER, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    record = identify("somebody/tiny", None, "autoencoder")
    assert record.revision == commit
    assert record.sha256 == identify(tiny.AUTOENCODER, networks_folder, "autoencoder").sha256
    assert identify(f"somebody/tiny@{commit}", None, "autoencoder").revision == commit


@pytest.mark.parametrize(
    ("network_id", "says"),
    [
        ("sd1_vaelight", "put sd1_vaelight_encoder.safetensors and sd1_vaelight_decoder"),
        ("taef2", "NETWORKS_DIR"),
        ("lpips_vgg", "https://download.pytorch.org/models/vgg16-397923af.pth"),
        ("no_such_name", "name a hub id"),
        ("somebody/nothing", "hf download somebody/nothing"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    network_id: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NetworkUnavailable, match=says):
        identify(network_id, tmp_path, "perceptual" if "lpips" in network_id else "autoencoder")


def test_a_role_nobody_named_is_said_in_a_sentence(networks_folder: Path) -> None:
    with pytest.raises(NetworkUnavailable, match="perceptual"):
        _ = load(AUTOENCODER, networks_folder).perceptual


def test_a_network_of_the_wrong_family_is_refused(networks_folder: Path) -> None:
    with pytest.raises(NetworkUnavailable, match="no autoencoder “lpips_squeeze”"):
        load({"autoencoder": "lpips_squeeze"}, networks_folder)


def test_a_file_that_differs_from_its_manifest_is_refused(
    networks_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(networks_folder, tmp_path / "networks")
    name = "squeezenet1_1_imagenet_fp16.safetensors"
    with (folder / "MANIFEST.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "sha256"], [name, "0" * 64]])
    with pytest.raises(NetworkUnavailable, match=r"not the file that MANIFEST\.csv"):
        identify("lpips_squeeze", folder, "perceptual")


def test_a_cached_trunk_that_is_not_torchvisions_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    cached = tmp_path / "hub" / "checkpoints" / "vgg16-397923af.pth"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half a download")
    with pytest.raises(NetworkUnavailable, match="fetch it again"):
        identify("lpips_vgg", None, "perceptual")


def test_an_absent_device_is_said_in_a_sentence(networks_folder: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(NetworkUnavailable, match="no CUDA device"):
        load(AUTOENCODER, networks_folder, device="cuda")


def test_the_autoencoder_takes_and_gives_the_range_of_images(
    networks_folder: Path, tiny_networks: Networks
) -> None:
    reference = AutoencoderKL.from_pretrained(networks_folder / tiny.AUTOENCODER)
    images = pictures(2)
    with torch.no_grad():
        distribution = reference.encode(images * 2 - 1).latent_dist
        decoded = reference.decode(distribution.mean).sample / 2 + 0.5
        mean, deviation = tiny_networks.autoencoder.posterior(images)
        torch.testing.assert_close(mean, distribution.mean)
        torch.testing.assert_close(deviation, distribution.std)
        # channels last adds in another order, and how much that matters depends on the threads
        ours = tiny_networks.autoencoder.decode(mean)
        torch.testing.assert_close(ours, decoded, atol=1e-4, rtol=1e-4)


def test_sides_that_do_not_fit_are_refused(tiny_networks: Networks) -> None:
    with pytest.raises(ValueError, match="multiples of 8 pixels, not 30 × 32"):
        tiny_networks.autoencoder.encode(torch.zeros(1, 3, 32, 30))


def test_bfloat16_stays_inside(tiny_networks: Networks) -> None:
    lowered, images = tiny_networks.autoencoder.at("bfloat16"), pictures(2)
    latents = lowered.encode(images)
    assert latents.dtype == torch.float32
    assert not torch.equal(latents, tiny_networks.autoencoder.encode(images))
    torch.testing.assert_close(
        latents, tiny_networks.autoencoder.encode(images), atol=0.05, rtol=0.05
    )


def test_auto_is_bfloat16_only_where_it_is_native(tiny_networks: Networks) -> None:
    native = "bfloat16" if native_bfloat16(torch.device("cpu")) else "float32"
    images = pictures(2)
    auto, same = (tiny_networks.autoencoder.at(name).encode(images) for name in ("auto", native))
    assert torch.equal(auto, same)


def packaged(ours: Networks) -> LPIPS:
    """The lpips package's own module with the same weights."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torchvision's, about the package
        package = LPIPS(net="squeeze", pnet_rand=True, verbose=False)
    package.load_state_dict(ours.perceptual.network.state_dict())
    return package.eval()


def with_gradient(distance, images: Tensor) -> tuple[Tensor, Tensor]:
    images = images.clone().requires_grad_(True)
    values = distance(images)
    (gradient,) = torch.autograd.grad((values * torch.tensor([1.0, 3.0])).sum(), images)
    return values.detach(), gradient


def test_lpips_and_its_gradient_are_those_of_the_package(tiny_networks: Networks) -> None:
    images, originals = pictures(2, seed=1), pictures(2, seed=2)
    package, reference = packaged(tiny_networks), tiny_networks.perceptual.features(originals)
    theirs = with_gradient(lambda x: package(x * 2 - 1, originals * 2 - 1).flatten(), images)
    ours = with_gradient(lambda x: tiny_networks.perceptual.distance(x, reference), images)
    torch.testing.assert_close(ours[0], theirs[0])
    torch.testing.assert_close(ours[1], theirs[1], atol=1e-7, rtol=1e-3)


def test_lpips_of_a_black_picture_has_a_finite_gradient(tiny_networks: Networks) -> None:
    reference = tiny_networks.perceptual.features(pictures(2))
    _, gradient = with_gradient(
        lambda x: tiny_networks.perceptual.distance(x, reference), torch.zeros(2, 3, 32, 48)
    )
    assert gradient.isfinite().all()


# with the small real networks


@pytest.mark.real_data
def test_lpips_gives_the_numbers_that_torchmetrics_documents(real_data: Path) -> None:
    """torchmetrics 1.9, learned_perceptual_image_patch_similarity, net_type="squeeze"."""
    generator = torch.Generator().manual_seed(42)
    first, second = (torch.rand(2, 3, 100, 100, generator=generator) for _ in range(2))
    lpips = load({"perceptual": "lpips_squeeze"}, real_data / "weights").perceptual
    distances = lpips.distance(first, lpips.features(second))
    assert [round(value, 4) for value in distances.tolist()] == [0.1024, 0.0938]


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "low", "high"), [("sd1_vaelight", 19, 28), ("taef2", 21, 34)])
def test_real_autoencoders_reproduce_paintings(
    name: str, low: float, high: float, real_data: Path
) -> None:
    """Peak signal-to-noise ratios in dB as noted when the networks were collected."""
    autoencoder = load({"autoencoder": name}, real_data / "weights").autoencoder
    paths = sorted((real_data / "artworks" / "monet").glob("*.jpg"))[:3]
    images = torch.cat(
        [pixels.to_tensor(pixels.square(Image.open(path), 512, "centre")) for path in paths]
    )
    with torch.no_grad():
        reproduced = autoencoder.decode(autoencoder.encode(images)).clamp(0, 1)
    ratios = -10 * torch.log10((reproduced - images).square().mean((1, 2, 3)))
    assert low <= round(float(ratios.min())) <= round(float(ratios.max())) <= high


@pytest.mark.real_data
def test_vaelight_computes_what_its_onnx_files_do(real_data: Path) -> None:
    """Golden numbers: onnxruntime 1.31.1 on sd1_vaelight_*.onnx, the decoder's outputs summed."""
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(1, 3, 512, 512, generator=generator)
    autoencoder = load({"autoencoder": "sd1_vaelight"}, real_data / "weights").autoencoder
    latents = autoencoder.encode(images)
    decoded = autoencoder.decode(latents)[0, :, 100, 200] * 2 - 1
    expected_latent = torch.tensor([-2.35794, 5.99055, -5.04931, -1.03305])
    expected_pixel = torch.tensor([0.160465, 0.000527, -0.078685])
    torch.testing.assert_close(latents[0, :, 10, 10], expected_latent, atol=1e-4, rtol=0)
    torch.testing.assert_close(decoded, expected_pixel, atol=1e-5, rtol=0)
