"""Metrics: numbers of a saved picture, by what they hold it against.

A metric's file imports torch only inside `score`: pages and analyses read labels and directions
from the class, and the web process never loads torch.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

Against = Literal["counterpart", "originals", "genre", "nothing"]
"""What a picture is held against: `counterpart`, the very picture it was made from, of the same
size; `originals`, the artist's own pictures that are shown beside it, one at a time; `genre`, the
name of the artist's genre; `nothing`."""


class _Described(Protocol):
    label: ClassVar[str]
    version: ClassVar[int]
    """Part of what a stored measurement is identified by: raise it when values change."""
    needs: ClassVar[tuple[str, ...]]
    """Roles of the networks it uses: perceptual, clip."""
    higher_is_closer: ClassVar[bool]
    """True where a higher value means more alike (SSIM, PSNR), False for distances."""
    unit: ClassVar[str]
    parts: ClassVar[Mapping[str, str]]
    """Names of the numbers it gives → what each is, in words; empty where it gives one number."""


class PictureMetric(_Described, Protocol):
    """Scores saved 8-bit images. Images of one batch never influence each other."""

    against: ClassVar[Literal["counterpart", "originals", "nothing"]]

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """`images`, `references` [N, 3, H, W] in [0, 1] → [N] float64; inf where it is infinite.

        [N, len(parts)] where the metric has parts. Originals may be of another size. A metric that
        is held against nothing is given the images twice.
        """


class GenreMetric(_Described, Protocol):
    """Scores saved 8-bit images against the name of their artist's genre."""

    against: ClassVar[Literal["genre"]]

    def score(self, images: "Tensor", genres: Sequence[str], networks: "Networks") -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1], N names → [N] or [N, len(parts)] float64."""

    def label_of(self, genre: str) -> str:
        """The label that stands for a recorded genre; raises ValueError with a sentence."""


Metric = PictureMetric | GenreMetric

METRICS: PluginFolder[Metric] = PluginFolder("evaluation.metrics")
