"""Edits: pictures changed by words, as somebody might do with a picture found on the web."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class Edit(Protocol):
    """Changes `images` as its settings say."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]

    def edit(
        self,
        images: "Tensor",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: "Progress",
    ) -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1] → [N, 3, H, W] on the 8-bit grid. Raises Refused."""


EDITS: PluginFolder[Edit] = PluginFolder("generation.edits")
