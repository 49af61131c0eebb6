"""Distances of two sets of points: Fréchet's of Gaussians, and maximum mean discrepancy. Pure.

All take weights of the points: how often each was drawn, 1 for all where nothing was drawn.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.random import Generator

from evaluation.measuring.picture_sets import Distance, Floats, PictureSet

Kernel = Callable[[Floats, Floats], Floats]
"""[n, D], [m, D] → [n, m]."""
POINTS = 8
"""Sizes of subsets that the extrapolation goes through."""


def frechet(sample: PictureSet, reference: PictureSet, mine: Floats, theirs: Floats) -> float:
    """|μ - ν|² + Tr(S + R - 2 (S R)^½): Fréchet (Wasserstein-2) distance of the fitted Gaussians.

    Dowson and Landau 1982; covariances with n - 1, as numpy.cov and the authors of FID (Heusel et
    al. 2017) have it. With S = AᵀA and R = BᵀB the trace of the root is the sum of the singular
    values of A Bᵀ: exact also where there are fewer pictures than dimensions, and without a root of
    a nearly singular matrix.
    """
    one, spread = _centred(sample.vectors, mine)
    other, spread_there = _centred(reference.vectors, theirs)
    gap = one - other
    shared = np.linalg.svd(_factor(spread) @ _factor(spread_there).T, compute_uv=False).sum()
    total = (spread**2).sum() + (spread_there**2).sum() - 2 * shared
    return float(max(gap @ gap + total, 0.0))


def frechet_extrapolated(
    sample: PictureSet, reference: PictureSet, repeats: int, generator: Generator
) -> float:
    """Fréchet distance at infinitely many pictures: a line through distances of subsets against
    1 / n, read at 0 (Chong and Forsyth 2020, arXiv:1911.07023).

    Both sets are cut to the same share, from a half to the whole; `repeats` orders are averaged.
    The bias is a line in 1 / n only where there are many more pictures than dimensions.
    """
    shares = np.linspace(0.5, 1.0, POINTS)
    found = np.zeros(POINTS)
    for _ in range(repeats):
        orders = [generator.permutation(len(each)) for each in (sample, reference)]
        for number, share in enumerate(shares):
            sizes = [max(3, round(share * len(order))) for order in orders]
            one, other = (
                each.taken(order[:size])
                for each, order, size in zip((sample, reference), orders, sizes, strict=True)
            )
            whole = np.ones(len(one)), np.ones(len(other))
            found[number] += frechet(one, other, *whole) / repeats
    _, at_infinity = np.polyfit(1 / shares, found, 1)
    return float(at_infinity)


def discrepancy(kernel: Kernel, *, unbiased: bool) -> Distance:
    """Squared maximum mean discrepancy (Gretton et al. 2012), equations 3 (unbiased) and 5.

    Unbiased, no picture is paired with itself, nor with a copy of it that was drawn again.
    """

    @lru_cache(maxsize=1)  # draws of the same two sets share their kernels
    def kernels(sample: PictureSet, reference: PictureSet) -> tuple[Floats, Floats, Floats]:
        pairs = ((sample, sample), (reference, reference), (sample, reference))
        one, other, both = (kernel(a.vectors, b.vectors) for a, b in pairs)
        return one, other, both

    def distance(sample: PictureSet, reference: PictureSet, mine: Floats, theirs: Floats) -> float:
        one, other, both = kernels(sample, reference)
        within = _within(one, mine, unbiased) + _within(other, theirs, unbiased)
        return float(within - 2 * (mine @ both @ theirs) / (mine.sum() * theirs.sum()))

    return distance


def polynomial(one: Floats, other: Floats) -> Floats:
    """(x·y / D + 1)³: the kernel of KID (Bińkowski et al. 2018, arXiv:1801.01401)."""
    cubed: Floats = (one @ other.T / one.shape[1] + 1.0) ** 3
    return cubed


def gaussian(sigma: float) -> Kernel:
    """exp(-|x - y|² / 2σ²)."""

    def kernel(one: Floats, other: Floats) -> Floats:
        squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
        near: Floats = np.exp(-np.maximum(squares, 0.0) / (2 * sigma**2))
        return near

    return kernel


def _within(values: Floats, weights: Floats, unbiased: bool) -> float:
    """The weighted mean of a kernel matrix; unbiased, without pairs of a picture with itself."""
    total = weights.sum()
    own = weights**2 if unbiased else np.zeros_like(weights)
    pairs = weights @ values @ weights - own @ np.diag(values)
    many = total**2 - own.sum()
    return float(pairs / many) if many > 0 else float("nan")  # nan: one picture alone was drawn


def _centred(vectors: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The mean, and rows A with AᵀA the covariance."""
    total = weights.sum()
    mean = weights @ vectors / total
    kept = weights > 0
    scale = np.sqrt(weights[kept] / (total - 1))
    return mean, (vectors[kept] - mean) * scale[:, None]


def _factor(rows: Floats) -> Floats:
    """At most D rows with the same AᵀA."""
    if rows.shape[0] <= rows.shape[1]:
        return rows
    return np.asarray(np.linalg.qr(rows, mode="r"), dtype=np.float64)
