"""A mimic: what was learnt from an artist's pictures, as a file, and what it paints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor

from generation import sealed
from generation.finetuning.weights import with_weights
from generation.mimicry import MimicryError
from generation.progress import Progress, silent
from generation.samplers import Safety, Sampler
from generation.sealed import SealBroken, Sealed

if TYPE_CHECKING:
    from generation.networks.diffusion import Diffusion

DOWN, UP = ".lora_A.weight", ".lora_B.weight"


@dataclass(frozen=True)
class Mimic:
    """Changes to one base network: whole weights, or low-rank matrices (LoRA)."""

    tensors: Mapping[str, Tensor]
    """float16 on the CPU, named “unet.…” and “text_encoder.…” as diffusers names them."""
    record: Mapping[str, Any]
    """Plain JSON: method, version, settings, seed, network (id, revision, sha256), steps, losses
    [[step, loss, learning rate]], images, size, captions, lora ({rank, alpha} or None)."""
    seconds: float = field(default=0.0, compare=False)
    """What the training took here; no part of the bytes."""

    def to_bytes(self) -> bytes:
        """A safetensors file; the same mimic gives the same bytes."""
        return sealed.to_bytes(Sealed(self.tensors, self.record))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Mimic":
        """The mimic in a file; raises MimicryError where it is damaged or no mimic."""
        try:
            content = sealed.from_bytes(data)
        except SealBroken as error:
            raise MimicryError(f"This is no whole mimic. {error} Learn it again.") from error
        if not {"method", "network", "lora"} <= set(content.record):
            raise MimicryError("This file holds tensors, but no mimic.")
        return cls(content.tensors, content.record)

    def onto(self, diffusion: "Diffusion") -> "Diffusion":
        """The base network with what was learnt; shares all weights that did not change.

        Raises MimicryError for another network than the one it was learnt on.
        """
        base = self.record["network"]
        if diffusion.sha256 != base["sha256"]:
            raise MimicryError(
                f"This mimic was learnt on the network {base['id']} (sha256"
                f" {base['sha256'][:12]}…) and paints with that one only, not with one of sha256"
                f" {diffusion.sha256[:12]}…."
            )
        try:
            return replace(
                diffusion,
                unet=self._tuned(diffusion.unet, "unet."),
                text_encoder=self._tuned(diffusion.text_encoder, "text_encoder."),
            )
        except ValueError as error:
            raise MimicryError(f"This mimic does not fit its network. {error}") from error

    def paint(
        self,
        diffusion: "Diffusion",
        prompts: Sequence[str],
        seeds: Sequence[int],
        sampler: Sampler,
        progress: Progress = silent,
        size: int | None = None,
        safety: Safety = "refuse",
    ) -> Tensor:
        """One painting for each of `prompts` and `seeds` → [N, 3, H, W] in [0, 1].

        Without `size` at the network's own resolution. Raises as `onto` and `sampling.paint` do.
        """
        # diffusers takes seconds to import, which reading a file need not wait for
        from generation.sampling import paint  # noqa: PLC0415

        generators = [Generator().manual_seed(seed) for seed in seeds]
        return paint(self.onto(diffusion), prompts, "", sampler, generators, progress, size, safety)

    def _tuned(self, network: torch.nn.Module, part: str) -> torch.nn.Module:
        learnt = {
            name.removeprefix(part): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(part)
        }
        if not learnt:
            return network
        lora = self.record["lora"]
        weights = _merged(network, learnt, lora["alpha"] / lora["rank"]) if lora else learnt
        return with_weights(network, weights)


def _merged(
    network: torch.nn.Module, learnt: Mapping[str, Tensor], scale: float
) -> Mapping[str, Tensor]:
    """W + scale · B·A for each layer that has matrices: paints as fast as the base network."""
    held = dict(network.named_parameters())
    layers = [name.removesuffix(DOWN) for name in learnt if name.endswith(DOWN)]
    merged = {}
    for layer in layers:
        weight = held.get(f"{layer}.weight")
        if weight is None:
            raise ValueError(f"The network has no layer {layer}.")
        down, up = (learnt[layer + matrix].to(weight) for matrix in (DOWN, UP))
        merged[f"{layer}.weight"] = weight + scale * (up @ down)
    return merged
