"""Pipelines: found by id, folder or hub alike, whole or refused with a sentence."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import torch
import yaml
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file

from generation.networks import NetworkUnavailable, identify, load
from generation.networks.diffusion import Diffusion
from generation.networks.prompt_lengths import refuse_long
from generation.progress import silent
from generation.refusals import PromptError
from generation.sampling import Sampler, paint
from tests.generation import tiny_pipeline
from tests.generation.tiny import generators
from tests.generation.tiny_pipeline import PIPELINE, SIZE, TOKENS, load_diffusion

UNET = "unet/diffusion_pytorch_model.safetensors"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
ROLE = {"diffusion": PIPELINE}


@pytest.fixture
def folder(pipelines_folder: Path, tmp_path: Path) -> Path:
    """A networks folder of one's own with the tiny pipeline."""
    shutil.copytree(pipelines_folder / PIPELINE, tmp_path / PIPELINE)
    return tmp_path


def picture(diffusion: Diffusion, **settings) -> torch.Tensor:
    sampler = Sampler(**{"steps": 3, **settings})
    return paint(diffusion, ["paint a harbour"], "", sampler, generators(1), silent)


def rewrite(path: Path, **changes) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_pipeline_says_what_it_is(tiny_diffusion: Diffusion) -> None:
    assert tiny_diffusion.resolution == SIZE
    assert tiny_diffusion.scaling == 0.5
    assert tiny_diffusion.tokens == TOKENS
    assert tiny_diffusion.prediction == "epsilon"
    assert tiny_diffusion.scheduler["beta_schedule"] == "scaled_linear"
    assert tiny_diffusion.safety_checker is None


def test_its_parts_are_frozen_and_its_autoencoder_is_the_one_of_that_role(folder: Path) -> None:
    loaded = load({"diffusion": PIPELINE, "autoencoder": PIPELINE}, folder)
    assert loaded.diffusion.autoencoder is loaded.autoencoder
    for part in (loaded.diffusion.unet, loaded.diffusion.text_encoder):
        assert not part.training
        assert not any(weight.requires_grad for weight in part.parameters())


def test_the_role_decides_which_files_count(pipelines_folder: Path) -> None:
    roles = ("autoencoder", "diffusion")
    assert len({identify(PIPELINE, pipelines_folder, role).sha256 for role in roles}) == 2


def test_embeddings_are_those_of_the_text_encoder_and_padded(tiny_diffusion: Diffusion) -> None:
    prompts = ["paint a harbour", "art"]
    ids = tiny_diffusion.tokenise(prompts)
    assert ids.shape == (2, TOKENS)
    assert tiny_diffusion.tokenizer.decode(ids[0], skip_special_tokens=True) == "paint a harbour"
    expected = tiny_diffusion.text_encoder(ids).last_hidden_state
    torch.testing.assert_close(tiny_diffusion.embed(prompts), expected)


def test_a_prompt_of_just_the_limit_is_read_and_one_token_more_is_refused(
    tiny_diffusion: Diffusion,
) -> None:
    most = " ".join("a" * (TOKENS - 2))
    assert tiny_diffusion.embed([most]).shape[1] == TOKENS
    says = rf"“a a.*” has {TOKENS + 1} tokens with its start and end; this network reads {TOKENS}"
    with pytest.raises(PromptError, match=says):
        tiny_diffusion.embed(["art", most + " a"])


def test_the_tokenizer_alone_says_the_same_of_a_prompts_length(
    pipelines_folder: Path, tiny_diffusion: Diffusion
) -> None:
    most = " ".join("a" * (TOKENS - 2))
    refuse_long(PIPELINE, pipelines_folder, ["art", most])
    said = []
    for refuse in (
        tiny_diffusion.tokenise,
        lambda prompts: refuse_long(PIPELINE, pipelines_folder, prompts),
    ):
        with pytest.raises(PromptError) as refused:
            refuse(["art", most + " a"])
        said.append(str(refused.value))
    assert said[0] == said[1]


@pytest.fixture
def hub(pipelines_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's cache with the tiny pipeline as somebody/tiny, and no hub."""
    repository = tmp_path / "hub" / "models--somebody--tiny"
    shutil.copytree(pipelines_folder / PIPELINE, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return repository / "snapshots" / COMMIT


def test_a_hub_id_with_its_commit_is_the_same_network_as_a_folder(
    hub: Path, pipelines_folder: Path
) -> None:
    by_folder = identify(PIPELINE, pipelines_folder, "diffusion")
    by_hub = identify(f"somebody/tiny@{COMMIT}", None, "diffusion")
    assert by_hub.revision == COMMIT
    assert by_hub.sha256 == by_folder.sha256
    diffusion = load({"diffusion": f"somebody/tiny@{COMMIT}"}, None).diffusion
    assert torch.equal(picture(diffusion), picture(load_diffusion(pipelines_folder)))


def test_an_id_may_pin_the_checksum_and_another_network_is_then_refused(
    hub: Path, folder: Path
) -> None:
    record = identify("somebody/tiny", None, "diffusion")
    pinned = f"somebody/tiny@{COMMIT}#{record.sha256[:16]}"
    assert identify(pinned, None, "diffusion").sha256 == record.sha256
    assert identify(pinned, None, "diffusion").id == f"somebody/tiny@{COMMIT}"
    with pytest.raises(NetworkUnavailable, match="does not begin with 0123456789ab"):
        identify("somebody/tiny#0123456789abcdef", None, "diffusion")
    with pytest.raises(NetworkUnavailable, match="at least 8 digits"):
        load({"diffusion": f"{PIPELINE}#{record.sha256[:4]}"}, folder)


def test_a_hub_cache_that_holds_a_part_only_names_what_lacks(hub: Path) -> None:
    (hub / UNET).unlink()
    with pytest.raises(NetworkUnavailable, match=f"somebody/tiny.*lacks {UNET}"):
        identify("somebody/tiny", None, "diffusion")


def test_half_precision_files_are_the_network_too(folder: Path, pipelines_folder: Path) -> None:
    unet = UNet2DConditionModel.from_pretrained(folder / PIPELINE / "unet")
    (folder / PIPELINE / UNET).unlink()
    unet.half().save_pretrained(folder / PIPELINE / "unet", variant="fp16")
    vae = folder / PIPELINE / "vae"
    full = vae / "diffusion_pytorch_model.safetensors"
    full.rename(vae / "diffusion_pytorch_model.fp16.safetensors")
    halved, whole = (load_diffusion(place) for place in (folder, pipelines_folder))
    assert next(halved.unet.parameters()).dtype == torch.float32
    assert halved.sha256 != whole.sha256
    torch.testing.assert_close(picture(halved), picture(whole), atol=0.05, rtol=0)


def test_text_encoders_and_checkers_in_old_files_are_the_same_networks(tmp_path: Path) -> None:
    """Stable Diffusion 1.x was saved by transformers 4, which named the layers' tower as well."""
    tiny_pipeline.write_pipeline(tmp_path, checker=True)
    now = load_diffusion(tmp_path)
    for part, tower in (("text_encoder", "text_model."), ("safety_checker", "vision_model.")):
        path = tmp_path / PIPELINE / part / "model.safetensors"
        weights = load_file(path)
        old = {tower + name if _in_tower(name) else name: weights[name] for name in weights}
        assert old.keys() != weights.keys()
        save_file(
            {**old, tower + "embeddings.position_ids": torch.arange(4)}, path, {"format": "pt"}
        )
    then = load_diffusion(tmp_path)
    assert torch.equal(now.embed(["art"]), then.embed(["art"]))
    assert now.safety_checker is not None
    assert then.safety_checker is not None
    state = then.safety_checker.network.state_dict()
    for name, weight in now.safety_checker.network.state_dict().items():
        assert torch.equal(weight, state[name])


def _in_tower(name: str) -> bool:
    return name.startswith(("embeddings.", "encoder.", "final_layer_norm.", "vision_model."))


def test_the_ids_of_the_real_preset_are_plain_settings(
    hub: Path, pipelines_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands under the preset's id and commit is loaded by the path of any folder."""
    preset = Path(__file__).parents[2] / "studies" / "presets" / "glaze_psr.yaml"
    named = yaml.safe_load(preset.read_text(encoding="utf-8"))["stimuli"]["networks"]
    name, _, revision = named["diffusion"].partition("@")
    assert len(revision) == len(COMMIT)
    cached = hub.parents[2] / f"models--{name.replace('/', '--')}" / "snapshots" / revision
    shutil.copytree(hub, cached)
    for role in ("diffusion", "autoencoder"):
        record = identify(named[role], None, role)
        assert record.revision == revision
        assert record.sha256 == identify(PIPELINE, pipelines_folder, role).sha256


def test_a_v_prediction_network_is_sampled_as_one(tmp_path: Path) -> None:
    tiny_pipeline.write_pipeline(tmp_path, prediction="v_prediction")
    velocity = load_diffusion(tmp_path)
    assert velocity.prediction == "v_prediction"
    rewrite(tmp_path / PIPELINE / "scheduler" / "scheduler_config.json", prediction_type="epsilon")
    assert not torch.equal(picture(velocity), picture(load_diffusion(tmp_path)))


def test_a_safety_checker_is_loaded_where_the_pipeline_has_one(tmp_path: Path) -> None:
    tiny_pipeline.write_pipeline(tmp_path, checker=True)
    diffusion = load_diffusion(tmp_path)
    assert diffusion.safety_checker is not None
    images = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert not diffusion.flagged(images).any()
    weights = diffusion.safety_checker.network.concept_embeds_weights
    weights.data.fill_(-1.0)  # every picture is nearer to each concept than that
    assert diffusion.flagged(images).all()


def test_a_safety_checker_that_is_named_but_absent_is_said(folder: Path) -> None:
    rewrite(
        folder / PIPELINE / "model_index.json",
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
    )
    with pytest.raises(NetworkUnavailable, match="safety_checker to null"):
        load_diffusion(folder)


def test_the_sandbox_says_how_it_is_made_where_it_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.networks.folders.SHIPPED", tmp_path)
    ids = {"diffusion": "sandbox", "autoencoder": "sandbox", "clip": "sandbox_clip"}
    for role, network_id in {**ids, "perceptual": "sandbox_lpips"}.items():
        with pytest.raises(NetworkUnavailable, match=r"manage\.py train_sandbox"):
            identify(network_id, None, role)


def test_the_sandbox_is_a_pipeline_in_a_folder_of_its_own(
    pipelines_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(pipelines_folder / PIPELINE, tmp_path / "pipeline")
    monkeypatch.setattr("generation.networks.folders.SHIPPED", tmp_path)
    loaded = load({"diffusion": "sandbox", "autoencoder": "sandbox"}, None)
    assert loaded.diffusion.sha256 == identify(PIPELINE, pipelines_folder, "diffusion").sha256


def test_a_file_that_differs_from_a_manifest_above_it_is_refused(folder: Path) -> None:
    with (folder / "MANIFEST.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "sha256"], [f"{PIPELINE}/{UNET}", "0" * 64]])
    with pytest.raises(NetworkUnavailable, match=r"not the file that MANIFEST\.csv in"):
        identify(PIPELINE, folder, "diffusion")


# what is no whole pipeline of the right kind


def test_pickled_weights_are_refused_with_what_to_do(folder: Path) -> None:
    weights = folder / PIPELINE / UNET
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(NetworkUnavailable, match=r"pickles \(\.bin\).*safe_serialization=True"):
        load_diffusion(folder)


@pytest.mark.parametrize("name", [UNET, "scheduler/scheduler_config.json", "tokenizer/vocab.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / PIPELINE / name).unlink()
    with pytest.raises(NetworkUnavailable, match=f"lacks {name}"):
        load_diffusion(folder)


@pytest.mark.parametrize("name", [UNET, "text_encoder/model.safetensors"])
def test_weights_that_were_cut_short_are_named(folder: Path, name: str) -> None:
    path = folder / PIPELINE / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(NetworkUnavailable, match=f"{name}.*fetch it again"):
        load_diffusion(folder)


def test_a_weight_that_is_missing_is_never_made_up(folder: Path) -> None:
    path = folder / PIPELINE / UNET
    weights = load_file(path)
    del weights["conv_in.weight"]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(NetworkUnavailable, match=r"lacks conv_in\.weight"):
        load_diffusion(folder)


def test_a_pipeline_of_another_kind_is_named(folder: Path) -> None:
    index = folder / PIPELINE / "model_index.json"
    rewrite(index, _class_name="StableDiffusionXLPipeline", text_encoder_2=["transformers", "X"])
    with pytest.raises(NetworkUnavailable, match="is a StableDiffusionXLPipeline"):
        load_diffusion(folder)


@pytest.mark.parametrize(
    ("file", "changes", "says"),
    [
        ("unet/config.json", {"_class_name": "FluxTransformer2DModel"}, "describes a Flux"),
        ("text_encoder/config.json", {"architectures": ["T5Model"]}, "describes a T5Model"),
        ("scheduler/scheduler_config.json", {"prediction_type": "flow"}, "prediction_type is"),
    ],
)
def test_parts_of_another_kind_are_named(folder: Path, file: str, changes, says: str) -> None:
    rewrite(folder / PIPELINE / file, **changes)
    with pytest.raises(NetworkUnavailable, match=says):
        load_diffusion(folder)


def test_an_inpainting_unet_is_refused(folder: Path) -> None:
    config = UNet2DConditionModel.load_config(folder / PIPELINE / "unet")
    inpainting = UNet2DConditionModel.from_config({**config, "in_channels": 9})
    inpainting.save_pretrained(folder / PIPELINE / "unet")
    with pytest.raises(NetworkUnavailable, match="takes 9 channels, the autoencoder gives 4"):
        load_diffusion(folder)


def test_an_id_that_is_nothing_says_what_could_be_named(tmp_path: Path) -> None:
    with pytest.raises(NetworkUnavailable, match=r"no pipeline “nothing”.*hub id.*sandbox"):
        identify("nothing", tmp_path, "diffusion")
    with pytest.raises(NetworkUnavailable, match="no role “muse”"):
        identify("sandbox", tmp_path, "muse")
