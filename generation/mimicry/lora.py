"""LoRA: matrices of low rank beside the attention's weights learn; the network stays as it is.

Hu et al., “LoRA: Low-Rank Adaptation of Large Language Models” (ICLR 2022), on the attention of the
UNet as diffusers' examples place it, with the peft package.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.checkpoints import Checkpoints
from generation.finetuning.settings import Training
from generation.finetuning.teaching import Course, drawn, teach
from generation.finetuning.tuned import Tuned, low_rank
from generation.finetuning.watching import Watch
from generation.mimic import Mimic
from generation.mimicry import SampleSheets
from generation.networks import Networks
from generation.networks.diffusion import Diffusion
from generation.progress import Progress


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
        "sandbox-quick": {"steps": 200, "rate": 2e-3, "batch": 4, "rank": 16, "alpha": 16},
    }

    rate: Annotated[float, Field(gt=0, le=1)] = 1e-4
    """Learning rate."""
    rank: Annotated[int, Field(ge=1, le=1024)] = 4
    """Rank of the matrices."""
    alpha: Annotated[float, Field(gt=0)] = 4.0
    """The change is scaled by alpha / rank."""
    text_encoder: bool = False
    """Learn matrices beside the text encoder's attention too."""

    def learn(
        self,
        images: Tensor,
        captions: Sequence[str],
        networks: Networks,
        generator: Generator,
        progress: Progress,
        checkpoints: Checkpoints | None = None,
        samples: SampleSheets | None = None,
    ) -> Mimic:
        """`images` [N, 3, H, W] in [0, 1] and a caption each → matrices, a few hundred kB to MB."""
        course = Course(
            method="lora",
            version=self.version,
            settings=self,
            images=images,
            captions=captions,
            networks=networks,
            seed=drawn(generator),
            tune=self._tune,
            lora={"rank": self.rank, "alpha": self.alpha},
        )
        return teach(course, progress, checkpoints, Watch(samples))

    def _tune(self, diffusion: Diffusion, seed: int) -> Tuned:
        return low_rank(
            diffusion, self.rank, self.alpha, self.text_encoder, self.gradient_checkpointing, seed
        )
