"""Galleries: a painter's originals, and those of the other painters beside them. Pure.

A metric of style asks how near a picture comes to one painter's pictures, and may have to know how
near it comes to everybody's.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

Embed = Callable[["Tensor"], "Tensor"]
"""Pictures [N, 3, H, W] in [0, 1] → unit vectors [N, D]."""


class GalleryError(ValueError):
    """A gallery that a metric cannot be held against; the message says what to do."""


@dataclass(frozen=True)
class Gallery:
    """Originals by name (in a study their sha256), and how to read one."""

    own: tuple[str, ...]
    """of the painter who is imitated"""
    others: tuple[tuple[str, ...], ...]
    """of every other painter"""
    read: "Callable[[str], Tensor]"
    """Name → [1, 3, H, W] in [0, 1]; a function of a module, since what it reads is remembered."""

    @property
    def document(self) -> dict[str, Any]:
        """The pictures, in an order of their own: who painted first does not count."""
        return {"own": sorted(self.own), "others": sorted(sorted(each) for each in self.others)}

    @property
    def key(self) -> str:
        """sha256 of the document: part of what a measurement is identified by."""
        text = json.dumps(self.document, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def rest(self) -> tuple[str, ...]:
        """All pictures of the other painters."""
        return tuple(name for each in self.others for name in each)


def vectors(gallery: Gallery, names: tuple[str, ...], embed: Embed) -> "Tensor":
    """[len(names), D] float64 on the CPU; each picture goes through a network once a process."""
    import torch  # noqa: PLC0415  # the web process reads galleries too

    return torch.stack([_vector(embed, gallery.read, name) for name in names])


@lru_cache(maxsize=8192)  # a function of a frozen network and a picture's name
def _vector(embed: Embed, read: "Callable[[str], Tensor]", name: str) -> "Tensor":
    return embed(read(name))[0].double().cpu()
