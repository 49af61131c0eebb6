"""What of a network learns, and beside which class images: values that need no diffusers."""

from dataclasses import dataclass

from generation.samplers import Sampler


@dataclass(frozen=True)
class LowRank:
    """Matrices B·A of rank `rank`, scaled by alpha / rank, beside frozen weights (LoRA)."""

    rank: int
    alpha: float


@dataclass(frozen=True)
class Learns:
    """The UNet, and the text encoder if wanted: all their weights, or matrices of low rank."""

    text_encoder: bool = False
    lora: LowRank | None = None


@dataclass(frozen=True)
class Prior:
    """Class images, which the base network paints itself, and how much they count."""

    prompt: str
    count: int
    weight: float
    sampler: Sampler
