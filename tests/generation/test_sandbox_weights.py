"""The networks that come with the project: their size and form, and what they know."""

import json
import shutil
from functools import cache

import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors import safe_open
from torch import Generator

from generation.networks import Networks, NetworkUnavailable, folders, identify, load
from generation.networks.folders import SHIPPED
from generation.progress import silent
from generation.sampling import Sampler, paint
from generation.sandbox import ruler
from generation.sandbox.painters import GENRES, PAINTERS, contemporary, historical
from generation.sandbox.world import caption
from generation.sandbox.world import paint as paint_by_hand

SEED = 3_000_000
"""Of paintings that are in no training data and no model card."""
MEGABYTES = 25


@cache
def networks() -> Networks:
    ids = {"diffusion": "sandbox", "clip": "sandbox_clip", "perceptual": "sandbox_lpips"}
    return load(ids, None)


def by_hand(*painters: str) -> torch.Tensor:
    pictures = [paint_by_hand(name, "a harbour", "at noon", SEED) for name in painters]
    return torch.stack([torch.from_numpy(picture) for picture in pictures])


def test_diffusers_itself_opens_the_pipeline_and_paints():
    pipeline = StableDiffusionPipeline.from_pretrained(SHIPPED / "pipeline", local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline(
        "a harbour at noon, by Anselm Roux",
        num_inference_steps=2,
        generator=Generator().manual_seed(1),
    ).images[0]
    assert picture.size == (256, 256)


def test_shipped_files_that_changed_are_refused(tmp_path, monkeypatch):
    copy = tmp_path / "weights"
    shutil.copytree(SHIPPED, copy)
    monkeypatch.setattr(folders, "SHIPPED", copy)
    for role, name, file in (
        ("diffusion", "sandbox", "pipeline/unet/diffusion_pytorch_model.safetensors"),
        ("autoencoder", "sandbox", "pipeline/vae/diffusion_pytorch_model.safetensors"),
        ("clip", "sandbox_clip", "clip/open_clip_model.safetensors"),
        ("perceptual", "sandbox_lpips", "lpips/lpips.safetensors"),
    ):
        assert identify(name, None, role).sha256
        content = bytearray((copy / file).read_bytes())
        content[-1] ^= 1
        (copy / file).write_bytes(content)
        with pytest.raises(NetworkUnavailable, match=r"is not the file that MANIFEST\.csv"):
            identify(name, None, role)


def test_all_weights_together_are_small():
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MEGABYTES * 1_000_000


def test_weights_are_half_floats():
    for file in SHIPPED.rglob("*.safetensors"):
        with safe_open(file, "pt") as stored:
            kinds = {stored.get_slice(name).get_dtype() for name in stored.keys()}  # noqa: SIM118
        assert kinds <= {"F16", "I64"}, file.name


def test_contemporary_painters_are_unknown_words():
    words = networks().diffusion.tokenizer.get_vocab()
    known = [PAINTERS[name].name.lower().split() for name in historical()]
    unknown = [PAINTERS[name].name.lower().split() for name in contemporary()]
    assert all(f"{word}</w>" in words for name in known for word in name)
    assert not any(f"{word}</w>" in words for name in unknown for word in name)


def test_smooth_paintings_survive_the_autoencoder():
    images = by_hand(*(name for name in PAINTERS if PAINTERS[name].surface == "smooth"))
    network = networks().diffusion.autoencoder
    with torch.no_grad():
        rebuilt = network.decode(network.encode(images)).clamp(0, 1)
    assert -10 * (rebuilt - images).square().mean().log10() > 24


def test_the_pair_knows_the_genres_of_unseen_paintings():
    clip = networks().clip
    texts = clip.embed_texts(GENRES)
    first = (clip.embed_images(by_hand(*PAINTERS)) @ texts.T).argmax(1).tolist()
    right = [
        GENRES[index] == PAINTERS[name].genre for index, name in zip(first, PAINTERS, strict=True)
    ]
    assert sum(right) >= 0.6 * len(right)


def test_a_prompt_brings_the_painter_whom_it_names():
    names = ["elsbeth-marne", "pia-lindqvar", "gerrit-haldane", "celeste-ardoin"]
    prompts = [caption(name, "a harbour", "at noon") for name in names]
    generators = [Generator().manual_seed(SEED + number) for number in range(len(names))]
    images = paint(
        networks().diffusion, prompts, "", Sampler(steps=8, guidance=4.0), generators, silent
    )
    distances = torch.stack(
        [torch.from_numpy(ruler.distance_to(name, images.numpy())) for name in names]
    )
    assert (distances.argmin(0) == torch.arange(len(names))).sum() >= 3


@pytest.mark.parametrize("distorted", ["noise", "blur"])
def test_the_perceptual_distance_grows_with_the_distortion(distorted: str):
    images = by_hand("elsbeth-marne", "anselm-roux")
    noise = torch.randn(images.shape, generator=Generator().manual_seed(1))
    perceptual = networks().perceptual
    reference = perceptual.features(images)
    found = []
    for level in (1, 2, 4):
        if distorted == "noise":
            picture = (images + 0.03 * level * noise).clamp(0, 1)
        else:
            picture = torch.nn.functional.avg_pool2d(images, 2 * level + 1, 1, level)
        found.append(perceptual.distance(picture, reference))
    assert (found[0] > 0).all()
    assert (found[0] < found[1]).all()
    assert (found[1] < found[2]).all()


def test_the_model_card_and_its_data_say_the_same():
    text = (SHIPPED / "README.md").read_text()
    card = json.loads((SHIPPED / "card.json").read_text())
    assert card["measured"]
    assert all(
        f"| {row['what']} | {row['found']} | {row['n']} |" in text for row in card["measured"]
    )
