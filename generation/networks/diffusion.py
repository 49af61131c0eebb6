"""Stable Diffusion 1.x and 2.x as a value: autoencoder, UNet, text encoder, tokenizer, scheduler.

The parts are diffusers' and transformers' own, frozen and shared. A tuned network is
`dataclasses.replace(diffusion, unet=…, text_encoder=…)` with parts of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
from torch import Tensor, nn
from transformers import CLIPImageProcessor, CLIPTextModel, CLIPTokenizer

from generation.lots import Lot, in_lots
from generation.networks.autoencoders import DiffusersAutoencoder
from generation.networks.files import NetworkUnavailable, Source, read_object
from generation.networks.prompt_lengths import refuse_longer, token_limit
from generation.networks.reading import frozen, intact, quiet
from generation.pixels import to_image

PREDICTIONS = ("epsilon", "v_prediction", "sample")


@dataclass(frozen=True)
class SafetyChecker:
    """Stable Diffusion's own: compares a picture's CLIP embedding with those of 20 concepts."""

    network: Any
    processor: Any
    device: torch.device

    def flagged(self, images: Tensor) -> Tensor:
        """Which of `images` [N, 3, H, W] in [0, 1] it would not show: [N] of bool."""
        pictures = [to_image(image) for image in images]
        seen: Tensor = self.processor(images=pictures, return_tensors="pt").pixel_values
        unused = torch.zeros(len(images), 1)  # what the checker would black out
        _, flags = self.network(clip_input=seen.to(self.device), images=unused)
        return torch.tensor(flags, dtype=torch.bool)


@dataclass(frozen=True)
class Diffusion:
    """A text-to-image pipeline on one device."""

    device: torch.device
    autoencoder: DiffusersAutoencoder
    """Latents are its means, unscaled; the UNet works on `scaling` times them."""
    unet: nn.Module
    """UNet2DConditionModel: latents [N, C, h, w], step [N], embeddings [N, T, D] → [N, C, h, w]."""
    text_encoder: nn.Module
    """CLIPTextModel: token ids [N, T] → last_hidden_state [N, T, D]."""
    tokenizer: Any
    """CLIPTokenizer."""
    scheduler: Mapping[str, Any]
    """The scheduler's configuration as published: betas, prediction_type, steps_offset, …"""
    scaling: float
    """Latents times this have about unit variance (the autoencoder's scaling_factor)."""
    safety_checker: SafetyChecker | None
    """Where the published pipeline has one."""
    resolution: int
    """Sides of the pictures that it was trained on, in pixels."""
    sha256: str
    """Of the base network's files, whatever parts have been tuned since."""

    @property
    def tokens(self) -> int:
        """How many tokens a prompt may have, its start and its end included."""
        config: Any = self.text_encoder.config
        return token_limit(self.tokenizer, int(config.max_position_embeddings))

    @property
    def prediction(self) -> str:
        """What the UNet predicts: epsilon (the noise), v_prediction or sample."""
        return str(self.scheduler.get("prediction_type", "epsilon"))

    def tokenise(self, prompts: Sequence[str]) -> Tensor:
        """Token ids [N, tokens] of `prompts`, padded, on the network's device.

        Raises PromptError for one that is too long: a prompt is never cut in silence.
        """
        refuse_longer(self.tokenizer, self.tokens, prompts)
        found = self.tokenizer(
            list(prompts), padding="max_length", max_length=self.tokens, return_tensors="pt"
        )
        ids: Tensor = found.input_ids
        return ids.to(self.device)

    def embed(self, prompts: Sequence[str]) -> Tensor:
        """Embeddings [N, tokens, D], float32; each the same whatever prompts stand beside it.

        Gradients reach a text encoder that is being trained. Raises PromptError.
        """

        def embed_lot(lot: Lot) -> Tensor:
            hidden: Tensor = self.text_encoder(lot.images[0])[0]
            return hidden.float()

        return in_lots(embed_lot, self.tokenise(prompts))

    def flagged(self, images: Tensor) -> Tensor:
        """Which of `images` [N, 3, H, W] the safety checker flags, [N] of bool; none without."""
        if self.safety_checker is None:
            return torch.zeros(len(images), dtype=torch.bool)
        with torch.no_grad():
            return in_lots(lambda lot: self._checked(lot.images[0]), images)

    def _checked(self, images: Tensor) -> Tensor:
        assert self.safety_checker is not None, "asked only where there is one"
        return self.safety_checker.flagged(images)


def load_pipeline(
    source: Source, device: torch.device, autoencoder: DiffusersAutoencoder
) -> Diffusion:
    """The pipeline of a source; its autoencoder, loaded already, is shared with other roles.

    Raises NetworkUnavailable where a part is damaged, is of another kind or does not fit.
    """
    folder = source.files["index"].parent
    unet = _part(source, device, "unet", UNet2DConditionModel)
    encoder = _part(source, device, "text_encoder", CLIPTextModel)
    scheduler = read_object(source.files["scheduler/scheduler_config.json"])
    with intact(folder / "tokenizer"):
        tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    side = unet.config.sample_size
    diffusion = Diffusion(
        device=device,
        autoencoder=autoencoder,
        unet=unet,
        text_encoder=encoder,
        tokenizer=tokenizer,
        scheduler=scheduler,
        scaling=float(autoencoder.network.config.scaling_factor),
        safety_checker=_checker(source, device),
        resolution=(side if isinstance(side, int) else min(side)) * autoencoder.factor,
        sha256=source.sha256,
    )
    _check_fit(diffusion, folder)
    return diffusion


def _part(source: Source, device: torch.device, part: str, kind: Any) -> Any:
    """A part by its own from_pretrained, float32; a weight that is missing is a damaged file."""
    path = source.files[f"{part}/config.json"]
    weights = next(
        file for name, file in source.files.items()
        if name.startswith(f"{part}/") and file.suffix == ".safetensors"
    )  # fmt: skip
    _check_kind(path, kind)
    with intact(weights), quiet():
        network, told = kind.from_pretrained(
            path.parent,
            variant="fp16" if ".fp16." in weights.name else None,
            torch_dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        absent = [*told["missing_keys"], *told["mismatched_keys"]]
        if absent:
            raise ValueError(f"it lacks {absent[0]} as it should be")
    return frozen(network, device)


def _check_kind(path: Path, kind: Any) -> None:
    config = read_object(path)
    named = config.get("_class_name") or next(iter(config.get("architectures") or [""]))
    if named != kind.__name__:
        raise NetworkUnavailable(
            f"{path} describes a {named or 'network of unknown kind'}; a {kind.__name__} is needed:"
            " name a pipeline of Stable Diffusion 1.x or 2.x."
        )


def _checker(source: Source, device: torch.device) -> SafetyChecker | None:
    if "safety_checker/config.json" not in source.files:
        return None
    network = _part(source, device, "safety_checker", StableDiffusionSafetyChecker)
    settings = source.files["feature_extractor/preprocessor_config.json"]
    with intact(settings):
        processor = CLIPImageProcessor.from_pretrained(settings.parent, local_files_only=True)
    return SafetyChecker(network, processor, device)


def _check_fit(diffusion: Diffusion, folder: Path) -> None:
    """Parts that load but do not belong together give pictures of nothing: refuse them here."""
    unet: Any = diffusion.unet.config
    encoder: Any = diffusion.text_encoder.config
    channels = diffusion.autoencoder.network.config.latent_channels
    fits: Mapping[str, Callable[[], bool]] = {
        f"the UNet takes {unet.in_channels} channels, the autoencoder gives {channels}": (
            lambda: unet.in_channels == unet.out_channels == channels
        ),
        f"the UNet reads {unet.cross_attention_dim} features, the text encoder gives"
        f" {encoder.hidden_size}": lambda: unet.cross_attention_dim == encoder.hidden_size,
        f"the text encoder knows {encoder.vocab_size} tokens, the tokenizer"
        f" {len(diffusion.tokenizer)}": lambda: encoder.vocab_size >= len(diffusion.tokenizer),
        f"its prediction_type is “{diffusion.prediction}”, not one of {', '.join(PREDICTIONS)}": (
            lambda: diffusion.prediction in PREDICTIONS
        ),
    }
    for problem, fit in fits.items():
        if not fit():
            raise NetworkUnavailable(
                f"The pipeline in {folder} cannot paint from a prompt: {problem}."
            )
