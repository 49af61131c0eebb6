"""Captioners: networks that say what a picture shows, for pictures that came without captions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class Captioner(Protocol):
    """Images to sentences with the network in the role “captioner”; deterministic."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]

    def caption(
        self, images: "Tensor", networks: "Networks", progress: "Progress"
    ) -> Sequence[str]:
        """`images` [N, 3, H, W] in [0, 1] → a sentence each, never empty.

        Raises Refused where the network is not one that this captioner knows, or says nothing.
        """


CAPTIONERS: PluginFolder[Captioner] = PluginFolder("generation.captioners")
