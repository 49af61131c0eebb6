"""DreamBooth: the whole network learns an artist's pictures, if wanted beside class images.

Ruiz et al., “DreamBooth: Fine Tuning Text-to-Image Diffusion Models for Subject-Driven Generation”
(CVPR 2023), in latent space as diffusers' example trains it. Written from the paper's equations
and the documentation of that example.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import Settings, plugin
from generation.finetuning.plan import Learns, Prior
from generation.finetuning.settings import Training
from generation.samplers import Sampler


@plugin
class DreamBooth(Training):
    """min_θ E ‖ε − ε_θ(z_t, t, c)‖² + λ · E ‖ε − ε_θ(z'_t, t, c')‖², all weights of the UNet.

    z and c are a picture's latent and prompt; z' and c' those of class images that the base
    network painted itself (with `prior`).
    """

    label: ClassVar[str] = "DreamBooth (re-implementation)"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    fewest: ClassVar[int] = 3
    presets: ClassVar[Mapping[str, Settings]] = {
        "diffusers": {"steps": 400, "rate": 5e-6, "batch": 1},
        "diffusers-prior": {"steps": 800, "rate": 5e-6, "batch": 1, "prior": True},
        "diffusers-text-encoder": {
            "steps": 800,
            "rate": 2e-6,
            "batch": 1,
            "prior": True,
            "text_encoder": True,
        },
        "response-to-impress-600": {"steps": 600},
        "response-to-impress-1000": {"steps": 1000},
        "copyrightmeter": {"steps": 1000, "rate": 5e-7, "batch": 2},
        "sandbox-quick": {"steps": 200, "rate": 1e-4, "batch": 4, "precision": "float32"},
    }

    text_encoder: bool = False
    """Let the text encoder learn too."""
    prior: bool = False
    """Learn class images as well, which keeps the network from forgetting the class."""
    class_prompt: Annotated[str, Field(min_length=1)] = "a painting"
    """What class images are painted from."""
    class_images: Annotated[int, Field(ge=1, le=10_000)] = 200
    """How many of them."""
    prior_weight: Annotated[float, Field(ge=0)] = 1.0
    """λ, the weight of their loss."""
    class_steps: Annotated[int, Field(ge=1, le=1000)] = 50
    """Steps of the sampler that paints them."""
    class_guidance: Annotated[float, Field(ge=0, le=50)] = 7.5
    """Its guidance."""

    @property
    def learns(self) -> Learns:
        """The whole UNet, and the whole text encoder if wanted."""
        return Learns(self.text_encoder)

    @property
    def class_prior(self) -> Prior | None:
        """Class images, where they are wanted."""
        if not self.prior:
            return None
        sampler = Sampler(
            steps=self.class_steps, guidance=self.class_guidance, precision=self.precision
        )
        return Prior(self.class_prompt, self.class_images, self.prior_weight, sampler)
