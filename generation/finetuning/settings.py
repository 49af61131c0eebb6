"""The settings that every fine-tuning has; a mimicry adds its own."""

from math import ceil, cos, pi
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from generation.networks.autoencoders import Precision

CAPTION = "{caption}"


@plugin
class Training:
    """AdamW on the denoising loss. Descriptions stand in `Field`, where subclasses inherit them."""

    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    fewest: ClassVar[int] = 3

    prompt: Annotated[
        str,
        Field(
            min_length=1,
            description="What each picture is learnt under. {caption} stands for its own caption;"
            " without it, all are learnt under the one prompt (with a rare word that names the"
            " artist).",
        ),
    ] = CAPTION
    steps: Annotated[int, Field(ge=1, le=100_000, description="Steps of the optimiser.")] = 400
    epochs: Annotated[
        int,
        Field(
            ge=0, le=100_000, description="Passes over the pictures, instead of `steps`; 0: none."
        ),
    ] = 0
    rate: Annotated[float, Field(gt=0, le=1, description="Learning rate.")] = 5e-6
    schedule: Annotated[
        Literal["constant", "linear", "cosine"],
        Field(description="The learning rate stays, or falls to 0 in a line or a cosine."),
    ] = "constant"
    warm_up: Annotated[
        int, Field(ge=0, description="Steps in which the learning rate rises from 0.")
    ] = 0
    batch: Annotated[
        int, Field(ge=1, le=1024, description="Pictures that are computed at once.")
    ] = 1
    accumulate: Annotated[
        int,
        Field(ge=1, le=1024, description="Batches whose gradients are averaged for one step."),
    ] = 1
    weight_decay: Annotated[
        float, Field(ge=0, le=1, description="AdamW's decoupled weight decay.")
    ] = 0.01
    clip: Annotated[
        float, Field(ge=0, description="Longest gradient, as L2 over all weights; 0: any.")
    ] = 1.0
    latents: Annotated[
        Literal["sampled", "mean"],
        Field(
            description="Draw each latent anew from the autoencoder's posterior, or use its mean."
        ),
    ] = "sampled"
    flip: Annotated[bool, Field(description="Mirror each picture half of the time.")] = False
    precision: Annotated[
        Precision,
        Field(
            description="What the networks compute in; weights and the optimiser are float32."
            " `auto` is bfloat16 where the device multiplies it natively."
        ),
    ] = "auto"
    gradient_checkpointing: Annotated[
        bool, Field(description="Less memory for a third more time; learns the same.")
    ] = False

    def length(self, pictures: int) -> int:
        """Steps of a training with so many pictures."""
        if not self.epochs:
            return self.steps
        return ceil(self.epochs * pictures / (self.batch * self.accumulate))

    def rate_at(self, step: int, length: int) -> float:
        """Learning rate of the step number `step` (from 0) of `length`."""
        if step < self.warm_up:
            return self.rate * step / self.warm_up
        done = (step - self.warm_up) / max(1, length - self.warm_up)
        falls = {"constant": 1.0, "linear": 1 - done, "cosine": (1 + cos(pi * done)) / 2}
        return self.rate * falls[self.schedule]

    @property
    def averaging(self) -> float:
        """Decay of the moving average of the weights; 0 where the last weights are the result."""
        return 0.0
