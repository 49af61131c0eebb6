"""Frozen networks: found by id, checked by sha256, loaded once per process.

This file imports no torch, so that a web process can `identify` a network for a recipe.

A network id is one of
- a hub id, `owner/name` or `owner/name@revision` (an AutoencoderKL, a Stable Diffusion pipeline,
  an open_clip network, a captioner),
- a folder in the layout of diffusers, open_clip or transformers, by path or by its name in the
  networks folder,
- for clip, `architecture:tag` of open_clip's list (`ViT-L-14:openai`),
- for style (CSD) and aesthetic (a head on CLIP), a file of weights, by path or in the networks
  folder; for preference also `architecture:file` (`ViT-H-14:HPS_v2.1_compressed.pt`),
- for brisque, a folder with allmodel and allrange; for dists `dists_vgg`, or a folder,
- for inception, a file of weights with torchvision's names of layers, or a short name:
  `inception_fid`, `inception_torchvision`, `inception_art`,
- a short name: `sd1_vaelight`, `taef2` (autoencoders of the networks folder), `lpips_squeeze`,
  `lpips_vgg`, `lpips_alex` (perceptual); `sandbox` (autoencoder, diffusion), `sandbox_clip`,
  `sandbox_lpips`, which come with the project.
Any of them may end in `#` and the first digits of its sha256, which is then checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation.networks.files import NetworkUnavailable
from generation.networks.sources import locate

if TYPE_CHECKING:
    import torch

    from generation.networks.autoencoders import Autoencoder
    from generation.networks.captioner import Captioner
    from generation.networks.clip import Clip
    from generation.networks.diffusion import Diffusion
    from generation.networks.dino import Dino
    from generation.networks.dists import Dists
    from generation.networks.head import Head
    from generation.networks.inception import Inception
    from generation.networks.perceptual import Perceptual
    from generation.networks.preference import TransformersClip
    from generation.networks.style import StyleDescriptor
    from generation.networks.svr import Regression

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

    @property
    def diffusion(self) -> "Diffusion":
        """A text-to-image pipeline. Raises NetworkUnavailable where none was named."""
        diffusion: Diffusion = self._member("diffusion")
        return diffusion

    @property
    def clip(self) -> "Clip":
        """An image-text pair. Raises NetworkUnavailable where none was named."""
        clip: Clip = self._member("clip")
        return clip

    @property
    def captioner(self) -> "Captioner":
        """Images to sentences. Raises NetworkUnavailable where none was named."""
        captioner: Captioner = self._member("captioner")
        return captioner

    @property
    def style(self) -> "StyleDescriptor":
        """Images to style descriptors. Raises NetworkUnavailable where none was named."""
        style: StyleDescriptor = self._member("style")
        return style

    @property
    def dino(self) -> "Dino":
        """Images to class tokens. Raises NetworkUnavailable where none was named."""
        dino: Dino = self._member("dino")
        return dino

    @property
    def preference(self) -> "Clip | TransformersClip":
        """An image-text pair tuned on choices. Raises NetworkUnavailable where none was named."""
        preference: Clip | TransformersClip = self._member("preference")
        return preference

    @property
    def aesthetic(self) -> "Head":
        """CLIP's embeddings to marks. Raises NetworkUnavailable where none was named."""
        aesthetic: Head = self._member("aesthetic")
        return aesthetic

    @property
    def dists(self) -> "Dists":
        """Structure and texture. Raises NetworkUnavailable where none was named."""
        dists: Dists = self._member("dists")
        return dists

    @property
    def brisque(self) -> "Regression":
        """Scene statistics to opinions. Raises NetworkUnavailable where none was named."""
        brisque: Regression = self._member("brisque")
        return brisque

    @property
    def inception(self) -> "Inception":
        """What FID and its kin compare. Raises NetworkUnavailable where none was named."""
        inception: Inception = self._member("inception")
        return inception

    def _member(self, role: str) -> Any:
        if role not in self.members:
            raise NetworkUnavailable(f"This method needs a network in the role “{role}”: name one.")
        return self.members[role]


def identify(network_id: str, folder: Path | None, role: str) -> NetworkRecord:
    """The record of the network called `network_id`; `folder` is the networks folder, if any.

    `role` says which of its files count: autoencoder, perceptual, diffusion, clip, captioner,
    style, dino, aesthetic, preference, dists, brisque.
    Hashes the files (remembered by path, time and size). Raises NetworkUnavailable with one
    sentence where a file is missing or is not the one that a MANIFEST.csv or the id itself names.
    """
    source = locate(role, network_id, folder)
    return _record(network_id, source.revision, source.sha256)


def load(ids: Mapping[str, str], folder: Path | None, device: str = "cpu") -> Networks:
    """The networks of a step: role → network id, e.g. {"autoencoder": "sd1_vaelight"}.

    Each is loaded once per process and device, whatever the number of calls and threads.
    Raises NetworkUnavailable as `identify` does.
    """
    # torch is imported here alone, so that the web process never loads it
    from generation.networks.loading import member, torch_device  # noqa: PLC0415

    where = torch_device(device)
    sources = {role: locate(role, network_id, folder) for role, network_id in ids.items()}
    records = {
        role: _record(ids[role], source.revision, source.sha256) for role, source in sources.items()
    }
    members = {role: member(role, source, where) for role, source in sources.items()}
    return Networks(device=where, records=records, members=members)


def _record(network_id: str, revision: str, sha256: str) -> NetworkRecord:
    """What the id pins has been checked, and is said by revision and sha256."""
    return NetworkRecord(id=network_id.partition("#")[0], revision=revision, sha256=sha256)
