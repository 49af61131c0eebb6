"""An image method of another package, slow or failing as it is told, for the tests of jobs.

The folder is what an installed package looks like (module and dist-info), so tests put it on
PYTHONPATH and the catalogue finds it by its entry points, as it would find any third party's.
"""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import torch
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.networks import Networks
from generation.progress import Progress


def begin(tag: str) -> int:
    """Note in the file TOY_LOG that a batch was begun; how many with this tag were before."""
    log = Path(os.environ["TOY_LOG"])
    with log.open("a") as file:
        file.write(f"{os.getpid()} {tag}\n")
    return [line.partition(" ")[2] for line in log.read_text().splitlines()].count(tag) - 1


@plugin
class Slow:
    """Adds seeded noise, slowly; fails as it is told to."""

    label: ClassVar[str] = "Slow"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ()

    steps: int = 1
    seconds: float = 0.0
    """Of one step."""
    trouble: str = ""
    tag: str = ""
    """Only to tell groups of jobs apart."""

    def purify(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        self._fail(images, begin(self.tag))
        noise = torch.stack([torch.rand(images.shape[1:], generator=one) for one in generators])
        for step in range(self.steps):
            time.sleep(self.seconds)
            progress(step + 1, self.steps)
        made = (images + (noise - 0.5) / 4).clamp(0, 1)
        if self.trouble == "white gives nan":
            made[_white(images)] = float("nan")
        return made

    def _fail(self, images: Tensor, before: int) -> None:
        if self.trouble == "first time" and before == 0:
            raise OSError("the disk is full")
        if self.trouble == "always":
            raise OSError("the disk is full")
        if self.trouble == "more than two" and len(images) > 2:
            raise MemoryError
        if self.trouble == "white" and bool(_white(images).any()):
            raise ValueError("white pictures are beyond me")


def _white(images: Tensor) -> Tensor:
    return images.mean(dim=(1, 2, 3)) > 0.99
