"""Amplifications: the difference between two pictures made larger, so that people can find it.

For perceptual studies near the threshold (boosted triplets of JPEG AIC-3, ISO/IEC 29170-3). What
comes out is a stimulus like any other, with a recipe of its own; it is no protection and no
degradation, and nothing is said about people who see the pictures as they are.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class Amplification(Protocol):
    """A picture and its reference in, the picture with its difference enlarged out."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]

    def amplify(
        self,
        images: "Tensor",
        references: "Tensor",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: "Progress",
    ) -> "Tensor":
        """`images` and `references` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""


AMPLIFICATIONS: PluginFolder[Amplification] = PluginFolder("generation.amplifications")
