"""Image-to-image editing: a picture half-way back to noise, and painted again from a prompt.

Meng et al., “SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations”
(ICLR 2022), in the latents of Stable Diffusion, as diffusers' img2img pipeline does it.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.networks import Networks
from generation.progress import Progress
from generation.prompted import Repainting


@plugin
class ImageToImage(Repainting):
    """z ~ q(z | x) noised to step ⌊strength · steps⌋ from the end, then sampled to the end.

    The same seed draws the same noise for every picture, so that the edit of a protected picture
    can be compared with that of the untouched one.
    """

    label: ClassVar[str] = "Image-to-image edit (SDEdit)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "photoguard-notebook": {
            "scheduler": "ddim",
            "steps": 100,
            "eta": 1.0,
            "guidance": 7.5,
            "strength": 0.7,
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)

    def edit(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → edited images on the 8-bit grid."""
        return self.repainted(images, networks, generators, progress)
