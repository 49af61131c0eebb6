"""Degradations: a picture spoilt on purpose, by a stated dose, to see who notices.

A ladder is one degradation at rising strengths. Strength is one number in the unit that the method
states, and more is worse, whatever the method; what else there is to set stays the same along the
ladder. They are no purifications: those are judged by what they undo, these by what they spoil.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class Degradation(Protocol):
    """Images in, images out. Images of one batch never influence each other."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]
    unit: ClassVar[str]
    """What the strength counts, in words."""

    @property
    def strength(self) -> float:
        """How much, above 0; more is worse. A setting of every degradation."""

    def degrade(
        self,
        images: "Tensor",
        networks: "Networks",
        generators: "Sequence[Generator]",
        progress: "Progress",
    ) -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1], one generator an image → the same shape, [0, 1].

        The same generator draws the same at every strength, so that a ladder differs in nothing
        but the dose.
        """


DEGRADATIONS: PluginFolder[Degradation] = PluginFolder("generation.degradations")
