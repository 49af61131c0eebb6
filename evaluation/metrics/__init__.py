"""Metrics: numbers of a saved picture, by what they hold it against.

A metric's file imports torch only inside `score`: pages and analyses read labels and directions
from the class, and the web process never loads torch.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeGuard

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from torch import Tensor

    from evaluation.findings.adaptive import Stage
    from evaluation.measuring.galleries import Gallery
    from generation.networks import Networks

Against = Literal["counterpart", "originals", "gallery", "genre", "prompt", "nothing"]
"""What a picture is held against: `counterpart`, the very picture it was made from, of the same
size; `originals`, the artist's own pictures that are shown beside it, one at a time; `gallery`, all
originals of the artist and those of the other artists; `genre`, the name of the artist's genre;
`prompt`, the words that the picture was painted from; `nothing`."""


class _Described(Protocol):
    label: ClassVar[str]
    version: ClassVar[int]
    """Part of what a stored measurement is identified by: raise it when values change."""
    needs: ClassVar[tuple[str, ...]]
    """Roles of the networks it uses: perceptual, clip, style, dino, preference, ..."""
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


class CostlyMetric(GenreMetric, Protocol):
    """Takes minutes a picture, stage by stage; measured only where it is asked for by name.

    Its picture is measured in stages whose findings are stored, so that a killed run goes on after
    the last one (`evaluation/measuring/costly.py`). A metric that does not declare `costly` is not.
    """

    costly: ClassVar[bool]

    @property
    def passes(self) -> int:
        """Network passes that one picture takes."""

    def next_stage(
        self, image: "Tensor", done: "Sequence[Stage]", networks: "Networks"
    ) -> "Stage | None":
        """What comes after the stages that are done, for [1, 3, H, W]; None after the last."""

    def numbers(self, done: "Sequence[Stage]", genre: str) -> Sequence[float]:
        """Values of the parts, when all stages are done."""

    def seconds_a_pass(self, image: "Tensor", networks: "Networks") -> float:
        """What one network pass takes on this machine, timed on [1, 3, H, W]."""


class GalleryMetric(_Described, Protocol):
    """Scores saved 8-bit images against all originals of their artist, beside everybody's."""

    against: ClassVar[Literal["gallery"]]

    def score(
        self, images: "Tensor", galleries: "Sequence[Gallery]", networks: "Networks"
    ) -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1], N galleries → [N] or [N, len(parts)] float64."""

    def check(self, gallery: "Gallery") -> None:
        """Raises ValueError with a sentence where the pictures of a gallery do not suffice."""


class PromptMetric(_Described, Protocol):
    """Scores saved 8-bit images against the prompt that each was painted from."""

    against: ClassVar[Literal["prompt"]]

    def score(self, images: "Tensor", prompts: Sequence[str], networks: "Networks") -> "Tensor":
        """`images` [N, 3, H, W] in [0, 1], N prompts → [N] or [N, len(parts)] float64."""


Metric = PictureMetric | GenreMetric | GalleryMetric | PromptMetric

METRICS: PluginFolder[Metric] = PluginFolder("evaluation.metrics")


def is_costly(metric: object) -> TypeGuard[CostlyMetric]:
    """Whether a metric (or the class of one) is measured only where it is asked for by name."""
    return bool(getattr(metric, "costly", False))
