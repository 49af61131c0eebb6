"""open_clip networks and the small perceptual trunk: the numbers of the packages themselves."""

import json
import shutil
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import load_file, save_file

from generation.budgets import visible
from generation.networks import NetworkUnavailable, identify, load
from generation.networks.perceptual import TrunkLpips
from generation.networks.trunk import Trunk, TrunkConfig
from generation.pixels import to_image
from generation.refusals import PromptError
from tests.generation.tiny import pictures
from tests.generation.tiny_pipeline import CLIP, TOKENS

WEIGHTS = "open_clip_model.safetensors"


@pytest.fixture(scope="module")
def clip(pipelines_folder: Path):
    return load({"clip": CLIP}, pipelines_folder).clip


@pytest.fixture(scope="module")
def reference(pipelines_folder: Path):
    """open_clip's own model, preprocessing and tokenizer from the same folder."""
    name = f"local-dir:{pipelines_folder / CLIP}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    return model.eval(), preprocess, open_clip.get_tokenizer(name)


def test_images_are_embedded_as_open_clip_does(clip, reference) -> None:
    model, preprocess, _ = reference
    images = pictures(3, height=48, width=64)
    seen = torch.stack([preprocess(to_image(image)) for image in images])
    with torch.no_grad():
        expected = model.encode_image(seen, normalize=True)
    torch.testing.assert_close(clip.embed_images(images), expected)


def test_texts_are_embedded_as_open_clip_does(clip, reference) -> None:
    model, _, tokenize = reference
    texts = ["a harbour, by Nobody", "art", "É"]
    with torch.no_grad():
        expected = model.encode_text(tokenize(texts), normalize=True)
    torch.testing.assert_close(clip.embed_texts(texts), expected)
    assert clip.logit_scale == pytest.approx(model.logit_scale.exp().item())


def test_an_embedding_does_not_depend_on_its_company(clip) -> None:
    images, texts = pictures(3), ["art", "a harbour", "boats"]
    for embed, many in ((clip.embed_images, images), (clip.embed_texts, texts)):
        alone = torch.cat([embed(many[i : i + 1]) for i in range(3)])
        assert torch.equal(embed(many), alone)


def test_a_text_over_the_limit_is_refused_and_one_of_just_the_limit_is_read(clip) -> None:
    most = " ".join("a" * (TOKENS - 2))
    assert clip.embed_texts([most]).shape[0] == 1
    with pytest.raises(PromptError, match=f"has {TOKENS + 1} tokens.*reads {TOKENS}"):
        clip.embed_texts([most + " a"])


def test_open_clips_own_tokenizer_has_its_limit_checked_too(
    pipelines_folder: Path, tmp_path: Path
) -> None:
    """Its padding is 0, where the small vocabulary's is the end token."""
    home = Path(shutil.copytree(pipelines_folder / CLIP, tmp_path / CLIP))
    settings = json.loads((home / "open_clip_config.json").read_text())
    text = settings["model_cfg"]["text_cfg"]
    del text["hf_tokenizer_name"]
    text["vocab_size"] = 49_408
    (home / "open_clip_config.json").write_text(json.dumps(settings))
    weights = load_file(home / WEIGHTS)
    wide = torch.zeros(49_408, weights["token_embedding.weight"].shape[1], dtype=torch.float16)
    save_file({**weights, "token_embedding.weight": wide}, home / WEIGHTS)
    clip = load({"clip": CLIP}, tmp_path).clip
    most = " ".join(["harbour"] * (TOKENS - 2))
    assert clip.embed_texts([most, "!"]).shape[0] == 2
    with pytest.raises(PromptError, match=f"has {TOKENS + 1} tokens.*reads {TOKENS}"):
        clip.embed_texts([most + " harbour"])


def test_a_tag_of_open_clip_is_its_repository_on_the_hub(
    pipelines_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "89abcdef0123456789abcdef0123456789abcdef"
    repository = tmp_path / "models--timm--vit_large_patch14_clip_224.openai"
    shutil.copytree(pipelines_folder / CLIP, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    record = identify("ViT-L-14:openai", None, "clip")
    assert (record.id, record.revision) == ("ViT-L-14:openai", commit)
    assert identify(f"ViT-L-14:openai@{commit}", None, "clip").sha256 == record.sha256
    assert identify(CLIP, pipelines_folder, "clip").sha256 == record.sha256
    by_name = identify("hf-hub:timm/vit_large_patch14_clip_224.openai", None, "clip")
    assert by_name.sha256 == record.sha256


@pytest.mark.parametrize(
    ("network_id", "says"),
    [
        ("ViT-L-14:nobody", "tags of ViT-L-14: openai"),
        ("ViT-B-32:openai", "neither in the hub's cache"),
        ("nothing", "architecture:tag"),
    ],
)
def test_what_is_missing_is_said(
    network_id: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NetworkUnavailable, match=says):
        identify(network_id, tmp_path, "clip")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda home: (home / WEIGHTS).unlink(), f"lacks {WEIGHTS}"),
        (lambda home: (home / WEIGHTS).write_bytes(b"junk"), "fetch it again"),
        (lambda home: (home / "open_clip_config.json").write_text("{}"), "no CLIP network"),
        (lambda home: (home / "open_clip_config.json").write_text("["), "no configuration"),
        (
            lambda home: (home / "tokenizer.json").unlink(),
            "names a tokenizer of its own",
        ),
    ],
)
def test_a_damaged_folder_is_named(pipelines_folder: Path, tmp_path: Path, damage, says) -> None:
    home = Path(shutil.copytree(pipelines_folder / CLIP, tmp_path / CLIP))
    damage(home)
    with pytest.raises(NetworkUnavailable, match=says):
        load({"clip": CLIP}, tmp_path)


# the small perceptual trunk


SMALL = TrunkConfig(widths=(4, 6), depths=(2, 1))


def trunk(config: TrunkConfig = SMALL) -> Trunk:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Trunk(config)


def test_a_saved_trunk_is_loaded_as_a_perceptual_network(tmp_path: Path) -> None:
    made = trunk()
    (tmp_path / "small").mkdir()
    made.save(tmp_path / "small" / "lpips.safetensors", dtype=torch.float32)
    perceptual = load({"perceptual": "small"}, tmp_path).perceptual
    images, originals = pictures(2, 1), pictures(2, 2)
    distances = perceptual.distance(images, perceptual.features(originals))
    torch.testing.assert_close(distances, made.compare(images, originals).detach())
    assert torch.equal(perceptual.distance(images, perceptual.features(images)), torch.zeros(2))


def test_a_trunk_sees_every_pixel() -> None:
    """Where LPIPS's own trunks have blind rows, a cloak would hide."""
    assert visible(pictures(1, height=34, width=50), TrunkLpips(trunk(TrunkConfig()))).all()


def test_negative_weights_of_a_trunk_count_as_zero_and_are_refused_in_a_file(
    tmp_path: Path,
) -> None:
    made = trunk()
    with torch.no_grad():
        for weight in made.weights:
            weight.fill_(-1.0)
    assert made.compare(pictures(1, 1), pictures(1, 2)).item() == 0
    path = tmp_path / "lpips.safetensors"
    made.save(path)
    tensors = load_file(path)
    tensors["weights.0"] -= 1
    save_file(tensors, path, metadata={"trunk": json.dumps({"widths": [4, 6], "depths": [2, 1]})})
    with pytest.raises(NetworkUnavailable, match="negative"):
        load({"perceptual": str(tmp_path)}, None)


def test_a_file_that_is_no_trunk_is_named(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "lpips.safetensors")
    with pytest.raises(NetworkUnavailable, match="metadata lack"):
        load({"perceptual": str(tmp_path)}, None)
