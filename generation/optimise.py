"""The one loop behind every optimised image: objective, rule and constraint are its arguments.

Losses are per image and every rule works element by element, so the images of a lot never
influence each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, pi
from typing import Protocol

import torch
from torch import Tensor

from generation.progress import Progress

Objective = Callable[[Tensor], Tensor]
"""Images [N, 3, H, W] → one loss an image [N]; minimised."""
Schedule = Callable[[int, int], float]
"""Step (from 0) and number of steps → step size, on [0, 1] pixels."""


class Rule(Protocol):
    """Moves images against a gradient."""

    def begin(self, images: Tensor) -> None:
        """Forget what was before: a new optimisation starts at `images`."""

    def move(self, images: Tensor, gradient: Tensor, rate: float) -> Tensor:
        """The images after one step."""


def linear(first: float, last: float) -> Schedule:
    """From `first` towards `last` in a straight line, as PhotoGuard's and Nightshade's codes do."""
    return lambda step, steps: first + (last - first) * step / steps


def cosine(first: float, last: float) -> Schedule:
    """Cosine annealing from `first` to `last` (Loshchilov and Hutter, 2017)."""
    return lambda step, steps: last + (first - last) * (1 + cos(pi * step / steps)) / 2


class SignDescent:
    """x ← x − rate · sign(g): projected gradient descent in L∞ (Madry et al., 2018)."""

    def begin(self, images: Tensor) -> None:
        """Nothing to forget."""

    def move(self, images: Tensor, gradient: Tensor, rate: float) -> Tensor:
        return images.sub(gradient.sign(), alpha=rate)


@dataclass
class Adam:
    """Adam (Kingma and Ba, 2015). `epsilon` counts: published codes rely on a large one."""

    epsilon: float = 1e-8
    betas: tuple[float, float] = (0.9, 0.999)
    step: int = 0
    mean: Tensor = field(default_factory=lambda: torch.empty(0))
    square: Tensor = field(default_factory=lambda: torch.empty(0))

    def begin(self, images: Tensor) -> None:
        self.step, self.mean, self.square = 0, torch.zeros_like(images), torch.zeros_like(images)

    def move(self, images: Tensor, gradient: Tensor, rate: float) -> Tensor:
        self.step += 1
        self.mean.lerp_(gradient, 1 - self.betas[0])
        self.square.mul_(self.betas[1]).addcmul_(gradient, gradient, value=1 - self.betas[1])
        mean_bias, square_bias = (1 - beta**self.step for beta in self.betas)
        spread = self.square.sqrt().mul_(square_bias**-0.5).add_(self.epsilon)
        return images.addcdiv(self.mean, spread, value=-rate / mean_bias)


def minimise(
    start: Tensor,
    objective: Objective,
    rule: Rule,
    schedule: Schedule,
    constrain: Callable[[Tensor], Tensor],
    steps: int,
    progress: Progress,
) -> Tensor:
    """Images [N, 3, H, W] after `steps` steps of `rule` from `start`, each kept by `constrain`.

    Calls `progress` after each step; what it raises (Cancelled) ends the work.
    """
    images = constrain(start)
    rule.begin(images)
    for step in range(steps):
        images.requires_grad_(True)
        losses = objective(images)
        (gradient,) = torch.autograd.grad(losses.sum(), images)
        with torch.no_grad():
            moved = rule.move(images.detach(), gradient, schedule(step, steps))
            images = constrain(moved)
        progress(step + 1, steps, f"loss {losses.detach().mean():.4g}")
    return images.detach()


def hinge(distances: Tensor, limit: float) -> Tensor:
    """max(d − limit, 0) [N]; where no image exceeds the limit, without a graph to go back through.

    The gradient is then exactly zero, and the way back through the network, the dearer half of
    an LPIPS penalty, is spared.
    """
    excess = (distances - limit).clamp_min(0)
    return excess if bool((excess > 0).any()) else excess.detach()
