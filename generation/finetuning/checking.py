"""Whether pictures and captions can be learnt from; a sentence where they cannot."""

from collections.abc import Sequence

from torch import Tensor

from generation.finetuning.settings import CAPTION, Training
from generation.mimicry import MimicryError
from generation.networks.diffusion import Diffusion


def check(
    settings: Training, images: Tensor, captions: Sequence[str], diffusion: Diffusion
) -> None:
    """Raises MimicryError for too few pictures, sizes that do not fit, and missing captions."""
    if images.dim() != 4 or images.shape[1] != 3:
        raise MimicryError(f"Pictures come as [N, 3, H, W], not as {list(images.shape)}.")
    if len(images) < settings.fewest:
        raise MimicryError(
            f"A mimic needs at least {settings.fewest} pictures to learn from; given:"
            f" {len(images)}."
        )
    height, width = images.shape[-2:]
    factor = diffusion.autoencoder.factor
    if height % factor or width % factor:
        raise MimicryError(
            f"The network takes pictures whose sides are multiples of {factor} pixels, not"
            f" {width} × {height}: prepare them first."
        )
    _check_captions(settings, captions, len(images))


def _check_captions(settings: Training, captions: Sequence[str], pictures: int) -> None:
    if len(captions) != pictures:
        raise MimicryError(
            f"Each picture needs a caption; given: {len(captions)} for {pictures} pictures."
        )
    bare = [number for number, caption in enumerate(captions, start=1) if not caption.strip()]
    if bare and CAPTION in settings.prompt:
        raise MimicryError(
            f"Picture {bare[0]} of {pictures} has no caption: write one, let a captioner write it,"
            f" or set a prompt without {CAPTION} for all of them."
        )
