"""Small trainings for tests: four pictures of 32 × 32, four steps."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Generator, Tensor

from generation.checkpoints import Checkpoints
from generation.mimic import Mimic
from generation.mimicry import MIMICRY, SampleSheets
from generation.networks import Networks
from generation.progress import Progress, silent
from tests.generation.tiny import pictures

Learn = Callable[..., Mimic]
CAPTIONS = ["a painting by art", "our harbour", "a harbour by art", "rain"]
STEPS = 4


def learn(
    name: str,
    base: Networks,
    *,
    images: Tensor | None = None,
    captions: Sequence[str] | None = None,
    seed: int = 7,
    progress: Progress = silent,
    checkpoints: Checkpoints | None = None,
    samples: SampleSheets | None = None,
    **settings: Any,
) -> Mimic:
    """What `name` learns; `settings` stand over those that end soon."""
    method = MIMICRY.build(name, {"steps": STEPS, "batch": 2, "rate": 1e-3, **settings})
    given = pictures(4, height=32, width=32) if images is None else images
    told = CAPTIONS[: len(given)] if captions is None else captions
    generator = Generator().manual_seed(seed)
    return method.learn(given, told, base, generator, progress, checkpoints, samples)


def interrupted(after: int, error: BaseException) -> Progress:
    """Raises when the step `after` is told of, as a cancelled job does."""

    def progress(done: int, total: int, message: str = "") -> None:
        if "left" in message and done == after:
            raise error

    return progress
