"""How noise becomes a picture, as a value: scheduler, steps, guidance. Imports no diffusers."""

from dataclasses import dataclass
from typing import Literal, get_args

from generation.networks.autoencoders import Precision
from generation.refusals import Refused

Scheduler = Literal["dpmpp", "ddim"]
Safety = Literal["refuse", "blank", "keep"]
"""What becomes of a painting that the network's own safety checker flags (if it has one): it is
refused with a sentence; shown black, as diffusers does, and said in the progress; or kept."""


class SamplingError(Refused):
    """Sizes, counts or settings that no painting can have; the sentence says what to change."""


@dataclass(frozen=True)
class Sampler:
    """How noise becomes a picture. Raises SamplingError for settings out of bounds."""

    scheduler: Scheduler = "dpmpp"
    """dpmpp: DPM-Solver++ (2M) (Lu et al. 2022); ddim: DDIM (Song et al. 2021)."""
    steps: int = 50
    guidance: float = 7.5
    """Weight of classifier-free guidance (Ho and Salimans 2022); 1 is none and half the work."""
    eta: float = 0.0
    """Share of fresh noise at each step of DDIM: 0 is deterministic, 1 is DDPM."""
    karras: bool = False
    """Steps of dpmpp spaced as by Karras et al. (2022)."""
    precision: Precision = "float32"
    """What the UNet and the decoder compute in; the latents stay float32."""

    def __post_init__(self) -> None:
        if self.scheduler not in get_args(Scheduler):
            raise SamplingError(f"There is no scheduler “{self.scheduler}”: take dpmpp or ddim.")
        if self.precision not in get_args(Precision):
            known = ", ".join(get_args(Precision))
            raise SamplingError(f"There is no precision “{self.precision}”: take one of {known}.")
        if not (1 <= self.steps <= 1000 and self.guidance >= 0 and 0 <= self.eta <= 1):
            raise SamplingError(
                "A sampler takes 1 to 1000 steps, a guidance of at least 0 and an eta from 0 to 1."
            )
        if self.eta > 0 and self.scheduler != "ddim":
            raise SamplingError("Only ddim draws fresh noise: set eta to 0, or take ddim.")
        if self.karras and self.scheduler != "dpmpp":
            raise SamplingError("Only dpmpp can be spaced as by Karras: take dpmpp.")
