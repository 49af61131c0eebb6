"""CLIP genre: does zero-shot CLIP still see the artist's genre in a picture?

The automatic metric of style mimicry: Glaze (Shan et al. 2023, arXiv:2302.04222) counts the share
of imitations that CLIP does *not* put into the artist's genre (genre shift), IMPRESS (Cao et al.
2023, arXiv:2310.19248) the share that it does (genre accuracy). One is 1 minus the other. The Glaze
authors gave it up since: it does not see loss of quality.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from config.plugins import Settings, plugin
from evaluation.seeing.genres import IMPRESS, WIKIART, clean, position

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks
    from generation.networks.clip import Clip

TEMPLATES = (
    "a painting in the style of {}",
    "a {} painting",
    "{} art",
    "an artwork in the {} style",
)
SANDBOX_TEMPLATES = ("{}", *TEMPLATES[:2])
"""The sentences about genres that the sandbox's pair of networks has read."""
AS_THEY_ARE = ("{}",)
TOP = 3

Label = Annotated[str, Field(min_length=1, max_length=80)]
Template = Annotated[str, Field(min_length=2, max_length=200, pattern=r"^[^{}]*\{\}[^{}]*$")]


@plugin
class ClipGenre:
    """Softmax over genre labels: is the artist's among the first k, by how much, how probable?

    `correct` 1 or 0: genre accuracy is its mean, genre shift 1 minus that. `margin`: logit of the
    artist's genre minus the k-th best of the others, above 0 where it is correct. `probability` of
    the artist's genre.
    """

    label: ClassVar[str] = "CLIP genre"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "legacy": {"mode": "legacy"},
        "sandbox": {"labels": "sandbox"},
    }
    needs: ClassVar[tuple[str, ...]] = ("clip",)
    against: ClassVar[Literal["genre"]] = "genre"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {
        "correct": "correct",
        "margin": "margin",
        "probability": "probability",
    }

    mode: Literal["corrected", "legacy"] = "corrected"
    """`legacy`: as the IMPRESS authors' code has it: 39 labels with their underscores, no template,
    top 3. `corrected`: labels as people write them, several templates averaged."""
    labels: (
        Literal["impress", "wikiart", "sandbox"]
        | Annotated[tuple[Label, ...], Field(min_length=2, max_length=500)]
        | None
    ) = None
    """The 39 of IMPRESS when left out; their 27 of WikiArt; those of the sandbox; or your own."""
    templates: Annotated[tuple[Template, ...], Field(min_length=1, max_length=100)] | None = None
    """Sentences with {} for the label, whose embeddings are averaged; four when left out (for the
    sandbox the three that its networks know)."""
    top: Annotated[int | None, Field(ge=1)] = None
    """Among how many first labels the artist's must be; when left out 3 of impress and wikiart, as
    the authors have it, 1 of the sandbox's and of your own."""

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """Legacy is what it is, and the first k of k labels would always be right."""
        if self.mode == "legacy" and (self.labels, self.templates, self.top) != (None, None, None):
            raise ValueError(
                "legacy mode is the authors' code as it is: leave labels, templates and top out"
            )
        names = self._names()
        if len(set(names)) < len(names):
            raise ValueError("two labels are the same")
        if self._top() >= len(names):
            raise ValueError(f"the first {self._top()} of {len(names)} labels are too many")
        return self

    def label_of(self, genre: str) -> str:
        """The label that stands for a genre; raises UnknownGenre."""
        return self._names()[position(genre, self._names())]

    @property
    def chance(self) -> float:
        """Share of pictures that guessing would call correct."""
        return self._top() / len(self._names())

    def score(self, images: "Tensor", genres: Sequence[str], networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1] and N genres → [N, 3] float64: correct, margin, probability."""
        # brings torch, which the web process, reading labels here, must not load
        import torch  # noqa: PLC0415

        clip, names = networks.clip, self._names()
        own = torch.tensor([position(genre, names) for genre in genres])[:, None]
        texts = _label_vectors(clip, names, self._templates())
        cosines = clip.embed_images(images).double() @ texts.T
        logits = (clip.logit_scale * cosines).cpu()
        mine = logits.gather(1, own)
        others = logits.scatter(1, own, -torch.inf).topk(self._top(), 1).values[:, -1:]
        probability = logits.softmax(1).gather(1, own)
        return torch.cat([(mine > others).double(), mine - others, probability], 1)

    def _names(self) -> tuple[str, ...]:
        if self.mode == "legacy":
            return IMPRESS
        if self.labels == "sandbox":
            return _sandbox()
        if isinstance(self.labels, tuple):
            return self.labels
        return tuple(clean(label) for label in (WIKIART if self.labels == "wikiart" else IMPRESS))

    def _templates(self) -> tuple[str, ...]:
        if self.mode == "legacy":
            return AS_THEY_ARE
        usual = SANDBOX_TEMPLATES if self.labels == "sandbox" else TEMPLATES
        return self.templates or usual

    def _top(self) -> int:
        return self.top or (TOP if self.labels in {None, "impress", "wikiart"} else 1)


def _sandbox() -> tuple[str, ...]:
    # the painters' code is read only by those who ask for them
    from generation.sandbox.painters import GENRES  # noqa: PLC0415

    return tuple(GENRES)


@lru_cache(maxsize=4)  # a function of a frozen network and texts: the same for every batch
def _label_vectors(clip: "Clip", names: tuple[str, ...], templates: tuple[str, ...]) -> "Tensor":
    """[labels, D]: the mean of each label's sentences' embeddings, on the unit sphere."""
    sentences = [template.replace("{}", name) for name in names for template in templates]
    vectors = clip.embed_texts(sentences).double()
    mean = vectors.view(len(names), len(templates), -1).mean(1)
    unit: Tensor = mean / mean.norm(dim=1, keepdim=True)
    return unit
