"""The settings that every fine-tuning has; a mimicry adds its own."""

from collections.abc import Sequence
from math import ceil, cos, pi
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from generation.checkpoints import Checkpoints
from generation.finetuning.plan import Learns, Prior
from generation.mimicry import SampleSheets
from generation.networks import Networks
from generation.networks.autoencoders import Precision
from generation.progress import Progress

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.mimic import Mimic

CAPTION = "{caption}"


@plugin
class Training:
    """AdamW on the denoising loss. Descriptions stand in `Field`, where subclasses inherit them."""

    version: ClassVar[int]
    fewest: ClassVar[int]

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
            " `auto` is bfloat16 on GPUs that multiply it natively, else float32: on a CPU the"
            " way back through attention and norms is slower in bfloat16."
        ),
    ] = "auto"
    gradient_checkpointing: Annotated[
        bool, Field(description="Less memory for a third more time; learns the same.")
    ] = False

    @property
    def learns(self) -> Learns:
        """What of the network learns."""
        return Learns()

    @property
    def class_prior(self) -> Prior | None:
        """Class images that are learnt beside the pictures."""
        return None

    @property
    def averaging(self) -> float:
        """Decay of the moving average of the weights; 0 where the last weights are the result."""
        return 0.0

    def learn(
        self,
        images: "Tensor",
        captions: Sequence[str],
        networks: Networks,
        generator: "Generator",
        progress: Progress,
        checkpoints: Checkpoints | None = None,
        samples: SampleSheets | None = None,
    ) -> "Mimic":
        """`images` [N, 3, H, W] in [0, 1] and a caption each → what was learnt; see `Mimicry`."""
        # diffusers takes seconds to import, which reading the settings need not wait for
        from generation.finetuning.teaching import Course, drawn, teach  # noqa: PLC0415

        method = type(self).__module__.rpartition(".")[2]
        course = Course(method, self, images, captions, networks, drawn(generator))
        return teach(course, progress, checkpoints, samples)

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
