"""Diffusion classifier: under which genre's name does a diffusion network denoise a picture best?

Li, Prabhudesai, Duggal, Brown, Pathak 2023, “Your diffusion model is secretly a zero-shot
classifier” (arXiv:2303.16203): noise the latent, ask the network for the noise under each label's
prompt, and take the label with the smallest error. IMPRESS (Cao et al. 2023, arXiv:2310.19248)
reports its accuracy beside CLIP's, correct where the true style is among the last three. It takes
thousands of network passes a picture, so it is measured only where it is asked for by name.

Noise is a function of the seed and the timestep alone: all labels, all pictures and both arms of a
study are compared under the same noise (paired), and a stage can be taken up again.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from config.plugins import Settings, plugin
from evaluation.findings.adaptive import TIMESTEPS, Schedule, Stage
from evaluation.seeing.genres import IMPRESS, WIKIART, clean, position

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

Label = Annotated[str, Field(min_length=1, max_length=80)]
Stages = Annotated[
    tuple[Annotated[int, Field(ge=1, le=TIMESTEPS)], ...], Field(min_length=1, max_length=8)
]


@plugin
class DiffusionClassifier:
    """Denoising error under each genre's prompt, by an adaptive schedule.

    `correct` 1 or 0: the artist's genre is among the labels kept to the end. `margin`: error of the
    best other label still measured minus that of the artist's, above 0 where the artist's is best.
    `ahead`: share of the other labels that it is ahead of. No probability: the bound that the error
    stands for is summed over thousands of dimensions, so its softmax is 0 or 1.
    """

    label: ClassVar[str] = "Diffusion classifier"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "impress": {
            "labels": "impress",
            "underscores": True,
            "template": "A {} style artwork",
            "n_samples": [20, 50, 100, 500],
            "to_keep": [20, 10, 5, 3],
            "loss": "l2",
        },
        "sandbox": {
            "labels": "sandbox",
            "template": "a painting, by {}",
            "n_samples": [10, 30],
            "to_keep": [4, 1],
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    against: ClassVar[Literal["genre"]] = "genre"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {
        "correct": "correct",
        "margin": "margin",
        "ahead": "share of labels it is ahead of",
    }
    costly: ClassVar[bool] = True

    labels: (
        Literal["impress", "wikiart", "sandbox"]
        | Annotated[tuple[Label, ...], Field(min_length=2, max_length=500)]
    ) = "impress"
    """The 39 of IMPRESS, their 27 of WikiArt, those of the sandbox, or your own."""
    underscores: bool = True
    """Whether labels of impress and wikiart keep the underscores of the authors' lists."""
    template: Annotated[str, Field(min_length=2, max_length=200, pattern=r"^[^{}]*\{\}[^{}]*$")] = (
        "A {} style artwork"
    )
    """The prompt, {} for the label. The sandbox's network knows no genres but painters, so there {}
    is the one historical painter of the genre."""
    n_samples: Stages = (20, 50, 100, 500)
    """Timesteps at which labels have been measured by the end of each stage, spread evenly."""
    to_keep: Stages = (20, 10, 5, 3)
    """Labels that are kept after each stage."""
    loss: Literal["l2", "l1"] = "l2"
    """Mean square or mean absolute error of the predicted noise."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Of the noise."""
    size: Annotated[int | None, Field(ge=8, le=2048)] = None
    """Pixels a side that pictures are scaled to; the network's own resolution when left out."""
    precision: Literal["auto", "float32", "bfloat16"] = "float32"
    """What the network computes in; bfloat16 is faster where it is native, which auto looks up."""

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """Stages that rise and fall as they should, among labels that are told apart."""
        _ = self.schedule
        names = self._names()
        if len(set(names)) < len(names):
            raise ValueError("two labels are the same")
        if self.to_keep[0] > len(names) or self.to_keep[-1] >= len(names):
            raise ValueError(f"to_keep keeps more labels than the {len(names)} there are")
        return self

    @property
    def schedule(self) -> Schedule:
        """How many timesteps and labels each stage has."""
        return Schedule(self.n_samples, self.to_keep)

    @property
    def passes(self) -> int:
        """Network passes a picture."""
        return self.schedule.passes(len(self._names()))

    @property
    def chance(self) -> float:
        """Share of pictures that guessing would call correct."""
        return self.to_keep[-1] / len(self._names())

    def label_of(self, genre: str) -> str:
        """The label that stands for a genre; raises UnknownGenre."""
        return self._names()[position(genre, self._names())]

    def score(self, images: "Tensor", genres: Sequence[str], networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1] and N genres → [N, 3] float64: correct, margin, ahead."""
        # brings torch, which the web process, reading labels here, must not load
        import torch  # noqa: PLC0415

        rows = []
        for picture, genre in zip(images, genres, strict=True):
            done: list[Stage] = []
            while (stage := self.next_stage(picture[None], done, networks)) is not None:
                done.append(stage)
            rows.append(self.numbers(done, genre))
        return torch.tensor(rows, dtype=torch.float64)

    def next_stage(
        self, image: "Tensor", done: Sequence[Stage], networks: "Networks"
    ) -> Stage | None:
        """The stage after those that are done, of one picture [1, 3, H, W]; None after the last.

        Equal, bit for bit, whether the earlier ones were computed now or read from where they were
        stored (on one kind of device and number of threads).
        """
        # as above
        from evaluation.seeing.denoising_errors import Denoised  # noqa: PLC0415

        if len(done) == len(self.n_samples):
            return None
        names = self._names()
        left = self.schedule.left(len(names), done)
        steps = self.schedule.steps(len(done))
        prompts = [self.template.replace("{}", word) for word in self._words()]
        denoised = Denoised(
            networks.diffusion, tuple(prompts), self.seed, self.loss, self.size, self.precision
        )
        return Stage(left, len(steps), denoised.totals(image, left, steps))

    def numbers(self, done: Sequence[Stage], genre: str) -> tuple[float, float, float]:
        """Values of the parts, when all stages are done."""
        found = self.schedule.outcome(position(genre, self._names()), done)
        return float(found.correct), found.margin, found.ahead

    def seconds_a_pass(self, image: "Tensor", networks: "Networks") -> float:
        """What one network pass takes on this machine, timed on a picture [1, 3, H, W]."""
        # as above
        from evaluation.seeing.denoising_errors import Denoised  # noqa: PLC0415

        prompt = self.template.replace("{}", self._words()[0])
        denoised = Denoised(
            networks.diffusion, (prompt,), self.seed, self.loss, self.size, self.precision
        )
        return denoised.seconds_a_pass(image)

    def _names(self) -> tuple[str, ...]:
        if self.labels == "sandbox":
            return tuple(_sandbox())
        if isinstance(self.labels, tuple):
            return self.labels
        raw = WIKIART if self.labels == "wikiart" else IMPRESS
        return raw if self.underscores else tuple(clean(label) for label in raw)

    def _words(self) -> tuple[str, ...]:
        """What stands in the prompt for each label."""
        return tuple(_sandbox().values()) if self.labels == "sandbox" else self._names()


def _sandbox() -> dict[str, str]:
    """Genre → the painter of it whom the sandbox's network has learnt."""
    # the painters' code is read only by those who ask for them
    from generation.sandbox.painters import GENRES, PAINTERS, historical  # noqa: PLC0415

    known = {PAINTERS[key].genre: PAINTERS[key].name for key in reversed(historical())}
    return {genre: known[genre] for genre in GENRES if genre in known}
