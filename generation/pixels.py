"""Pixels: load, save, range, crop policy and 8-bit rounding, each said once.

Everywhere in `generation`, images are float32 tensors [N, 3, H, W], RGB, in [0, 1]. What is saved
is 8 bits a channel, so a result counts only after rounding to multiples of 1/255.
"""

import io
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from generation.originals import encode_png

LEVELS = 255

Crop = Literal["centre", "top", "fit"]


def to_tensor(image: Image.Image) -> Tensor:
    """A picture of any mode as RGB float32 [1, 3, H, W] in [0, 1], on the 8-bit grid."""
    levels = np.asarray(image.convert("RGB"), dtype=np.float32)
    return torch.from_numpy(levels.transpose(2, 0, 1) / np.float32(LEVELS)).unsqueeze(0)


def to_image(image: Tensor) -> Image.Image:
    """An image [1, 3, H, W] or [3, H, W] in [0, 1] as 8-bit RGB: rounded, never truncated.

    Raises ValueError where a value is not finite or lies outside [0, 1].
    """
    if image.dim() == 4 and len(image) == 1:
        image = image[0]
    if image.dim() != 3 or len(image) != 3:
        raise ValueError(f"One RGB image [3, H, W] is needed, not {list(image.shape)}.")
    if not bool(((image >= 0) & (image <= 1)).all()):
        raise ValueError("An image must be finite and within [0, 1] to be saved.")
    levels = (image.detach().cpu().float() * LEVELS).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())


def read_png(data: bytes) -> Tensor:
    """The image [1, 3, H, W] in a PNG file's bytes."""
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        return to_tensor(image)


def write_png(image: Tensor) -> bytes:
    """An image [1, 3, H, W] or [3, H, W] as PNG without metadata; same pixels, same bytes."""
    return encode_png(to_image(image))


def quantise(images: Tensor) -> Tensor:
    """Images as they will be saved: clamped to [0, 1] and rounded to multiples of 1/255."""
    return images.clamp(0, 1).mul(LEVELS).round().div(LEVELS)


def resize(image: Image.Image, width: int, height: int) -> Image.Image:
    """Lanczos resampling with antialiasing (Pillow widens the kernel when it shrinks)."""
    return image.resize((width, height), Image.Resampling.LANCZOS)


def square(image: Image.Image, size: int, crop: Crop) -> Image.Image:
    """A `size` × `size` copy of a picture.

    `centre` cuts the middle square, `top` the upper (of a landscape, the left) one, `fit` keeps the
    whole picture and fills what is left with mid-grey.
    """
    if crop == "fit":
        return _fit(image, size)
    side = min(image.size)
    left, upper = ((length - side) // 2 if crop == "centre" else 0 for length in image.size)
    box = (left, upper, left + side, upper + side)
    return image.resize((size, size), Image.Resampling.LANCZOS, box=box)


def _fit(image: Image.Image, size: int) -> Image.Image:
    scale = size / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    canvas = Image.new("RGB", (size, size), (128, 128, 128))
    canvas.paste(resize(image, width, height), ((size - width) // 2, (size - height) // 2))
    return canvas
