"""What can be counted in a picture without knowing what it shows: the ruler's statistics.

Colour is in Oklab; spatial scales are in pixels of a picture 256 pixels a side.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from generation.sandbox.oklab import Floats, to_oklab

Traits = dict[str, float]

_SMALL = 1e-6


def traits(images: Floats) -> NDArray[np.float64]:
    """Statistics [N, T], in the order of `names()`, of `images` float32 [N, 3, H, W] in [0, 1]."""
    return np.array([list(_of_one(image).values()) for image in images], dtype=np.float64)


def names() -> tuple[str, ...]:
    """What the statistics are called."""
    return tuple(_of_one(np.zeros((3, 64, 64), dtype=np.float32)))


def _of_one(image: Floats) -> Traits:
    rgb = np.ascontiguousarray(image.transpose(1, 2, 0)).astype(np.float32)
    lab = to_oklab(rgb)
    found: Traits = {}
    for group in _GROUPS:
        found |= group(rgb, lab)
    return found


def _colour(_: Floats, lab: Floats) -> Traits:
    """Moments, quantiles and correlations of lightness and the two opponent colours."""
    found: Traits = {}
    flat = lab.reshape(-1, 3)
    mean, spread = flat.mean(axis=0), flat.std(axis=0) + _SMALL
    scaled = (flat - mean) / spread
    skew = (scaled * scaled * scaled).mean(axis=0)
    for at, channel in enumerate("Lab"):
        found[f"mean {channel}"] = float(mean[at])
        found[f"spread {channel}"] = float(spread[at])
        found[f"skew {channel}"] = float(np.cbrt(skew[at]))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        found[f"correlation {'Lab'[one]}{'Lab'[other]}"] = float(
            (scaled[:, one] * scaled[:, other]).mean()
        )
    for share in (5, 25, 50, 75, 95):
        found[f"L at {share} %"] = float(np.percentile(flat[::7, 0], share))
    return found


def _chroma(_: Floats, lab: Floats) -> Traits:
    """How colourful, and which colours the darks, the middle tones and the lights have."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    found: Traits = {"chroma mean": float(chroma.mean()), "chroma spread": float(chroma.std())}
    found["chroma at 90 %"] = float(np.percentile(chroma[::3, ::3], 90))
    bounds = np.percentile(lab[::3, ::3, 0], (33, 67))
    third = np.digitize(lab[..., 0], bounds)
    for at, tone in enumerate(("darks", "middle", "lights")):
        inside = third == at
        for channel in (1, 2):
            values = lab[..., channel][inside]
            found[f"{'Lab'[channel]} of {tone}"] = float(values.mean()) if values.size else 0.0
    return found


def _palette(rgb: Floats, lab: Floats) -> Traits:
    """How many colours there are, and how much of the picture the commonest take."""
    found: Traits = {}
    for levels in (8, 24):
        cells = np.minimum((rgb * levels).astype(np.int64), levels - 1)
        counts = np.bincount((cells @ np.array([levels * levels, levels, 1])).ravel())
        shares = np.sort(counts[counts > 0] / counts.sum())[::-1]
        found[f"entropy of {levels} levels"] = float(-(shares * np.log(shares)).sum())
        found[f"largest 6 of {levels} levels"] = float(shares[:6].sum())
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    histogram, _ = np.histogram(hue, bins=24, range=(-np.pi, np.pi), weights=chroma)
    shares = histogram / (histogram.sum() + _SMALL)
    found["entropy of hues"] = float(-(shares * np.log(shares + _SMALL)).sum())
    return found


def _bands(_: Floats, lab: Floats) -> Traits:
    """Energy in octaves of scale, for lightness and colour, and how sparse it is."""
    found: Traits = {}
    level = lab
    for scale in (1, 2, 4, 8, 16):
        band = level - ndimage.gaussian_filter(level, (1.0, 1.0, 0), truncate=3)
        deviation = np.sqrt((band * band).mean(axis=(0, 1))) + 1e-4
        light = band[..., 0]
        found[f"L energy at {scale}"] = float(np.log(deviation[0]))
        found[f"colour energy at {scale}"] = float(np.log(np.hypot(deviation[1], deviation[2])))
        found[f"L sparseness at {scale}"] = float(
            np.log(deviation[0] / (np.abs(light).mean() + 1e-4))
        )
        found[f"L lopsidedness at {scale}"] = float(
            np.cbrt((light * light * light).mean()) / deviation[0]
        )
        level = _halved(level)
    return found


def _halved(level: Floats) -> Floats:
    high, wide, channels = level.shape
    pairs = level[: high // 2 * 2, : wide // 2 * 2].reshape(high // 2, 2, wide // 2, 2, channels)
    half: Floats = pairs.mean(axis=(1, 3))
    return half


def _edges(_: Floats, lab: Floats) -> Traits:
    """Flat places, edges, and the directions they have in windows of several sizes."""
    light = lab[..., 0]
    down, across = np.gradient(light)
    slope = np.hypot(down, across)
    found = {f"slope under {one}": float((slope < one).mean()) for one in (0.002, 0.008, 0.03)}
    found |= {f"slope over {one}": float((slope > one).mean()) for one in (0.08, 0.16)}
    tensor = np.stack([across * across, down * down, across * down], axis=-1)
    for window in (1.5, 4.0, 10.0):
        xx, yy, xy = np.moveaxis(ndimage.gaussian_filter(tensor, (window, window, 0)), -1, 0)
        coherent = np.hypot(xx - yy, 2 * xy) / (xx + yy + _SMALL)
        found[f"coherence in {window}"] = float(coherent.mean())
        found[f"coherence in {window}, by energy"] = float(
            (coherent * (xx + yy)).sum() / ((xx + yy).sum() + _SMALL)
        )
    energy = slope**2 + 1e-9
    angle = np.arctan2(down, across)
    for order in (2, 4):
        found[f"direction cos {order}"] = float(
            (energy * np.cos(order * angle)).sum() / energy.sum()
        )
        found[f"direction sin {order}"] = float(
            (energy * np.sin(order * angle)).sum() / energy.sum()
        )
    return found


def _lines(_: Floats, lab: Floats) -> Traits:
    """Thin darks and thin lights: what closing and opening by growing squares fill and shave."""
    light = lab[..., 0]
    found: Traits = {}
    for size in (3, 5, 9, 15):
        dark = ndimage.grey_closing(light, size=(size, size)) - light
        pale = light - ndimage.grey_opening(light, size=(size, size))
        found[f"darks thinner than {size}"] = float(dark.mean())
        found[f"lights thinner than {size}"] = float(pale.mean())
        if size in (5, 9):
            found[f"strong darks thinner than {size}"] = float((dark > 0.15).mean())
            found[f"L of darks thinner than {size}"] = float(
                (light * dark).sum() / (dark.sum() + _SMALL)
            )
    return found


def _patches(_: Floats, lab: Floats) -> Traits:
    """Contrast within patches of 8 pixels."""
    high, wide = (side // 8 for side in lab.shape[:2])
    patches = lab[: high * 8, : wide * 8].reshape(high, 8, wide, 8, 3).std(axis=(1, 3))
    found = {
        f"patch contrast at {one} %": float(np.percentile(patches[..., 0], one))
        for one in (10, 50, 90)
    }
    colour = np.hypot(patches[..., 1], patches[..., 2])
    return found | {
        f"patch colour at {one} %": float(np.percentile(colour, one)) for one in (10, 50, 90)
    }


def _likeness(_: Floats, lab: Floats) -> Traits:
    """How alike neighbours are once large forms are taken away: size of touches, side of light."""
    light = lab[..., 0]
    rest = light - ndimage.gaussian_filter(light, 6)
    power = float((rest**2).mean()) + _SMALL
    found: Traits = {}
    for step in (1, 2, 3, 4, 6, 9, 13):
        level = (rest[:, step:] * rest[:, :-step]).mean() / power
        upright = (rest[step:] * rest[:-step]).mean() / power
        found[f"likeness at {step}"] = float(level + upright) / 2
        if step in (2, 4):
            falling = (rest[step:, step:] * rest[:-step, :-step]).mean() / power
            rising = (rest[step:, :-step] * rest[:-step, step:]).mean() / power
            found[f"likeness falling less rising at {step}"] = float(falling - rising)
            found[f"likeness level less upright at {step}"] = float(level - upright)
    return found


def _rhythm(_: Floats, lab: Floats) -> Traits:
    """Shares of the spectrum in rings, and how much stands in single peaks: hatching, tiles."""
    light = lab[..., 0]
    window = np.outer(np.hanning(light.shape[0]), np.hanning(light.shape[1]))
    power = np.abs(np.fft.rfft2((light - light.mean()) * window)) ** 2
    rate = np.hypot(np.fft.fftfreq(light.shape[0])[:, None], np.fft.rfftfreq(light.shape[1])[None])
    found: Traits = {}
    total = power[rate > 0.02].sum() + _SMALL
    for low, high in (
        (0.04, 0.08),
        (0.08, 0.12),
        (0.12, 0.14),
        (0.14, 0.175),
        (0.175, 0.22),
        (0.22, 0.3),
        (0.3, 0.5),
    ):
        ring = power[(rate >= low) & (rate < high)]
        found[f"ring {low} to {high}"] = float(np.log(ring.sum() / total + 1e-4))
        if 0.1 < low < 0.2:
            found[f"peak in {low} to {high}"] = float(
                np.log(ring.max() / (ring.mean() + _SMALL) + 1)
            )
    return found


_GROUPS: tuple[Callable[[Floats, Floats], Traits], ...] = (
    _colour,
    _chroma,
    _palette,
    _bands,
    _edges,
    _lines,
    _patches,
    _likeness,
    _rhythm,
)
