"""Paintings: pictures made from words, by a network as it came or by a mimic of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks.diffusion import Diffusion
    from generation.progress import Progress


class Painting(Protocol):
    """Paints one picture for each prompt; its own setting `prompt` is one of them."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]
    varies: ClassVar[tuple[str, ...]]
    """Settings that may differ among the pictures of one batch."""

    def check(self, diffusion: "Diffusion", prompts: Sequence[str]) -> None:
        """Raises what `paint` would of its prompts and settings, before anything is computed."""

    def paint(
        self,
        diffusion: "Diffusion",
        prompts: Sequence[str],
        generators: "Sequence[Generator]",
        progress: "Progress",
    ) -> "Tensor":
        """Pictures [N, 3, H, W] in [0, 1] on the 8-bit grid, one a prompt and generator.

        `diffusion` is the base network, or what a mimic made of it (`Mimic.onto`). Raises Refused
        for a prompt that is too long or a picture that the safety checker flags.
        """


PAINTINGS: PluginFolder[Painting] = PluginFolder("generation.paintings")
