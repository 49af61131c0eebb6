"""Painting from a prompt: what a text-to-image network makes of words and a seed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.progress import Progress
from generation.prompted import Prompted

if TYPE_CHECKING:
    from generation.networks.diffusion import Diffusion


@plugin
class Prompt(Prompted):
    """Classifier-free guided sampling of latents, decoded (Rombach et al. 2022)."""

    label: ClassVar[str] = "Painting from a prompt"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "impress": {"steps": 100},
        "hoenig": {"steps": 50, "karras": True},
        "laptop": {"steps": 20, "guidance": 4.0},
    }
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    varies: ClassVar[tuple[str, ...]] = ("prompt",)

    prompt: str = ""
    """What to paint; with nothing said, the network paints what it likes."""
    size: Annotated[int, Field(ge=8, le=4096)] | None = None
    """Sides in pixels; by default what the network was trained on."""

    def check(self, diffusion: "Diffusion", prompts: Sequence[str]) -> None:
        """Raises what `paint` would of its prompts and size, before anything is computed."""
        # diffusers takes seconds to import, which reading the settings need not wait for
        from generation.sampling import check  # noqa: PLC0415

        check(diffusion, prompts, self.negative, self.size)

    def paint(
        self,
        diffusion: "Diffusion",
        prompts: Sequence[str],
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """One picture [3, size, size] a prompt and generator, on the 8-bit grid."""
        # diffusers takes seconds to import, which reading the settings need not wait for
        from generation.sampling import paint  # noqa: PLC0415

        return paint(
            diffusion,
            prompts,
            self.negative,
            self.sampler,
            generators,
            progress,
            self.size,
            self.safety,
        )
