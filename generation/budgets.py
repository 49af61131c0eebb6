"""How far an image may move: L∞, L2 or LPIPS, on [0, 1] pixels, true of the saved 8-bit file.

Published codes print budgets on [-1, 1], [0, 1] or 0..255 (docs/methods.md, “Scales”); here there
is one scale, and a budget holds after rounding: what `settle` returns is what will be saved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import floor
from typing import Literal

import torch
from torch import Tensor

from generation.lots import Lot, in_lots
from generation.networks.perceptual import Perceptual
from generation.pixels import LEVELS, quantise

Norm = Literal["linf", "l2", "lpips"]

HALVINGS = 12
"""Most rounds of back-tracking: a perturbation's length is found to 1/4096 of itself,"""
CLOSE = 0.99
"""or until this share of the budget is used."""
MARGIN = 1e-3
"""Kept below a measured budget, relative: another device's arithmetic must not find it exceeded."""


@dataclass(frozen=True)
class Budget:
    """A limit on the distance between an image and its original.

    `linf`: the largest change of any channel of any pixel. `l2`: the Euclidean length of the change
    over all pixels and channels. `lpips`: the perceptual distance of the networks in use.
    """

    norm: Norm
    value: float

    def __post_init__(self) -> None:
        if not self.value >= 0:
            raise ValueError(f"A budget is at least 0 (given: {self.value}).")


def project(images: Tensor, originals: Tensor, budget: Budget) -> Tensor:
    """The nearest images within an `linf` or `l2` budget and [0, 1]; for use at every step.

    LPIPS has no projection (raises ValueError): penalise it at every step and `settle` at the end.
    """
    change = images - originals
    if budget.norm == "linf":
        return (originals + change.clamp(-budget.value, budget.value)).clamp(0, 1)
    if budget.norm == "l2":
        length: Tensor = torch.linalg.vector_norm(change, dim=(1, 2, 3), keepdim=True)
        shrink = (budget.value / length.clamp_min(1e-12)).clamp_max(1)
        return (originals + change * shrink).clamp(0, 1)
    raise ValueError("LPIPS has no projection: penalise it and settle at the end.")


def settle(
    images: Tensor, originals: Tensor, budget: Budget, perceptual: Perceptual | None = None
) -> Tensor:
    """`images` on the 8-bit grid and, measured there, within `budget` of `originals`.

    `linf` is clamped in whole levels. For `l2` and `lpips` each image's perturbation is shortened
    along its own line, by bisection, as little as will do; a budget too small for any rounded
    perturbation gives the original. `originals` [N, 3, H, W] must lie on the 8-bit grid.
    """
    if budget.norm == "linf":
        return _within_levels(images, originals, floor(budget.value * LEVELS + 1e-6))
    measure_lot = _DISTANCES[budget.norm]

    def settle_lot(lot: Lot) -> Tensor:
        moved, start = lot.images
        distance = measure_lot(start, perceptual)
        return _backtrack(moved, start, distance, budget.value * (1 - MARGIN))

    return in_lots(settle_lot, images, originals)


def measure(
    images: Tensor, originals: Tensor, perceptual: Perceptual | None = None
) -> Mapping[str, list[float]]:
    """Realised `linf`, `l2` and, with `perceptual`, `lpips` of saved images: N numbers each."""
    levels = (_levels(images) - _levels(originals)).abs().flatten(1).double()
    measured = {
        "linf": (levels.amax(1) / LEVELS).tolist(),
        "l2": (levels.square().sum(1).sqrt() / LEVELS).tolist(),
    }
    if perceptual is not None:

        def distances(lot: Lot) -> Tensor:
            return _lpips_from(lot.images[1], perceptual)(lot.images[0])

        measured["lpips"] = in_lots(distances, images, originals).double().tolist()
    return measured


def visible(images: Tensor, perceptual: Perceptual) -> Tensor:
    """Which pixels LPIPS can see at all, [1, 1, H, W] of bool.

    SqueezeNet and AlexNet begin with strided, unpadded convolutions: at even sizes SqueezeNet never
    looks at the last row and column. A cloak that may only hide from LPIPS would change them at
    will, so what is unseen must stay as it is.
    """
    probe = torch.rand(images[:1].shape, generator=torch.Generator().manual_seed(0)).to(images)
    first = perceptual.activations(probe.requires_grad_(True))[0]
    (gradient,) = torch.autograd.grad(first.sum(), probe)
    return gradient.abs().amax(1, keepdim=True) > 0


Distance = Callable[[Tensor], Tensor]


def _l2_from(originals: Tensor, _: Perceptual | None) -> Distance:
    return lambda images: torch.linalg.vector_norm((images - originals).double(), dim=(1, 2, 3))


@torch.no_grad()
def _lpips_from(originals: Tensor, perceptual: Perceptual | None) -> Distance:
    if perceptual is None:
        raise ValueError("An LPIPS budget needs the perceptual network.")
    reference = perceptual.features(originals)
    return torch.no_grad()(lambda images: perceptual.distance(images, reference))


_DISTANCES: Mapping[str, Callable[[Tensor, Perceptual | None], Distance]] = {
    "l2": _l2_from,
    "lpips": _lpips_from,
}


def _backtrack(images: Tensor, originals: Tensor, distance: Distance, limit: float) -> Tensor:
    """The farthest rounded image on the line from each original that is no farther than `limit`."""
    best = quantise(images)
    done = distance(best) <= limit
    best = torch.where(_each(done), best, originals)
    low = torch.zeros_like(done, dtype=images.dtype)
    high = torch.ones_like(low)
    for _ in range(HALVINGS):
        if bool(done.all()):
            break
        middle = (low + high) / 2
        candidate = quantise(originals + _each(middle) * (images - originals))
        far = distance(candidate)
        fits = (far <= limit) & ~done
        best = torch.where(_each(fits), candidate, best)
        low, high = torch.where(fits, middle, low), torch.where(fits, high, middle)
        done = done | (fits & (far >= CLOSE * limit))
    return best


def _each(values: Tensor) -> Tensor:
    """One value an image [N] as [N, 1, 1, 1]."""
    return values.view(-1, 1, 1, 1)


def _within_levels(images: Tensor, originals: Tensor, most: int) -> Tensor:
    start, moved = _levels(originals), _levels(quantise(images))
    return moved.clamp(start - most, start + most).clamp(0, LEVELS).float() / LEVELS


def _levels(images: Tensor) -> Tensor:
    """Images in whole 8-bit levels, int32."""
    return (images * LEVELS).round().to(torch.int32)
