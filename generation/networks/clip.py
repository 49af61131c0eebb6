"""Image-text pairs of open_clip: pictures and sentences as directions of one space."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import open_clip
import torch
from torch import Tensor
from torch.nn.functional import normalize

from generation.lots import Lot, in_lots
from generation.networks.clip_files import CONFIG, WEIGHTS
from generation.networks.files import Source
from generation.networks.reading import frozen, intact, quiet
from generation.pixels import to_image
from generation.refusals import too_long

ALONE = 1
"""One at a time: the last layer has one row a picture, and how it adds depends on the row."""


@dataclass(frozen=True)
class Clip:
    """One open_clip network, frozen, with its own preprocessing and tokenizer."""

    device: torch.device
    network: Any
    preprocess: Any
    """Pillow image → [3, h, w]: resized, cropped and scaled as the network's configuration says."""
    tokenizer: Any
    logit_scale: float
    """Cosines times this are the logits that the network was trained with (1 / temperature)."""

    def embed_images(self, images: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] → unit vectors [N, D], float32; by way of 8 bits."""

        def embed(lot: Lot) -> Tensor:
            seen = torch.stack([self.preprocess(to_image(image)) for image in lot.images[0]])
            features: Tensor = self.network.encode_image(seen.to(self.device))
            return normalize(features.float(), dim=-1)

        with torch.no_grad():
            return in_lots(embed, images, size=ALONE)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Sentences → unit vectors [M, D], float32. Raises PromptError for one that is too long."""

        def embed(lot: Lot) -> Tensor:
            features: Tensor = self.network.encode_text(lot.images[0])
            return normalize(features.float(), dim=-1)

        self._check(texts)
        with torch.no_grad():
            return in_lots(embed, self.tokenizer(list(texts)).to(self.device), size=ALONE)

    def _check(self, texts: Sequence[str]) -> None:
        """open_clip cuts a long text in silence; given more room, it shows how long it is."""
        limit = int(self.tokenizer.context_length)
        for text in texts:
            room = limit + 4 * len(text) + 2  # a character has at most four bytes, a token each
            count = room - _padding(self.tokenizer([text], context_length=room)[0])
            if count > limit:
                raise too_long("text", text, count, limit)


def _padding(ids: Tensor) -> int:
    """How many tokens at the end repeat what they are padded with (0, or the end token)."""
    last = int(ids[-1])
    different = (ids != last).nonzero()
    used = int(different[-1]) + 1 if len(different) else 0
    return len(ids) - used - (1 if last != 0 else 0)


def load_clip(source: Source, device: torch.device) -> Clip:
    """The open_clip network of a folder; raises NetworkUnavailable where it is damaged."""
    folder = f"local-dir:{source.files[CONFIG].parent}"
    with intact(source.files[CONFIG], source.files[WEIGHTS]), quiet():
        network, _, preprocess = open_clip.create_model_and_transforms(folder, device="cpu")
        tokenizer = open_clip.get_tokenizer(folder)
    return Clip(
        device=device,
        network=frozen(network, device),
        preprocess=preprocess,
        tokenizer=tokenizer,
        logit_scale=float(network.logit_scale.detach().exp()),
    )
