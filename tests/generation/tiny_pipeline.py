"""A tiny Stable Diffusion 1.x and a tiny open_clip network with random weights, in real layouts."""

import json
from pathlib import Path

import open_clip
import torch
from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPImageProcessor, CLIPTextConfig, CLIPTextModel
from transformers import CLIPTokenizer as Tokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

from generation import networks
from generation.networks.diffusion import Diffusion

PIPELINE = "tiny-pipeline"
CLIP = "tiny-clip"
TOKENS = 24
SIZE = 32
"""Sides in pixels that the tiny pipeline was “trained” on: latents of 8 × 8, f = 4."""
MERGES = [("p", "a"), ("pa", "i"), ("pai", "n"), ("pain", "t"), ("b", "y</w>"), ("a", "r"),
          ("ar", "t</w>"), ("h", "ar"), ("o", "u"), ("b", "ou"), ("bou", "r</w>")]  # fmt: skip


def words() -> list[str]:
    """The vocabulary: every byte, alone and at a word's end, the merges, start and end."""
    letters = list(bytes_to_unicode().values())
    merged = ["".join(pair) for pair in MERGES]
    ends = [letter + "</w>" for letter in letters]
    return [*letters, *ends, *merged, "<|startoftext|>", "<|endoftext|>"]


def write_tokenizer(folder: Path, old: bool = True) -> None:
    """A CLIP tokenizer; `old` as Stable Diffusion 1.x has it, in vocab.json and merges.txt."""
    vocabulary = {word: number for number, word in enumerate(words())}
    Tokenizer(vocab=vocabulary, merges=MERGES, model_max_length=TOKENS).save_pretrained(folder)
    if old:
        (folder / "tokenizer.json").unlink()
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
        lines = ["#version: 0.2", *(" ".join(pair) for pair in MERGES)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n")


def write_pipeline(folder: Path, checker: bool = False, prediction: str = "epsilon") -> Path:
    """A StableDiffusionPipeline's folder: UNet of two levels, f = 4, PNDM as SD 1.x has it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        parts = {
            "unet": _unet(),
            "vae": _autoencoder(),
            "text_encoder": _text_encoder(),
            "safety_checker": StableDiffusionSafetyChecker(_vision()) if checker else None,
        }
    write_tokenizer(folder / "source")
    pipeline = StableDiffusionPipeline(
        **parts,
        tokenizer=Tokenizer.from_pretrained(folder / "source"),
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
            skip_prk_steps=True, steps_offset=1, prediction_type=prediction,
        ),
        feature_extractor=_processor() if checker else None,
        requires_safety_checker=checker,
    )  # fmt: skip
    pipeline.save_pretrained(folder / PIPELINE)
    for file in (folder / PIPELINE / "tokenizer").iterdir():
        file.unlink()
    write_tokenizer(folder / PIPELINE / "tokenizer")
    return folder


def write_clip(folder: Path) -> Path:
    """An open_clip folder with a tokenizer of its own."""
    home = folder / CLIP
    write_tokenizer(home, old=False)
    text = {"context_length": TOKENS, "vocab_size": len(words()), "width": 32, "heads": 2,
            "layers": 1, "hf_tokenizer_name": "tiny",
            "tokenizer_kwargs": {"clean": "lower"}}  # fmt: skip
    vision = {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16}
    scaling = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4], "interpolation": "bicubic"}
    architecture = {"embed_dim": 16, "vision_cfg": vision, "text_cfg": text}
    settings = {"model_cfg": architecture, "preprocess_cfg": scaling}
    (home / "open_clip_config.json").write_text(json.dumps(settings))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        network = open_clip.create_model(f"local-dir:{home}")
    state = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    save_file(state, home / "open_clip_model.safetensors")
    return folder


def load_diffusion(folder: Path, name: str = PIPELINE) -> Diffusion:
    """The pipeline that `write_pipeline` wrote."""
    return networks.load({"diffusion": name}, folder).diffusion


def _unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, layers_per_block=1,
        block_out_channels=(8, 16), norm_num_groups=4, cross_attention_dim=16,
        attention_head_dim=4, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip


def _autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 8), layers_per_block=1, latent_channels=4, norm_num_groups=4,
        scaling_factor=0.5,
    )  # fmt: skip


def _text_encoder() -> CLIPTextModel:
    last = len(words()) - 1
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=len(words()), hidden_size=16, intermediate_size=32, projection_dim=16,
        num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=TOKENS,
        bos_token_id=last - 1, eos_token_id=last, pad_token_id=last,
    ))  # fmt: skip


def _vision() -> CLIPConfig:
    tower = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
             "num_attention_heads": 2, "image_size": 32, "patch_size": 16}  # fmt: skip
    text = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "vocab_size": 8}  # fmt: skip
    return CLIPConfig(text_config=text, vision_config=tower, projection_dim=16)


def _processor() -> CLIPImageProcessor:
    return CLIPImageProcessor(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}, resample=3
    )
