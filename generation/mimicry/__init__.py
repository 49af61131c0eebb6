"""Mimicries: how somebody teaches a diffusion network to paint as an artist does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from config.plugins import PluginFolder, Settings
from generation.refusals import Refused

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.checkpoints import Checkpoints
    from generation.mimic import Mimic
    from generation.networks import Networks
    from generation.progress import Progress


class MimicryError(Refused):
    """What cannot be learnt from or painted with; the message says what to change."""


@dataclass(frozen=True)
class SampleSheets:
    """What whoever watches a training sees of it; never changes what is learnt."""

    show: Callable[[int, bytes], None]
    """Is given the step and a PNG with a painting for each prompt."""
    every: int = 100
    """Steps from one sheet to the next."""
    prompts: Sequence[str] = ()
    """What is painted; where empty, up to four of the prompts that are learnt."""
    seed: int = 0
    """Each sheet starts from the same noise, so that sheets can be compared."""
    steps: int = 20
    """Of the sampler."""


class Mimicry(Protocol):
    """Tunes a copy of the network in the role “diffusion”; the network itself stays as it is."""

    label: ClassVar[str]
    version: ClassVar[int]
    presets: ClassVar[Mapping[str, Settings]]
    needs: ClassVar[tuple[str, ...]]
    fewest: ClassVar[int]
    """Fewer pictures than these are refused."""

    def learn(
        self,
        images: "Tensor",
        captions: Sequence[str],
        networks: "Networks",
        generator: "Generator",
        progress: "Progress",
        checkpoints: "Checkpoints | None" = None,
        samples: SampleSheets | None = None,
    ) -> "Mimic":
        """`images` [N, 3, H, W] in [0, 1] and a caption each → what was learnt.

        The same images, captions, settings, network and seed give the same bytes on one device,
        also where `checkpoints` took up a training that was interrupted. Raises MimicryError or
        PromptError for input that cannot be learnt from, CheckpointError where a checkpoint
        cannot be written, and whatever `progress` raises (Cancelled).
        """


MIMICRY: PluginFolder[Mimicry] = PluginFolder("generation.mimicry")
