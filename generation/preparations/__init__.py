"""Preparations: how a working copy is cut from an artwork (crop policy and size)."""

from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from torch import Tensor


class Preparation(Protocol):
    """Cuts working copies of one size; deterministic."""

    label: ClassVar[str]
    version: ClassVar[int]

    def prepare(self, image: "Tensor") -> "Tensor":
        """`image` [1, 3, H, W] in [0, 1] of any size → [1, 3, size, size] in [0, 1]."""


PREPARATIONS: PluginFolder[Preparation] = PluginFolder("generation.preparations")
