"""Style transfer by image-to-image: the picture painted again from a prompt that names a style.

What Glaze (Shan et al., USENIX Security 2023) and IMPRESS (Cao et al., NeurIPS 2023) aim at:
Stable Diffusion's img2img (Meng et al., “SDEdit”, ICLR 2022) with the target's name as prompt.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.networks import Networks
from generation.progress import Progress
from generation.prompted import Repainting
from generation.refusals import PromptError


@plugin
class ImageToImage(Repainting):
    """z ~ q(z | x) noised to step ⌊strength · steps⌋ from the end, then sampled to the end.

    It is told the style in words and looks at no picture of it.
    """

    label: ClassVar[str] = "Image-to-image style transfer (SDEdit)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "impress-trainset": {"strength": 0.5, "guidance": 7.5, "steps": 50},
        "impress-single": {"strength": 0.4, "guidance": 7.5, "steps": 50},
        "impress-cubism": {"prompt": "Cubism by Picasso style", "strength": 0.5},
    }
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    takes_style: ClassVar[bool] = False

    prompt: Annotated[
        str,
        Field(
            description="What the picture shall become; a study fills in {painter} and {genre} of"
            " the target."
        ),
    ] = "{painter} style"

    def transfer(
        self,
        images: Tensor,
        style: Tensor | None,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → repainted images on the 8-bit grid."""
        if "{painter}" in self.prompt or "{genre}" in self.prompt:
            raise PromptError(
                f"The prompt “{self.prompt}” names nobody: say whose style it shall be, for"
                " instance prompt=“Cubism by Picasso style”."
            )
        return self.repainted(images, networks, generators, progress)
