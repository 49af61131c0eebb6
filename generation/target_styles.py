"""Which painter's style a cloak aims at: reasonably far from the victim's, but not the farthest.

Glaze draws the target at random among styles whose distance from the victim's lies between the
50th and the 75th percentile, distances being between centroids in the space of the autoencoder's
latents (Shan et al., 2023).
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.lots import Lot, in_lots
from generation.networks.autoencoders import Autoencoder

Centroids = Mapping[str, NDArray[np.float32]]


class NoTargetStyle(ValueError):
    """No painter can be the target; the sentence says what is missing."""


@torch.no_grad()
def centroid(images: Tensor, autoencoder: Autoencoder) -> NDArray[np.float32]:
    """The mean latent [C·h·w] of a painter's pictures [N, 3, H, W] in [0, 1], all of one size."""

    def encode(lot: Lot) -> Tensor:
        return autoencoder.encode(lot.images[0])

    mean: NDArray[np.float32] = in_lots(encode, images).mean(0).flatten().cpu().numpy()
    return mean


def distances(victim: str, centroids: Centroids) -> dict[str, float]:
    """Euclidean distance of every other painter's centroid from the victim's, nearest first."""
    if victim not in centroids:
        raise NoTargetStyle(f"There is no centroid of {victim}'s pictures.")
    home = centroids[victim]
    measured = {
        painter: float(np.linalg.norm(centre - home))
        for painter, centre in centroids.items()
        if painter != victim
    }
    return dict(sorted(measured.items(), key=lambda entry: (entry[1], entry[0])))


def candidates(
    victim: str, centroids: Centroids, low: float = 0.50, high: float = 0.75
) -> list[str]:
    """Painters whose distance lies between two quantiles of all distances, nearest first.

    Where so few painters are known that none lies between, the one nearest to the middle of the
    two. Raises NoTargetStyle where there is no other painter at all.
    """
    ranked = distances(victim, centroids)
    if not ranked:
        raise NoTargetStyle(
            f"A target style for {victim} needs pictures of at least one other painter."
        )
    values = np.array(list(ranked.values()))
    nearest, farthest = np.quantile(values, [low, high])
    between = [painter for painter, far in ranked.items() if nearest <= far <= farthest]
    if between:
        return between
    middle = np.quantile(values, (low + high) / 2)
    return [min(ranked, key=lambda painter: (abs(ranked[painter] - middle), painter))]


def draw(
    victim: str, centroids: Centroids, seed: int, low: float = 0.50, high: float = 0.75
) -> str:
    """One of `candidates`: the same for the same victim, centroids and seed."""
    choice = candidates(victim, centroids, low, high)
    return choice[int(np.random.default_rng(seed).integers(len(choice)))]
