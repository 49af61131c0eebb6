"""Metrics: one number per saved picture, against a reference picture where they need one.

A metric's file imports torch only inside `score`: pages and analyses read labels and directions
from the class, and the web process never loads torch.
"""

from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


class Metric(Protocol):
    """Scores saved 8-bit images. Images of one batch never influence each other."""

    label: ClassVar[str]
    version: ClassVar[int]
    """Part of what a stored measurement is identified by: raise it when values change."""
    needs: ClassVar[tuple[str, ...]]
    """Roles of the networks it uses: perceptual, ..."""
    needs_reference: ClassVar[bool]
    higher_is_closer: ClassVar[bool]
    """True where a higher value means more alike (SSIM, PSNR), False for distances."""
    unit: ClassVar[str]

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """`images`, `references` [N, 3, H, W] in [0, 1] → [N] float64; inf where it is infinite.

        A metric that needs no reference is given the images twice.
        """


METRICS: PluginFolder[Metric] = PluginFolder("evaluation.metrics")
