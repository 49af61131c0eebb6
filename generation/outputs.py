"""What a recipe makes, a picture or a mimic: sound or not, kept in the store, compared with before.

One class each, with the same four questions, so that whoever carries recipes out need not ask which
it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from generation import pixels, store
from generation.mimicry import MimicryError
from generation.models import Image
from generation.models import Mimic as MimicRow

if TYPE_CHECKING:
    from generation.mimic import Mimic


class Output(Protocol):
    """One thing that was made, in memory."""

    def is_finite(self) -> bool:
        """Whether all its numbers are numbers."""

    def to_bytes(self) -> bytes:
        """As the store keeps it; the same output gives the same bytes."""

    def keep(self) -> Image | MimicRow:
        """Put it into the store; its row."""

    def difference(self, stored: bytes) -> str:
        """How it differs from what is stored, in words; empty where it does not."""


@dataclass(frozen=True)
class Picture:
    """An image [3, H, W] around [0, 1]."""

    image: Tensor

    def is_finite(self) -> bool:
        return bool(torch.isfinite(self.image).all())

    def to_bytes(self) -> bytes:
        return pixels.write_png(pixels.quantise(self.image))

    def keep(self) -> Image:
        return store.put_image(pixels.quantise(self.image))

    def difference(self, stored: bytes) -> str:
        now, before = (pixels.read_png(data) for data in (self.to_bytes(), stored))
        if now.shape != before.shape:
            return f"made again it is {now.shape[-1]}×{now.shape[-2]} pixels"
        moved = (now - before).abs()
        share = (moved.amax(dim=1) > 0).float().mean().item()
        most = moved.max().item() * pixels.LEVELS
        return f"{share:.2%} of the pixels, by {most:.0f}/255 at most" if share else ""


@dataclass(frozen=True)
class Learnt:
    """A mimic."""

    mimic: "Mimic"

    def is_finite(self) -> bool:
        return all(bool(torch.isfinite(tensor).all()) for tensor in self.mimic.tensors.values())

    def to_bytes(self) -> bytes:
        return self.mimic.to_bytes()

    def keep(self) -> MimicRow:
        record = {**self.mimic.record, "seconds": round(self.mimic.seconds, 3)}
        return store.put_mimic(self.to_bytes(), record)

    def difference(self, stored: bytes) -> str:
        data = self.to_bytes()
        if data == stored:
            return ""
        try:
            before = type(self.mimic).from_bytes(stored).tensors
        except MimicryError as error:
            return f"what is stored cannot be read ({error})"
        return _moved(self.mimic.tensors, before) or "its record of the training is another"


Tensors = Mapping[str, Tensor]


def _moved(now: Tensors, before: Tensors) -> str:
    if {name: part.shape for name, part in now.items()} != {
        name: part.shape for name, part in before.items()
    }:
        return "made again it holds other weights"
    moved = [(now[name].float() - before[name].float()).abs() for name in now]
    share = sum(int((part > 0).sum()) for part in moved) / sum(part.numel() for part in moved)
    most = max(part.max().item() for part in moved)
    return f"{share:.2%} of the weights, by {most:.2g} at most" if share else ""
