"""Purifications: what somebody does to a posted picture to undo a protection."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class Purification(Protocol):
    """Images in, images out. Images of one batch never influence each other."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]

    def purify(
        self,
        images: "Tensor",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: "Progress",
    ) -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1], one generator an image → the same shape, [0, 1]."""


PURIFICATIONS: PluginFolder[Purification] = PluginFolder("generation.purifications")
