"""IMPRESS: moves a picture until the autoencoder can reproduce it, as it can an unprotected one.

Cao et al., “IMPRESS: Evaluating the Resilience of Imperceptible Perturbations Against Unauthorized
Data Usage in Diffusion-Based Generative AI” (NeurIPS 2023), equation 4.1 and algorithm 1; what the
paper leaves open is as in the authors' published scripts, which count on [-1, 1].
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.lots import Lot, in_lots
from generation.networks import Networks
from generation.networks.autoencoders import Precision
from generation.noise import normal
from generation.optimise import Adam, Objective, cosine, hinge, minimise
from generation.pixels import quantise
from generation.progress import Progress


@plugin
class Impress:
    """min_x ‖x − D(E(x))‖² + α · max(LPIPS(x, x_ptb) − Δ, 0), from x_ptb + N(0, σ²), by Adam.

    The first term is the mean square on [-1, 1], as α is calibrated to it; E gives the mean of the
    latent. Step sizes and σ are settings on [0, 1]: half of what the published scripts print.
    """

    label: ClassVar[str] = "IMPRESS (re-implementation)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "style-mimicry": {
            "alpha": 0.1,
            "rate": 0.005,
            "steps": 3000,
            "sigma": 0.05,
        },
        "malicious-editing": {
            "alpha": 0.01,
            "rate": 0.0025,
            "steps": 1000,
            "sigma": 0.025,
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("autoencoder", "perceptual")

    delta: Annotated[float, Field(ge=0, le=1)] = 0.1
    """LPIPS Δ from the given picture that costs nothing."""
    alpha: Annotated[float, Field(ge=0)] = 0.1
    """Weight α of the LPIPS above Δ."""
    steps: Annotated[int, Field(ge=1, le=10_000)] = 3000
    """Steps of Adam."""
    rate: Annotated[float, Field(gt=0, le=1)] = 0.005
    """First step size on [0, 1]; falls by a cosine."""
    last_rate: Annotated[float, Field(ge=0, le=1)] = 5e-6
    """Last step size on [0, 1]."""
    epsilon: Annotated[float, Field(gt=0, le=1)] = 1e-5
    """Adam's ε, for gradients on [-1, 1]."""
    sigma: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Standard deviation σ of the noise at the start, on [0, 1]."""
    precision: Precision = "auto"
    """What the autoencoder computes in (published: float16). Auto: bfloat16 where the device
    multiplies it natively, else float32."""

    def purify(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same, purified, on the 8-bit grid."""

        def purify_lot(lot: Lot) -> Tensor:
            return self._purify(lot, networks)

        return in_lots(purify_lot, images, generators=generators, progress=progress)

    def _purify(self, lot: Lot, networks: Networks) -> Tensor:
        (images,) = lot.images
        purified = minimise(
            images + normal(images, lot.generators, self.sigma),
            self._objective(images, networks),
            # gradients on [0, 1] are twice those on [-1, 1], so ε must be to do the same
            Adam(epsilon=2 * self.epsilon),
            cosine(self.rate, self.last_rate),
            lambda moved: moved.clamp(0, 1),
            self.steps,
            lot.progress,
        )
        return quantise(purified)

    def _objective(self, images: Tensor, networks: Networks) -> Objective:
        perceptual = networks.perceptual
        autoencoder = networks.autoencoder.at(self.precision)
        with torch.no_grad():
            reference = perceptual.features(images)

        def loss(moved: Tensor) -> Tensor:
            reconstructed = autoencoder.decode(autoencoder.encode(moved))
            consistency = (2 * (moved - reconstructed)).square().mean((1, 2, 3))
            return consistency + self.alpha * hinge(
                perceptual.distance(moved, reference), self.delta
            )

        return loss
