"""Preference scorers in the layouts of transformers, and of open_clip as one file of weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import open_clip
import torch
from torch import Tensor
from torch.nn.functional import normalize
from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

from generation.lots import Lot, in_lots
from generation.networks.clip import ALONE, Clip
from generation.networks.embedding_files import CONFIG
from generation.networks.files import NetworkUnavailable, Source
from generation.networks.reading import frozen, intact, quiet, state_dict
from generation.pixels import to_image
from generation.refusals import too_long


@dataclass(frozen=True)
class TransformersClip:
    """A CLIP network of transformers, frozen, with its own preprocessing and tokenizer."""

    device: torch.device
    network: Any
    processor: Any
    tokenizer: Any
    longest: int
    """Tokens that it reads, with those of start and end."""
    logit_scale: float

    def embed_images(self, images: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] → unit vectors [N, D], float32; by way of 8 bits."""

        def embed(lot: Lot) -> Tensor:
            pictures = [to_image(image) for image in lot.images[0]]
            seen = self.processor(images=pictures, return_tensors="pt").pixel_values
            pooled = self.network.vision_model(pixel_values=seen.to(self.device)).pooler_output
            features: Tensor = self.network.visual_projection(pooled)
            return normalize(features.float(), dim=-1)

        with torch.no_grad():
            return in_lots(embed, images, size=ALONE)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Sentences → unit vectors [M, D], float32. Raises PromptError for one that is too long."""
        with torch.no_grad():
            return torch.cat([self._text(text) for text in texts])

    def _text(self, text: str) -> Tensor:
        tokens = self.tokenizer([text], return_tensors="pt")
        count = tokens.input_ids.shape[1]
        if count > self.longest:
            raise too_long("text", text, count, self.longest)
        padded = self.tokenizer(
            [text], padding="max_length", max_length=self.longest, return_tensors="pt"
        ).to(self.device)
        pooled = self.network.text_model(
            input_ids=padded.input_ids, attention_mask=padded.attention_mask
        ).pooler_output
        return normalize(self.network.text_projection(pooled).float(), dim=-1)


def load_transformers_clip(source: Source, device: torch.device) -> TransformersClip:
    """The CLIP network of a folder of transformers."""
    folder, weights = source.files[CONFIG].parent, source.files["weights"]
    with intact(weights), quiet():
        network = CLIPModel.from_pretrained(
            folder,
            local_files_only=True,
            torch_dtype=torch.float32,
            use_safetensors=weights.suffix == ".safetensors",
        )
        processor = AutoImageProcessor.from_pretrained(
            folder, local_files_only=True, use_fast=False
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return TransformersClip(
        device=device,
        network=frozen(network, device),
        processor=processor,
        tokenizer=tokenizer,
        longest=int(network.config.text_config.max_position_embeddings),
        logit_scale=float(network.logit_scale.detach().exp()),
    )


def load_open_clip_file(source: Source, device: torch.device) -> Clip:
    """An architecture of open_clip with the weights of a file (a state dict, or one inside)."""
    ((architecture, path),) = source.files.items()
    if architecture not in open_clip.list_models():
        raise NetworkUnavailable(
            f"open_clip knows no architecture “{architecture}”: write it as open_clip does, e.g."
            " ViT-H-14:HPS_v2.1_compressed.pt."
        )
    found = state_dict(path)
    with intact(path), quiet():
        network, _, preprocess = open_clip.create_model_and_transforms(architecture, device="cpu")
        network.load_state_dict(found.get("state_dict", found))
        tokenizer = open_clip.get_tokenizer(architecture)
    return Clip(
        device=device,
        network=frozen(network, device),
        preprocess=preprocess,
        tokenizer=tokenizer,
        logit_scale=float(network.logit_scale.detach().exp()),
    )
