"""Frozen networks: found by id, checked by sha256, loaded once per process.

This file imports no torch, so that a web process can `identify` a network for a recipe.

A network id is one of
- a hub id with an AutoencoderKL, `owner/name` or `owner/name@revision`
  (`stabilityai/sd-vae-ft-mse`, `stabilityai/stable-diffusion-2-1-base@…`),
- a diffusers folder (config.json and diffusion_pytorch_model.safetensors), by path or by its name
  in the networks folder,
- a short name: `sd1_vaelight`, `taef2` (autoencoders of the networks folder), `lpips_squeeze`,
  `lpips_vgg`, `lpips_alex` (perceptual).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation.networks.sources import NetworkUnavailable, locate

if TYPE_CHECKING:
    import torch

    from generation.networks.autoencoders import Autoencoder
    from generation.networks.perceptual import Perceptual

__all__ = ["NetworkRecord", "NetworkUnavailable", "Networks", "identify", "load"]


@dataclass(frozen=True)
class NetworkRecord:
    """What a recipe stores of a network: enough to know whether it is the same one."""

    id: str
    revision: str
    """The hub's commit, or empty for files that have none."""
    sha256: str
    """Of the list of its files' names and sha256s."""


@dataclass(frozen=True)
class Networks:
    """The networks of one step by role, on one device: frozen, in eval mode, shared by threads."""

    device: "torch.device"
    records: Mapping[str, NetworkRecord]
    members: Mapping[str, Any]

    @property
    def autoencoder(self) -> "Autoencoder":
        """Images to latents and back. Raises NetworkUnavailable where none was named."""
        autoencoder: Autoencoder = self._member("autoencoder")
        return autoencoder

    @property
    def perceptual(self) -> "Perceptual":
        """LPIPS. Raises NetworkUnavailable where none was named."""
        perceptual: Perceptual = self._member("perceptual")
        return perceptual

    def _member(self, role: str) -> Any:
        if role not in self.members:
            raise NetworkUnavailable(f"This method needs a network in the role “{role}”: name one.")
        return self.members[role]


def identify(network_id: str, folder: Path | None) -> NetworkRecord:
    """The record of the network called `network_id`; `folder` is the networks folder, if any.

    Hashes the files (remembered by path, time and size). Raises NetworkUnavailable with one
    sentence where a file is missing or is not the one that the folder's MANIFEST.csv names.
    """
    source = locate(network_id, folder)
    return NetworkRecord(id=network_id, revision=source.revision, sha256=source.sha256)


def load(ids: Mapping[str, str], folder: Path | None, device: str = "cpu") -> Networks:
    """The networks of a step: role → network id, e.g. {"autoencoder": "sd1_vaelight"}.

    Each is loaded once per process and device, whatever the number of calls and threads.
    Raises NetworkUnavailable as `identify` does.
    """
    # torch is imported here alone, so that the web process never loads it
    from generation.networks.loading import member, torch_device  # noqa: PLC0415

    where = torch_device(device)
    sources = {role: locate(network_id, folder) for role, network_id in ids.items()}
    records = {
        role: NetworkRecord(ids[role], source.revision, source.sha256)
        for role, source in sources.items()
    }
    members = {role: member(role, source, where) for role, source in sources.items()}
    return Networks(device=where, records=records, members=members)
