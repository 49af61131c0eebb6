"""What learns: a copy of the UNet, and of the text encoder if wanted, whole or by low rank."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import Generator, nn

from generation.finetuning.plan import Learns, LowRank
from generation.finetuning.weights import with_weights
from generation.networks.diffusion import Diffusion
from generation.recipe import generator_seed

UNET_ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
TEXT_ATTENTION = ["q_proj", "k_proj", "v_proj", "out_proj"]
"""The projections of attention layers, as diffusers and transformers call them."""


@dataclass(frozen=True)
class Tuned:
    """Networks in training; those parameters learn that ask for a gradient."""

    unet: nn.Module
    text_encoder: nn.Module | None
    """None where the base network's stays as it is."""

    def parameters(self) -> Mapping[str, nn.Parameter]:
        """What learns, by the names that a mimic's file has: “unet.…”, “text_encoder.…”."""
        networks = {"unet": self.unet, "text_encoder": self.text_encoder}
        return {
            f"{part}.{name}".replace(".default.", "."): parameter
            for part, network in networks.items()
            if network is not None
            for name, parameter in network.named_parameters()
            if parameter.requires_grad
        }


def tuned(diffusion: Diffusion, learns: Learns, gradient_checkpointing: bool, seed: int) -> Tuned:
    """Copies of what learns, in which just that asks for gradients; the networks stay as they are.

    Of W + (alpha / rank)·B·A (Hu et al. 2021), A starts normal with deviation 1 / rank as diffusers
    has it, from `seed`, and B at 0.
    """
    text = diffusion.text_encoder if learns.text_encoder else None
    if learns.lora is None:
        unet, text = _whole(diffusion.unet), text and _whole(text)
    else:
        unet = _adapted(diffusion.unet, learns.lora, UNET_ATTENTION)
        text = text and _adapted(text, learns.lora, TEXT_ATTENTION)
    made = Tuned(_trainable(unet, gradient_checkpointing), text)
    if learns.lora is not None:
        for name, parameter in made.parameters().items():
            _start(name, parameter, learns.lora.rank, seed)
    return made


def _whole(network: nn.Module) -> nn.Module:
    return deepcopy(network).requires_grad_(True)


def _trainable(unet: nn.Module, gradient_checkpointing: bool) -> nn.Module:
    """In eval mode, which draws no dropout; only gradient checkpointing insists on train mode."""
    if gradient_checkpointing:
        unet.enable_gradient_checkpointing()  # type: ignore[operator]
    return unet.train(gradient_checkpointing)


def _adapted(network: nn.Module, lora: LowRank, layers: list[str]) -> nn.Module:
    """A copy that shares the frozen weights."""
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, target_modules=layers)
    shared = with_weights(network, {})
    with torch.random.fork_rng(devices=[]):  # peft draws a start, which is replaced
        adapted: nn.Module = inject_adapter_in_model(config, shared)
    return adapted


@torch.no_grad()
def _start(name: str, parameter: nn.Parameter, rank: int, seed: int) -> None:
    if "lora_A" not in name:
        parameter.zero_()
        return
    generator = Generator().manual_seed(generator_seed(seed, name))
    parameter.copy_(torch.randn(parameter.shape, generator=generator) / rank)
