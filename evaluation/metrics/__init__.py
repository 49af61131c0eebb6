"""Metrics: one number per image, against a reference image where they need one."""

from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


class Metric(Protocol):
    """Scores saved 8-bit images."""

    label: ClassVar[str]
    version: ClassVar[int]
    needs: ClassVar[tuple[str, ...]]
    needs_reference: ClassVar[bool]
    higher_is_closer: ClassVar[bool]
    """True where a higher value means more alike (SSIM, PSNR), False for distances."""
    unit: ClassVar[str]

    def score(
        self, images: "Tensor", references: "Tensor | None", networks: "Networks"
    ) -> "Tensor":
        """`images`, `references` [N, 3, H, W] in [0, 1] → [N] float64; inf where it is infinite."""


METRICS: PluginFolder[Metric] = PluginFolder("evaluation.metrics")
