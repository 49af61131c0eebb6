"""LoRA: matrices of low rank beside the attention's weights learn; the network stays as it is.

Hu et al., “LoRA: Low-Rank Adaptation of Large Language Models” (ICLR 2022), on the attention of the
UNet as diffusers' examples place it, with the peft package.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import Settings, plugin
from generation.finetuning.plan import Learns, LowRank
from generation.finetuning.settings import Training


@plugin
class Lora(Training):
    """W + (alpha / rank) · B·A for the projections to_q, to_k, to_v and to_out of the attention."""

    label: ClassVar[str] = "LoRA fine-tuning"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    fewest: ClassVar[int] = 3
    presets: ClassVar[Mapping[str, Settings]] = {
        "diffusers": {"steps": 500, "rate": 1e-4, "batch": 1, "rank": 4, "alpha": 4},
        "gridpure": {"steps": 200, "rate": 1e-4},
        "copyrightmeter": {"epochs": 50, "rate": 1e-4, "batch": 4},
        "sandbox-quick": {
            "steps": 200,
            "rate": 2e-3,
            "batch": 4,
            "rank": 16,
            "alpha": 16,
            "precision": "float32",
        },
    }

    rate: Annotated[float, Field(gt=0, le=1)] = 1e-4
    """Learning rate."""
    rank: Annotated[int, Field(ge=1, le=1024)] = 4
    """Rank of the matrices."""
    alpha: Annotated[float, Field(gt=0)] = 4.0
    """The change is scaled by alpha / rank."""
    text_encoder: bool = False
    """Learn matrices beside the text encoder's attention too."""

    @property
    def learns(self) -> Learns:
        """Matrices beside the UNet's attention, and beside the text encoder's if wanted."""
        return Learns(self.text_encoder, LowRank(self.rank, self.alpha))
