"""Networks of a hub that an experiment names without a checksum: check says so, in one line."""

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from generation.networks import identify
from studies.presets import preset_text
from tests.generation import tiny, tiny_pipeline
from tests.studies.paintings import import_paintings, text

pytestmark = pytest.mark.django_db

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB_ID = f"somebody/tiny@{COMMIT}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """A networks folder, and the hub's cache with a tiny pipeline; the hub is out of reach."""
    settings.NETWORKS_DIR = tiny.write_networks(tmp_path / "networks")
    tiny_pipeline.write_pipeline(settings.NETWORKS_DIR)
    home = tmp_path / "hub" / "models--somebody--tiny" / "snapshots" / COMMIT
    shutil.copytree(settings.NETWORKS_DIR / tiny_pipeline.PIPELINE, home)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    import_paintings()
    return settings.NETWORKS_DIR


def checked(tmp_path: Path, content: str) -> tuple[list[str], Any]:
    """Lines that begin with Advice, and the same as data."""
    file = tmp_path / "study.yaml"
    file.write_text(content)
    lines, data = StringIO(), StringIO()
    call_command("experiment", "check", str(file), stdout=lines)
    call_command("experiment", "check", str(file), "--json", stdout=data)
    said = [line for line in lines.getvalue().splitlines() if line.startswith("Advice: ")]
    return said, json.loads(data.getvalue())["advice"]


def naming(**networks: str) -> str:
    return text(stimuli__networks=networks)


def test_a_hub_id_without_checksum_is_told_its_digits_in_each_role(
    tmp_path: Path, folder: Path
) -> None:
    (line,), (data,) = checked(tmp_path, naming(autoencoder=HUB_ID, diffusion=HUB_ID))
    assert line == f"Advice: {data}"
    assert "No checksum" in line
    for role in ("autoencoder", "diffusion"):
        assert f"{role}: {HUB_ID}#{identify(HUB_ID, folder, role).sha256[:12]}" in line


def test_what_is_told_is_what_silences_the_advice(tmp_path: Path, folder: Path) -> None:
    pinned = f"{HUB_ID}#{identify(HUB_ID, folder, 'autoencoder').sha256[:12]}"
    assert checked(tmp_path, naming(autoencoder=pinned)) == ([], [])


def test_networks_that_no_hub_gives_need_none(tmp_path: Path) -> None:
    names = {"autoencoder": tiny.AUTOENCODER, "perceptual": "lpips_squeeze", "clip": "sandbox_clip"}
    assert checked(tmp_path, naming(**names)) == ([], [])


def test_a_network_that_is_not_fetched_is_told_without_digits(tmp_path: Path) -> None:
    (line,), _ = checked(tmp_path, naming(diffusion="somebody/absent", clip="ViT-L-14:openai"))
    assert "diffusion: somebody/absent, whose sha256 is known once it is fetched; clip: " in line


def test_the_preset_that_has_no_checksum_says_so_itself_and_is_advised(tmp_path: Path) -> None:
    preset = preset_text("glaze_psr")
    assert "NO CHECKSUM" in preset
    (line,), _ = checked(tmp_path, preset)
    assert "diffusion: stable-diffusion-v1-5/" in line
