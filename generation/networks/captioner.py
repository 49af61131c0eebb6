"""Captioners of transformers: a picture to a sentence."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import (
    AutoImageProcessor,
    AutoTokenizer,
    BlipForConditionalGeneration,
    VisionEncoderDecoderModel,
)

from generation.lots import Lot, in_lots
from generation.networks.captioner_files import CONFIG
from generation.networks.files import NetworkUnavailable, Source, read_object
from generation.networks.reading import frozen, intact, quiet
from generation.pixels import to_image
from generation.progress import Progress, silent

ARCHITECTURES: dict[str, Any] = {
    "VisionEncoderDecoderModel": VisionEncoderDecoderModel,
    "BlipForConditionalGeneration": BlipForConditionalGeneration,
}


@dataclass(frozen=True)
class Captioner:
    """An image-to-text network, frozen, with its own preprocessing and tokenizer."""

    device: torch.device
    network: Any
    processor: Any
    tokenizer: Any
    architecture: str
    """A name in ARCHITECTURES."""

    def caption(
        self,
        images: Tensor,
        longest: int = 16,
        beams: int = 4,
        prompt: str = "",
        progress: Progress = silent,
    ) -> list[str]:
        """One sentence an image [N, 3, H, W] in [0, 1], by beam search over at most `longest`
        new tokens; `prompt` is how it begins (BLIP)."""
        # with its end, which BLIP's generate takes off itself
        begin = self.tokenizer(prompt, return_tensors="pt").input_ids if prompt else None
        begin = begin if begin is None else begin.to(self.device)

        def describe(lot: Lot) -> Tensor:
            pictures = [to_image(image) for image in lot.images[0]]
            seen = self.processor(images=pictures, return_tensors="pt").pixel_values
            more = (
                {} if begin is None else {"input_ids": begin.repeat(len(seen), 1).to(self.device)}
            )
            ids: Tensor = self.network.generate(
                pixel_values=seen.to(self.device),
                num_beams=beams,
                max_new_tokens=longest,
                do_sample=False,
                **more,
            )
            room = longest + 1 + (0 if begin is None else begin.shape[1])
            padded = torch.full((len(ids), max(room, ids.shape[1])), self._pad, device=ids.device)
            padded[:, : ids.shape[1]] = ids
            lot.progress(1, 1)
            return padded

        with torch.no_grad():
            ids = in_lots(describe, images, progress=progress)
        told = self.tokenizer.batch_decode(ids, skip_special_tokens=True)
        return [" ".join(sentence.split()) for sentence in told]

    @property
    def _pad(self) -> int:
        pad = self.tokenizer.pad_token_id
        return int(self.tokenizer.eos_token_id if pad is None else pad)


def load_captioner(source: Source, device: torch.device) -> Captioner:
    """The captioner of a source; raises NetworkUnavailable where it is none, or damaged."""
    folder = source.files[CONFIG].parent
    named = next(iter(read_object(source.files[CONFIG]).get("architectures") or [""]))
    if named not in ARCHITECTURES:
        raise NetworkUnavailable(
            f"{source.files[CONFIG]} describes a {named or 'network of unknown kind'}; a captioner"
            f" is one of {', '.join(ARCHITECTURES)}."
        )
    with intact(source.files["weights"]), quiet():
        network = ARCHITECTURES[named].from_pretrained(
            folder,
            local_files_only=True,
            torch_dtype=torch.float32,
            use_safetensors=source.files["weights"].suffix == ".safetensors",
        )
        processor = AutoImageProcessor.from_pretrained(
            folder, local_files_only=True, use_fast=False
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return Captioner(device, frozen(network, device), processor, tokenizer, named)
