"""Protections: what an artist does to a picture before posting it (cloaks, immunisation)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.budgets import Budget
    from generation.networks import Networks
    from generation.progress import Progress


class Protection(Protocol):
    """Moves images within a budget. Images of one batch never influence each other."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]
    """Roles of the networks it uses: autoencoder, perceptual, ..."""
    takes_target: ClassVar[bool]
    """Whether `target` is required (an image of the same size that the latent is drawn to)."""

    @property
    def limit(self) -> "Budget":
        """Norm and value on [0, 1] pixels; holds for the saved 8-bit image."""

    def protect(
        self,
        images: "Tensor",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: "Progress",
        target: "Tensor | None" = None,
    ) -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1], one generator an image → the same shape and range.

        What is returned lies on the 8-bit grid (multiples of 1/255) and within `limit`.
        """


PROTECTIONS: PluginFolder[Protection] = PluginFolder("generation.protections")
