"""Marks that a cloak may leave in a picture: 48 numbers of its finest detail. Pure.

What a cloak adds is small, fine and coloured: unlike brushwork it is nearly independent between the
colour channels, unlike sensor noise it repeats with the autoencoder's stride of 8 pixels and is not
white over scales. Scene statistics (Mittal et al. 2012) see the rest. No network is used.
"""

from typing import TYPE_CHECKING

from evaluation.seeing.natural_scenes import contrast, fitted, grey, halved
from evaluation.seeing.windows import doubled, seen, uniform

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST = 64
STRIDE = 8
SCALES = (1, 2)
NAMES = (
    *(f"scene statistic {number}, scale {scale}" for scale in SCALES for number in range(1, 19)),
    *(
        f"log detail of {plane}, scale {scale}"
        for scale in SCALES
        for plane in ("luma", "red - green", "blue - green")
    ),
    *(
        f"residual correlation {pair}, scale {scale}"
        for scale in SCALES
        for pair in ("red, green", "green, blue")
    ),
    "log of energy at multiples of 1/8, rows",
    "log of energy at multiples of 1/8, columns",
)
NOTHING = 1e-4
"""Added before a logarithm, on [0, 1]: details far below one level of 8 bits are none."""


def marks(images: "Tensor") -> "Tensor":
    """[N, 3, H, W] in [0, 1], 64 × 64 at least → [N, 48] float64, in the order of NAMES."""
    import torch  # noqa: PLC0415  # torch: only in workers

    pixels = doubled(images)
    smaller = halved(pixels)
    first = grey(pixels)
    fields = [contrast(each, "constant")[0][:, 0] for each in (first, halved(first))]
    found = [fitted(each) for each in fields]
    found += [_details(each) for each in (pixels, smaller)]
    found += [_correlations(_residual(each)) for each in (pixels, smaller)]
    found.append(_periodic(_residual(pixels)))
    return torch.cat(found, 1)


def _residual(pixels: "Tensor") -> "Tensor":
    """What is left without the mean of 3 × 3 pixels."""
    return pixels[..., 1:-1, 1:-1] - seen(pixels, uniform(3))


def _details(pixels: "Tensor") -> "Tensor":
    """[N, 3]: logarithms of the mean diagonal detail of luma and of two colour differences."""
    import torch  # noqa: PLC0415  # torch: only in workers

    red, green, blue = pixels.unbind(1)
    found = []
    for plane in ((red + green + blue) / 3, red - green, blue - green):
        diagonal = plane[:, 1:, 1:] - plane[:, 1:, :-1] - plane[:, :-1, 1:] + plane[:, :-1, :-1]
        found.append((diagonal.abs().flatten(1).mean(1) + NOTHING).log())
    return torch.stack(found, 1)


def _correlations(residual: "Tensor") -> "Tensor":
    """[N, 2]: of red with green, and of green with blue; 0 where there is no residual."""
    import torch  # noqa: PLC0415  # torch: only in workers

    red, green, blue = residual.flatten(2).unbind(1)
    pairs = ((red, green), (green, blue))
    found = [
        (a * b).mean(1) / (a.square().mean(1) * b.square().mean(1) + NOTHING**4).sqrt()
        for a, b in pairs
    ]
    return torch.stack(found, 1)


def _periodic(residual: "Tensor") -> "Tensor":
    """[N, 2]: energy at the frequencies k / 8 against that beside them, along rows and columns."""
    import torch  # noqa: PLC0415  # torch: only in workers

    found = []
    for axis in (-1, -2):
        length = residual.shape[axis] // STRIDE * STRIDE
        lines = residual.narrow(axis, 0, length)
        energy = torch.fft.rfft(lines, dim=axis).abs().square().sum(1)
        energy = energy.mean(1 if axis == -1 else 2)
        places = [length // STRIDE * k for k in range(1, STRIDE // 2)]
        at = energy[:, places].mean(1)
        beside = torch.stack(
            [energy[:, [p + step for p in places]].mean(1) for step in (-2, -1, 1, 2)]
        )
        found.append(((at + NOTHING**2) / (beside.mean(0) + NOTHING**2)).log())
    return torch.stack(found, 1)
