"""Pictures and prompts as a training sees them: encoded once, drawn from at each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor, nn

from generation.networks.diffusion import Diffusion
from generation.progress import Progress
from generation.recipe import generator_seed

AT_ONCE = 4
"""Pictures that go through the autoencoder together."""


@dataclass(frozen=True)
class Prompts:
    """The prompts of a training, each once."""

    texts: Sequence[str]
    embeddings: Tensor
    """[U, L, D] by the frozen text encoder."""
    tokens: Tensor
    """[U, L] on the device."""

    def rows(self, prompts: Sequence[str]) -> Tensor:
        """Where `prompts` stand in `texts` [N]."""
        places = {text: number for number, text in enumerate(self.texts)}
        return torch.tensor([places[prompt] for prompt in prompts])

    def embed(self, rows: Tensor, text_encoder: nn.Module | None) -> Tensor:
        """Embeddings [B, L, D] of the prompts at `rows`: kept ones, or by a learning encoder."""
        if text_encoder is None:
            return self.embeddings[rows.to(self.embeddings.device)]
        wanted, places = torch.unique(rows, return_inverse=True)
        device = self.tokens.device
        embedded: Tensor = text_encoder(self.tokens[wanted.to(device)])[0]
        return embedded[places.to(device)]


def prompts_of(diffusion: Diffusion, texts: Sequence[str]) -> Prompts:
    """Embed each of `texts` once; raises PromptError for one over the token limit."""
    once = list(dict.fromkeys(texts))
    return Prompts(once, _embedded(diffusion, once), diffusion.tokenise(once))


@torch.no_grad()
def _embedded(diffusion: Diffusion, texts: Sequence[str]) -> Tensor:
    return diffusion.embed(texts)


@dataclass(frozen=True)
class Examples:
    """Latents of N pictures, in V views: as they are and, where they are mirrored, flipped."""

    means: Tensor
    """[N, V, C, h, w], scaled as the UNet takes them, on the device."""
    deviations: Tensor
    """Of the autoencoder's posterior, scaled alike; zeros where it has none."""
    prompts: Tensor
    """[N], rows of `Prompts`."""

    def draw(
        self, numbers: Tensor, latents: Literal["sampled", "mean"], generator: Generator
    ) -> Tensor:
        """Latents [B, C, h, w] of the pictures `numbers` [B], each in a view drawn by chance."""
        views = torch.randint(self.means.shape[1], (len(numbers),), generator=generator)
        at = (numbers.to(self.means.device), views.to(self.means.device))
        if latents == "mean":
            return self.means[at]
        means = self.means[at]
        spread = torch.randn(means.shape, generator=generator).to(means)
        return means + self.deviations[at] * spread


def encode(
    diffusion: Diffusion, images: Tensor, flip: bool, progress: Progress
) -> Mapping[str, Tensor]:
    """`means` and `deviations` of `Examples` for `images` [N, 3, H, W], on the CPU."""
    means, deviations = [], []
    for start in range(0, len(images), AT_ONCE):
        part = images[start : start + AT_ONCE].to(diffusion.device)
        views = [part, part.flip(-1)] if flip else [part]
        with torch.no_grad():
            encoded = [diffusion.autoencoder.posterior(view) for view in views]
        mean = torch.stack([mean for mean, _ in encoded], 1)
        spread = [torch.zeros_like(mean) if std is None else std for mean, std in encoded]
        means.append(mean.cpu() * diffusion.scaling)
        deviations.append(torch.stack(spread, 1).cpu() * diffusion.scaling)
        done, count = min(start + AT_ONCE, len(images)), len(images)
        progress(done, count, f"{done} of {count} pictures encoded")
    return {"means": torch.cat(means), "deviations": torch.cat(deviations)}


def shuffled(count: int, first: int, number: int, seed: int, name: str) -> Tensor:
    """`number` of `count` examples from place `first` on of an endless stream [number].

    The stream is one permutation after another, each drawn from `seed`, `name` and its number; so
    any place of it can be found without what came before.
    """
    places = range(first, first + number)
    epochs = {place // count for place in places}
    orders = {
        epoch: torch.randperm(
            count, generator=Generator().manual_seed(generator_seed(seed, f"{name} {epoch}"))
        )
        for epoch in epochs
    }
    return torch.stack([orders[place // count][place % count] for place in places])
