"""What a training says of itself on the way: loss, learning rate, time left, sample sheets."""

from dataclasses import dataclass, field
from time import monotonic

from generation.finetuning.training_run import TrainingRun
from generation.mimic import Mimic
from generation.mimicry import SampleSheets
from generation.networks.diffusion import Diffusion
from generation.progress import Progress
from generation.sample_sheets import sheet
from generation.samplers import Sampler

SMOOTHING = 0.95
"""Share of the past in the loss that is told; the losses of single steps jump about."""


def before(progress: Progress, steps: int) -> Progress:
    """The progress of what precedes `steps` steps: none is done yet, the message says how far."""

    def told(done: int, total: int, message: str = "") -> None:  # noqa: ARG001
        progress(0, steps, message)

    return told


@dataclass
class Pace:
    """How a training goes; time is counted from where it was taken up."""

    run: TrainingRun
    first: int = field(init=False)
    start: float = field(init=False)

    def __post_init__(self) -> None:
        self.first, self.start = self.run.step, monotonic()

    def message(self) -> str:
        """Smoothed loss, learning rate of the step and time left."""
        run = self.run
        pace = (monotonic() - self.start) / max(1, run.step - self.first)
        rate = run.settings.rate_at(run.step - 1, run.length)
        left = duration(pace * (run.length - run.step))
        return f"loss {smoothed(run.losses):.4f}, learning rate {rate:.2g}, {left} left"


@dataclass(frozen=True)
class Watch:
    """Paints sample sheets for whoever asked for them."""

    samples: SampleSheets | None = None

    def due(self, step: int, length: int) -> bool:
        """Whether a sheet is painted after `step` steps."""
        if self.samples is None:
            return False
        return step % self.samples.every == 0 or step == length

    def show(self, step: int, mimic: Mimic, diffusion: Diffusion) -> None:
        """Paint a sheet with what was learnt so far."""
        assert self.samples is not None, "due says so"
        prompts = list(self.samples.prompts) or list(dict.fromkeys(mimic.record["prompts"]))[:4]
        seeds = [self.samples.seed + number for number in range(len(prompts))]
        sampler = Sampler(steps=self.samples.steps)
        painted = mimic.paint(diffusion, prompts, seeds, sampler, safety="blank")
        self.samples.show(step, sheet(painted))


def smoothed(losses: list[float]) -> float:
    """Exponential moving average of the losses, without bias to its start."""
    average = weight = 0.0
    for loss in losses[-200:]:
        average = SMOOTHING * average + (1 - SMOOTHING) * loss
        weight = SMOOTHING * weight + (1 - SMOOTHING)
    return average / weight


def duration(seconds: float) -> str:
    """As people say it: 40 s, 12 min, 3 h 5 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
