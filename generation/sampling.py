"""Pictures from prompts, and pictures from pictures: the one loop behind every painting.

Schedulers are diffusers' own. A picture is the same alone or among others: lots of one size
(generation.lots), one CPU generator a picture, and the noise drawn in the order of diffusers'
pipelines, so that a seed means there and here the same picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler
from torch import Generator, Tensor

from generation.lots import Lot, in_lots
from generation.networks.autoencoders import DiffusersAutoencoder, autocast
from generation.networks.diffusion import Diffusion
from generation.noise import normal
from generation.pixels import quantise
from generation.progress import Progress
from generation.refusals import PaintingFlagged
from generation.samplers import Safety, Sampler, SamplingError

__all__ = [
    "SCHEDULERS",
    "Safety",
    "Sampler",
    "SamplingError",
    "check",
    "paint",
    "repaint",
    "scheduler_of",
]

SIZE = {"cpu": 4, "cuda": 8}
"""Pictures in a lot: a UNet's layers are small, so more of them at once are faster than pairs."""
SCHEDULERS: dict[str, Any] = {"dpmpp": DPMSolverMultistepScheduler, "ddim": DDIMScheduler}


def paint(
    diffusion: Diffusion,
    prompts: Sequence[str],
    negative: str | Sequence[str],
    sampler: Sampler,
    generators: Sequence[Generator],
    progress: Progress,
    size: int | None = None,
    safety: Safety = "refuse",
) -> Tensor:
    """Paintings [N, 3, size, size] in [0, 1] on the 8-bit grid, one a prompt and generator.

    `size` is the network's own resolution if not given. Raises PromptError, PaintingFlagged,
    SamplingError, and what `progress` raises.
    """
    _check_counts(prompts, generators)
    side = _side(diffusion, size) // diffusion.autoencoder.factor
    channels = diffusion.autoencoder.network.config.latent_channels
    blank = torch.zeros(len(prompts), channels, side, side, device=diffusion.device)

    def start(lot: Lot, scheduler: Any) -> Tensor:
        noise: Tensor = normal(lot.images[2], lot.generators) * scheduler.init_noise_sigma
        return noise

    walk = _Walk(diffusion, sampler, sampler.steps, start)
    return _sampled(walk, prompts, negative, blank, generators, progress, safety)


def check(
    diffusion: Diffusion, prompts: Sequence[str], negative: str = "", size: int | None = None
) -> None:
    """Raises what `paint` would of its prompts and size, before anything is computed."""
    _side(diffusion, size)
    diffusion.tokenise([*prompts, negative])


def repaint(
    diffusion: Diffusion,
    images: Tensor,
    prompts: Sequence[str],
    strength: float,
    sampler: Sampler,
    generators: Sequence[Generator],
    progress: Progress,
    negative: str | Sequence[str] = "",
    safety: Safety = "refuse",
) -> Tensor:
    """`images` [N, 3, H, W] in [0, 1], noised `strength` of the way and painted anew (SDEdit).

    Meng et al. 2022; as diffusers' image-to-image: the latent is drawn from the posterior, and of
    `sampler.steps` the last `strength` are taken. Returns the same shape on the 8-bit grid.
    Raises as `paint`.
    """
    taken = min(int(sampler.steps * strength), sampler.steps)
    if not 0 < strength <= 1 or taken == 0:
        raise SamplingError(
            f"A strength of {strength} of {sampler.steps} steps is no step: the strength must lie"
            " above 0 and up to 1, and strength × steps be at least 1."
        )
    _check_counts(prompts, generators)
    factor = diffusion.autoencoder.factor
    if images.shape[-2] % factor or images.shape[-1] % factor:
        raise SamplingError(
            f"This network takes images whose sides are multiples of {factor} pixels, not"
            f" {images.shape[-1]} × {images.shape[-2]}: prepare them first."
        )

    def start(lot: Lot, scheduler: Any) -> Tensor:
        first = scheduler.timesteps[sampler.steps - taken]
        mean, deviation = diffusion.autoencoder.at(sampler.precision).posterior(lot.images[2])
        drawn = mean if deviation is None else mean + deviation * normal(mean, lot.generators)
        noise = normal(mean, lot.generators)
        noised: Tensor = scheduler.add_noise(drawn * diffusion.scaling, noise, first.view(1))
        return noised

    walk = _Walk(diffusion, sampler, taken, start)
    return _sampled(walk, prompts, negative, images, generators, progress, safety)


def _side(diffusion: Diffusion, size: int | None) -> int:
    side = size or diffusion.resolution
    if side % diffusion.autoencoder.factor:
        raise SamplingError(
            f"This network paints sides of whole multiples of {diffusion.autoencoder.factor}"
            f" pixels, not {side}: set another size."
        )
    return side


@dataclass(frozen=True)
class _Walk:
    """The last `taken` steps of a sampler, from where `start` begins."""

    diffusion: Diffusion
    sampler: Sampler
    taken: int
    start: Callable[[Lot, Any], Tensor]

    def latents(self, lot: Lot) -> Tensor:
        """The lot's pictures as latents; `lot.images` are texts, negative texts, canvases."""
        diffusion, sampler = self.diffusion, self.sampler
        scheduler = scheduler_of(diffusion, sampler)
        latents = self.start(lot, scheduler)
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(sampler.steps - self.taken)
        texts = torch.cat([lot.images[1], lot.images[0]]) if self._guided else lot.images[0]
        fresh = sampler.eta > 0
        for number, step in enumerate(scheduler.timesteps[-self.taken :], start=1):
            predicted = self._predict(scheduler.scale_model_input(latents, step), step, texts)
            noise = {"eta": sampler.eta, "variance_noise": normal(latents, lot.generators)}
            moved = scheduler.step(predicted, step, latents, **(noise if fresh else {}))
            latents = moved.prev_sample
            lot.progress(number, self.taken)
        return latents / diffusion.scaling

    @property
    def _guided(self) -> bool:
        return self.sampler.guidance != 1

    def _predict(self, latents: Tensor, step: Tensor, texts: Tensor) -> Tensor:
        """What the UNet predicts, guided away from the negative text, in one doubled batch."""
        doubled = torch.cat([latents, latents]) if self._guided else latents
        with autocast(self.diffusion.device, self.sampler.precision):
            predicted: Tensor = self.diffusion.unet(doubled, step, texts).sample
        predicted = predicted.float()
        if not self._guided:
            return predicted
        plain, told = predicted.chunk(2)
        return plain + self.sampler.guidance * (told - plain)


def scheduler_of(diffusion: Diffusion, sampler: Sampler) -> Any:
    """diffusers' scheduler for this network, its steps set.

    `steps_offset` and `clip_sample` are mended as diffusers' pipelines mend old configurations.
    """
    config = {**diffusion.scheduler, "steps_offset": 1, "clip_sample": False}
    spaced = {"use_karras_sigmas": True} if sampler.karras else {}
    scheduler = SCHEDULERS[sampler.scheduler].from_config(config, **spaced)
    scheduler.set_timesteps(sampler.steps, device=diffusion.device)
    return scheduler


def _check_counts(prompts: Sequence[str], generators: Sequence[Generator]) -> None:
    if not prompts or len(prompts) != len(generators):
        raise SamplingError(
            f"Each painting takes one prompt and one generator; given: {len(prompts)} prompts,"
            f" {len(generators)} generators."
        )


@torch.no_grad()
def _sampled(
    walk: _Walk,
    prompts: Sequence[str],
    negative: str | Sequence[str],
    canvases: Tensor,
    generators: Sequence[Generator],
    progress: Progress,
    safety: Safety,
) -> Tensor:
    diffusion = walk.diffusion
    against = [negative] * len(prompts) if isinstance(negative, str) else negative
    texts, plain = (_embedded(diffusion, words) for words in (prompts, against))
    size = SIZE.get(canvases.device.type, 1)
    latents = in_lots(
        walk.latents,
        texts,
        plain,
        canvases,
        generators=generators,
        progress=progress,
        size=size,
    )
    autoencoder: DiffusersAutoencoder = diffusion.autoencoder.at(walk.sampler.precision)
    painted = quantise(in_lots(lambda lot: autoencoder.decode(lot.images[0]), latents))
    if safety == "keep":
        return painted
    flags = diffusion.flagged(painted)
    return _without_flagged(painted, flags, prompts, progress, safety) if flags.any() else painted


def _embedded(diffusion: Diffusion, words: Sequence[str]) -> Tensor:
    """Embeddings [N, T, D]; each different text goes through the encoder once."""
    different = list(dict.fromkeys(words))
    rows = torch.tensor([different.index(word) for word in words], device=diffusion.device)
    return diffusion.embed(different)[rows]


def _without_flagged(
    painted: Tensor, flags: Tensor, prompts: Sequence[str], progress: Progress, safety: Safety
) -> Tensor:
    named = next(prompt for prompt, flag in zip(prompts, flags.tolist(), strict=True) if flag)
    told = f"The network's safety checker flagged {int(flags.sum())} of {len(flags)} paintings"
    if safety == "refuse":
        raise PaintingFlagged(
            f"{told} (“{named}”): choose another prompt or seed, or set safety to “keep”, or to"
            " “blank” for a black picture."
        )
    progress(1, 1, f"{told}; they are black")
    return torch.where(flags.to(painted.device).view(-1, 1, 1, 1), 0.0, painted)
