"""SSIM: structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004, doi:10.1109/TIP.2003.819861).

Published values differ by window, by range and by colour: this one is the paper's Gaussian window
of 11 × 11 pixels (sigma 1.5), K1 = 0.01, K2 = 0.03, data range 1 on [0, 1] pixels, population (not
sample) covariances, each RGB channel on its own and then averaged, and only where the window lies
wholly inside the picture. It equals scikit-image's `structural_similarity(channel_axis=2,
gaussian_weights=True, sigma=1.5, use_sample_covariance=False)`. torchmetrics' own average also
counts windows over a mirrored border (0.900 instead of 0.912 on our reference picture); sewar's
uniform window and a grey picture give other numbers again.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

WINDOW = 11


@plugin
class Ssim:
    """1 for equal pictures; near 0 for unrelated ones. Computed in float64 through torchmetrics."""

    label: ClassVar[str] = "SSIM"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice, at least 11 × 11 → [N] float64 in [-1, 1]."""
        # torchmetrics brings torch, which the web process, reading labels here, must not load
        from torchmetrics.functional.image import (  # noqa: PLC0415
            structural_similarity_index_measure,
        )

        height, width = images.shape[-2:]
        if min(height, width) < WINDOW:
            raise ValueError(
                f"SSIM needs pictures of 11 × 11 at least; this one is {width}×{height}."
            )
        _, everywhere = structural_similarity_index_measure(
            images.double(),
            references.double(),
            gaussian_kernel=True,
            sigma=1.5,
            kernel_size=WINDOW,
            reduction="none",
            data_range=1.0,
            k1=0.01,
            k2=0.03,
            return_full_image=True,
        )
        edge = WINDOW // 2
        inside: Tensor = everywhere[..., edge : height - edge, edge : width - edge]
        return inside.mean((1, 2, 3))
