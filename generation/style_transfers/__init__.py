"""Style transfers Ω(x, T): a picture repainted in another style, which a cloak then aims at."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class StyleTransfer(Protocol):
    """Repaints `images` in the style of `style`, or of what a prompt says.

    A transfer that is told the style in words declares `takes_style: ClassVar[bool] = False` and
    has a setting `prompt`, in which a study fills in {painter} and {genre} of the target.
    """

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]

    def transfer(
        self,
        images: "Tensor",
        style: "Tensor | None",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: "Progress",
    ) -> "Tensor":
        """`images`, `style` [N, 3, H, W] in [0, 1] (pair i: images[i], style[i]) → [N, 3, H, W].

        `style` is None where the transfer takes none.
        """


STYLE_TRANSFERS: PluginFolder[StyleTransfer] = PluginFolder("generation.style_transfers")
