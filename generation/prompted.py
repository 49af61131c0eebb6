"""What all methods that paint from words have in common: how noise becomes a picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from config.plugins import plugin
from generation.networks.autoencoders import Precision
from generation.progress import Progress
from generation.samplers import Safety, Sampler, Scheduler

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks


@plugin
class Prompted:
    """Settings of the sampler; see generation.samplers for what they do."""

    negative: Annotated[str, Field(description="What not to paint: guided away from.")] = ""
    scheduler: Annotated[Scheduler, Field(description="dpmpp: DPM-Solver++ (2M); ddim: DDIM.")] = (
        "dpmpp"
    )
    steps: Annotated[int, Field(ge=1, le=1000, description="Steps of the scheduler.")] = 50
    guidance: Annotated[
        float, Field(ge=0, le=100, description="Weight of classifier-free guidance; 1 is none.")
    ] = 7.5
    eta: Annotated[
        float, Field(ge=0, le=1, description="Fresh noise at each step of ddim; 0 is none.")
    ] = 0.0
    karras: Annotated[
        bool, Field(description="Steps of dpmpp spaced as by Karras et al. (2022).")
    ] = False
    precision: Annotated[
        Precision,
        Field(description="What the network computes in; bfloat16 is faster where it is native."),
    ] = "float32"
    safety: Annotated[
        Safety,
        Field(
            description="Pictures that the network's own safety checker flags (if it has one) are"
            " refused with a sentence, left blank (black) as diffusers does, or kept."
        ),
    ] = "refuse"

    def __post_init__(self) -> None:
        _ = self.sampler  # which refuses what does not go together

    @property
    def sampler(self) -> Sampler:
        """The sampler of these settings."""
        return Sampler(
            scheduler=self.scheduler,
            steps=self.steps,
            guidance=self.guidance,
            eta=self.eta,
            karras=self.karras,
            precision=self.precision,
        )


@plugin
class Repainting(Prompted):
    """Image-to-image: a picture part of the way back to noise, and painted again from a prompt."""

    prompt: Annotated[str, Field(description="What the picture shall become.")] = ""
    strength: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="How far back to noise: at 1 nothing but the picture's broadest tones is"
            " left.",
        ),
    ] = 0.5

    def repainted(
        self,
        images: "Tensor",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: Progress,
    ) -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1] → the same, painted again, on the 8-bit grid."""
        # diffusers takes seconds to import, which reading the settings need not wait for
        from generation.sampling import repaint  # noqa: PLC0415

        prompts = [self.prompt] * len(images)
        return repaint(
            networks.diffusion, images, prompts, self.strength, self.sampler, generators,
            progress, self.negative, self.safety,
        )  # fmt: skip
