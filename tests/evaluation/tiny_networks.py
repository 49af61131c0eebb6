"""Tiny random networks in the published layouts: CSD, DINO, preference scorers, aesthetic heads."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import timm
import torch
from safetensors.torch import save_file
from timm.models import save_for_hf
from torch import Tensor, nn
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPVisionConfig,
    CLIPVisionModel,
    Dinov2Config,
    Dinov2Model,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
)

from tests.generation import tiny_pipeline

SIDE = 32
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def vision_tower() -> CLIPVisionModel:
    """A CLIP image tower of transformers, with QuickGELU as OpenAI's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(6)
        return CLIPVisionModel(CLIPVisionConfig(
            hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=2,
            image_size=SIDE, patch_size=16, hidden_act="quick_gelu", layer_norm_eps=1e-5,
        )).eval()  # fmt: skip


def csd_state(tower: CLIPVisionModel) -> dict[str, Tensor]:
    """That tower under the names of CSD's weights, with projections to 24 numbers."""
    inner, state = tower.state_dict(), {}
    short = {name.removeprefix("vision_model."): value for name, value in inner.items()}
    state["class_embedding"] = short["embeddings.class_embedding"]
    state["conv1.weight"] = short["embeddings.patch_embedding.weight"]
    state["positional_embedding"] = short["embeddings.position_embedding.weight"]
    for end in ("weight", "bias"):
        state[f"ln_pre.{end}"] = short[f"pre_layrnorm.{end}"]
        state[f"ln_post.{end}"] = short[f"post_layernorm.{end}"]
        for layer in range(2):
            theirs, mine = f"encoder.layers.{layer}", f"transformer.resblocks.{layer}"
            parts = [short[f"{theirs}.self_attn.{each}_proj.{end}"] for each in "qkv"]
            state[f"{mine}.attn.in_proj_{end}"] = torch.cat(parts)
            for own, other in (
                ("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"),
                ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
            ):  # fmt: skip
                state[f"{mine}.{own}.{end}"] = short[f"{theirs}.{other}.{end}"]
    heads = torch.Generator().manual_seed(7)
    whole = {f"backbone.{name}": value.clone().contiguous() for name, value in state.items()}
    for name in ("last_layer_style", "last_layer_content"):
        whole[name] = torch.randn(128, 24, generator=heads)
    return whole


def write_csd(folder: Path) -> Path:
    """`csd/model.safetensors`, and the same as a training checkpoint, `csd.pth`."""
    state = csd_state(vision_tower())
    (folder / "csd").mkdir(parents=True)
    save_file(state, folder / "csd" / "model.safetensors")
    inside = {f"module.{name}": value for name, value in state.items()}
    rest = {"args": Namespace(lr=0.1), "epoch": 3, "loss": np.float64(0.5)}
    torch.save({"model_state_dict": inside, **rest}, folder / "csd.pth")
    return folder


def write_dinos(folder: Path) -> Path:
    """`dino` and `dinov2` of transformers, `dino-timm` of timm."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        small = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
                 "image_size": SIDE}  # fmt: skip
        ViTModel(ViTConfig(**small, intermediate_size=64, patch_size=16)).save_pretrained(
            folder / "dino"
        )
        Dinov2Model(Dinov2Config(**small, mlp_ratio=2, patch_size=16)).save_pretrained(
            folder / "dinov2"
        )
        network = timm.create_model(
            "vit_tiny_patch16_224", img_size=SIDE, depth=1, embed_dim=32, num_heads=2
        )
        given = {"img_size": SIDE, "depth": 1, "embed_dim": 32, "num_heads": 2}
        save_for_hf(network, folder / "dino-timm", model_args=given)
    for name in ("dino", "dinov2"):
        ViTImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder / name)
    return folder


def write_scorer(folder: Path) -> Path:
    """`scorer`: a CLIP network of transformers with tokenizer and preprocessing."""
    home, last = folder / "scorer", len(tiny_pipeline.words()) - 1
    tiny_pipeline.write_tokenizer(home, old=False)
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
             "num_attention_heads": 2}  # fmt: skip
    text = {**tower, "vocab_size": last + 1, "max_position_embeddings": 24,
            "bos_token_id": last - 1, "eos_token_id": last, "pad_token_id": last}  # fmt: skip
    vision = {**tower, "image_size": SIDE, "patch_size": 16}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        CLIPModel(
            CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
        ).save_pretrained(home)
    CLIPImageProcessor(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE},
        image_mean=MEAN, image_std=STD,
    ).save_pretrained(home)  # fmt: skip
    return folder


def laion_head(width: int) -> nn.Sequential:
    """The layers of LAION's second predictor, narrower: dropouts between, and no activation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(10)
        return nn.Sequential(
            nn.Linear(width, 12), nn.Dropout(0.2), nn.Linear(12, 6), nn.Dropout(0.2),
            nn.Linear(6, 4), nn.Linear(4, 1),
        ).eval()  # fmt: skip


def write_head(folder: Path, width: int) -> nn.Sequential:
    """`head.pth` with the names that LAION's file has."""
    head = laion_head(width)
    torch.save({f"layers.{name}": value for name, value in head.state_dict().items()},
               folder / "head.pth")  # fmt: skip
    return head
