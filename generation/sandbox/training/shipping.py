"""What was learnt, as the folders that are shipped: fp16 safetensors in the usual formats."""

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTokenizer

from generation.networks.files import MANIFEST, file_sha256
from generation.sandbox.training.denoiser import SCHEDULE
from generation.sandbox.training.pair import configuration


def ship_pipeline(
    autoencoder: AutoencoderKL, denoiser: nn.ModuleDict, tokenizer: CLIPTokenizer, folder: Path
) -> None:
    """A StableDiffusionPipeline folder of diffusers, without a safety checker."""
    pipeline = StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=denoiser["text"],
        tokenizer=tokenizer,
        unet=denoiser["unet"],
        scheduler=DDIMScheduler(**SCHEDULE, set_alpha_to_one=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    # transformers opens an encoder in the type its configuration names, diffusers in float32:
    # without this the two parts would not fit where nobody names a type
    encoder = folder / "text_encoder" / "config.json"
    config = {**json.loads(encoder.read_text()), "dtype": "float32"}
    encoder.write_text(json.dumps(config, indent=2) + "\n")


def ship_manifest(weights: Path) -> None:
    """MANIFEST.csv: what each file of the shipped networks should be; read whenever one is used."""
    files = sorted(path for name in ("pipeline", "clip", "lpips") for path in
                   (weights / name).rglob("*") if path.is_file())  # fmt: skip
    lines = [f"{path.relative_to(weights).as_posix()},{file_sha256(path)}" for path in files]
    (weights / MANIFEST).write_text("\n".join(["path,sha256", *lines]) + "\n")


def ship_pair(pair: nn.Module, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """A folder that open_clip loads as `local-dir:`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in pair.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    config = json.dumps(configuration(tokenizer), indent=2)
    (folder / "open_clip_config.json").write_text(config + "\n")
    tokenizer.save_pretrained(folder)
