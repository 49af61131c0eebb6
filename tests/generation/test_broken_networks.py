"""Networks in old or broken files, and devices that are not there."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from generation.networks import NetworkUnavailable, load
from tests.generation import tiny

OLD = {"to_q.": "query.", "to_k.": "key.", "to_v.": "value.", "to_out.0.": "proj_attn."}
WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(networks_folder: Path, tmp_path: Path) -> Path:
    """A networks folder of one's own."""
    return Path(shutil.copytree(networks_folder, tmp_path / "networks"))


def old_name(name: str) -> str:
    """A weight's name as diffusers said it before 0.12."""
    for now, then in OLD.items():
        name = name.replace(now, then)
    return name


def test_an_autoencoder_with_the_old_attention_names_is_the_same_network(folder: Path) -> None:
    images = tiny.pictures(1)
    latents = load({"autoencoder": tiny.AUTOENCODER}, folder).autoencoder.encode(images)
    old = Path(shutil.copytree(folder / tiny.AUTOENCODER, folder / "old"))
    weights = load_file(old / WEIGHTS)
    renamed = {old_name(name): tensor for name, tensor in weights.items()}
    assert sum("proj_attn" in name for name in renamed) == 4
    save_file(renamed, old / WEIGHTS)
    autoencoder = load({"autoencoder": "old"}, folder).autoencoder
    assert torch.equal(autoencoder.encode(images), latents)


@pytest.mark.parametrize("role", ["autoencoder", "perceptual"])
def test_weights_that_were_cut_short_are_named(folder: Path, role: str) -> None:
    name = (
        f"{tiny.AUTOENCODER}/{WEIGHTS}"
        if role == "autoencoder"
        else next(path.name for path in folder.glob("squeezenet*"))
    )
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(NetworkUnavailable, match=f"{name}.*fetch it again"):
        load({role: tiny.IDS[role]}, folder)


def test_weights_of_another_network_are_named(folder: Path) -> None:
    save_file({"a": torch.zeros(1)}, folder / tiny.AUTOENCODER / WEIGHTS)
    with pytest.raises(NetworkUnavailable, match=f"{WEIGHTS}.*fetch it again"):
        load({"autoencoder": tiny.AUTOENCODER}, folder)


@pytest.mark.parametrize("text", ["{", "[1]", json.dumps({"_class_name": "UNet"})])
def test_a_broken_configuration_is_named(folder: Path, text: str) -> None:
    (folder / tiny.AUTOENCODER / "config.json").write_text(text)
    with pytest.raises(NetworkUnavailable, match=r"config\.json"):
        load({"autoencoder": tiny.AUTOENCODER}, folder)


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x80\x02junk", b"PK\x03\x04"])
def test_junk_for_weights_is_named(tmp_path: Path, junk: bytes) -> None:
    for part in ("encoder", "decoder"):
        (tmp_path / f"taef2_{part}.pth").write_bytes(junk)
    with pytest.raises(NetworkUnavailable, match=r"taef2_encoder\.pth.*fetch it again"):
        load({"autoencoder": "taef2"}, tmp_path)


@pytest.mark.parametrize("manifest", [b"name,sha256\na,b\n", b"path\na\n", b"path,sha256\n\xff,b"])
def test_a_manifest_that_cannot_be_read_is_named(folder: Path, manifest: bytes) -> None:
    (folder / "MANIFEST.csv").write_bytes(manifest)
    with pytest.raises(NetworkUnavailable, match=r"MANIFEST\.csv.*columns path and sha256"):
        load({"perceptual": "lpips_squeeze"}, folder)


@pytest.mark.parametrize("device", ["cuda:99", "mps:7", "xpu", "no-such-device"])
def test_a_device_that_is_not_there_is_said(folder: Path, device: str) -> None:
    with pytest.raises(NetworkUnavailable, match="device"):
        load({"autoencoder": tiny.AUTOENCODER}, folder, device)
