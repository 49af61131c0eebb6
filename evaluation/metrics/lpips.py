"""LPIPS: learned perceptual distance (Zhang et al. 2018, arXiv:1801.03924), version 0.1.

Values differ by trunk and by version of the linear layers: which network was used is part of every
stored measurement. The authors advise AlexNet for judging and VGG for optimising; the squeeze trunk
is the small one that the demo has.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin
from evaluation.seeing.windows import at_least

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

SMALLEST = 32
"""Of AlexNet's trunk; the others would take a few pixels less."""


@plugin
class Lpips:
    """The distance of the perceptual network in use; 0 for equal pictures."""

    label: ClassVar[str] = "LPIPS"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("perceptual",)
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice, 32 × 32 at least → [N] float64, 0 or more."""
        # brings torch, which the web process, reading labels here, must not load
        from generation.budgets import measure  # noqa: PLC0415

        at_least(images, SMALLEST, self.label)
        values = measure(images, references, networks.perceptual)["lpips"]
        return images.new_tensor(values).double()
