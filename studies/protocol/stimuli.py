"""The section `stimuli`: which pictures, and what is done to them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from studies.designs.factorial import NO_MIMICRY, UNDEGRADED
from studies.protocol.sections import (
    Budget,
    Label,
    Level,
    Line,
    Method,
    Name,
    Networks,
    Section,
    Seed,
    Settings,
    Slug,
    amount,
)
from studies.protocol.templates import check_caption, check_prompt


class Painter(Section):
    """A target style fixed by hand."""

    painter: Line = Field(description="painter of the collection whose style is the target")


def _branch(value: object) -> str:
    return "<painter>" if isinstance(value, dict | Painter) else "<drawn>"


Target = Annotated[
    Annotated[Literal["percentile"], Tag("<drawn>")] | Annotated[Painter, Tag("<painter>")],
    Discriminator(_branch),
]


class Style(Section):
    """Where the target Ω of a cloak comes from: a picture repainted in another painter's style."""

    transfer: Name = Field(description="style transfer that repaints the picture")
    preset: str | None = Field(None, description="a named set of settings of the transfer")
    settings: Settings = Field(default_factory=dict, description="settings of the transfer")
    target: Target = Field(
        "percentile",
        description="`percentile`: drawn, for each painter, among the painters whose distance"
        " lies between the 50th and 75th percentile; or `{painter: NAME}`",
    )


class Protection(Method):
    """A protection at one or more budgets."""

    networks: Networks = Field(
        default_factory=dict,
        description="role → network, where this protection works with other networks than those of"
        " the study (the artist's feature extractor is not the mimic's)",
    )
    budgets: Annotated[tuple[Budget, ...], Field(min_length=1)] | None = Field(
        None,
        description="values of the setting `budget`, on [0, 1] pixels, each a level (`0.05` or"
        " `8/255`); the method's own budget when left out",
    )
    style: Style | None = Field(None, description="for protections that aim at another style")

    @model_validator(mode="after")
    def budgets_differ(self) -> "Protection":
        values = [amount(budget) for budget in self.budgets or ()]
        if any(value <= 0 for value in values):
            raise ValueError("a budget must be above 0 (an untouched picture is `clean: null`)")
        if len(set(values)) < len(values):
            raise ValueError("the same budget is listed twice")
        if "budget" in self.settings and self.budgets:
            raise ValueError("say `budgets` or the setting `budget`, not both")
        return self


class Degradation(Method):
    """A way to spoil pictures on purpose, at strengths that rise step by step: a ladder."""

    strengths: Annotated[tuple[Budget, ...], Field(min_length=1)] = Field(
        description="values of the setting `strength`, in the unit of the method, from mild to"
        " strong; each is a level of the factor `dose`. The undegraded picture is always shown too"
    )

    @model_validator(mode="after")
    def strengths_rise(self) -> "Degradation":
        values = [amount(strength) for strength in self.strengths]
        if values[0] <= 0 or sorted(set(values)) != values:
            raise ValueError("strengths must rise, all above 0 (which is the undegraded picture)")
        if "strength" in self.settings:
            raise ValueError("say the doses in `strengths`, not in the settings")
        return self


class Training(Section):
    """Which of a painter's artworks a mimic learns from, and what it is told of each."""

    images: int = Field(ge=1, le=10_000, description="how many train; the others are held out")
    cloaked: float = Field(
        1.0,
        gt=0,
        le=1,
        description="share of them that was protected (and then purified) before the mimic got"
        " them; the others are untouched",
    )
    caption: Annotated[Line, AfterValidator(check_caption)] = Field(
        "{caption}",
        description="template of each picture's caption: {title}, {painter}, {year}, or any column"
        " of the collection's manifest, such as {caption}",
    )


def _prompts_branch(value: object) -> str:
    return "<held out>" if isinstance(value, str) else "<listed>"


def _not_empty(prompts: tuple[str, ...]) -> tuple[str, ...]:
    if not prompts:
        raise ValueError("at least one prompt is needed here")
    return prompts


Prompt = Annotated[Line, AfterValidator(check_prompt)]
Prompts = Annotated[
    Annotated[Literal["held_out"], Tag("<held out>")]
    | Annotated[tuple[Prompt, ...], AfterValidator(_not_empty), Tag("<listed>")],
    Discriminator(_prompts_branch),
]


class Paintings(Section):
    """What every mimic of a painter paints: the same prompts and seeds under each condition."""

    prompts: Prompts = Field(
        "held_out",
        description="`held_out`: the captions of the artworks that no mimic was trained on; or a"
        " list, in which {painter} and {genre} are filled in",
    )
    count: int = Field(ge=1, le=10_000, description="paintings of each mimic; prompts go in turn")
    preset: str | None = Field(None, description="a named set of settings of the sampler")
    sampler: Settings = Field(
        default_factory=dict,
        description="settings of the painting method `prompt`, but for the prompt itself; the size"
        " is that of the prepared artworks when left out",
    )
    seed: Seed = Field(description="seed of the first painting; each has one of its own")


class Mimicry(Method):
    """A way to learn a painter's style from training pictures, and what is painted with it."""

    network: Line | None = Field(
        None,
        description="the diffusion network that learns and paints: a hub id, a diffusers folder or"
        " a short name; that of the role `diffusion` in stimuli.networks when left out",
    )
    training: Training = Field(description=str(Training.__doc__))
    paintings: Paintings = Field(description=str(Paintings.__doc__))


class Select(Section):
    """Which artworks of the collection are used; all of them when left out."""

    painters: Annotated[tuple[Line, ...], Field(min_length=1)] | None = Field(
        None, description="only these painters; all when null"
    )
    artworks_per_painter: Annotated[int, Field(ge=1)] | None = Field(
        None, description="draw this many of each painter; all when null"
    )
    seed: Seed = Field(0, description="seed of that draw")


Names = Annotated[tuple[Line, ...], Field(min_length=1)]


class Skip(Section):
    """Cells to leave out of the crossing: those that match every factor named here."""

    artist: Names | None = Field(None, description="painters")
    protection: Names | None = Field(None, description="labels of protections")
    budget: Annotated[tuple[Level, ...], Field(min_length=1)] | None = Field(
        None, description="budgets as written; `0` is the clean level"
    )
    purification: Names | None = Field(None, description="labels of purifications")
    mimicry: Names | None = Field(None, description="labels of mimicries")
    degradation: Names | None = Field(
        None, description="labels of degradations; `none` is the undegraded picture"
    )
    dose: Annotated[tuple[Level, ...], Field(min_length=1)] | None = Field(
        None, description="strengths as written; `0` is the undegraded picture"
    )

    @model_validator(mode="after")
    def names_a_factor(self) -> "Skip":
        if not self.rules:
            factors = ", ".join(type(self).model_fields)
            raise ValueError(f"name at least one of {factors}")
        return self

    @property
    def rules(self) -> Mapping[str, tuple[str, ...]]:
        """Factor → levels that are left out, for the factors that are named."""
        named = {factor: getattr(self, factor) for factor in type(self).model_fields}
        return {factor: levels for factor, levels in named.items() if levels is not None}


NO_COLLECTION = "none"
"""In place of the name of a collection: the study shows no pictures."""


class Stimuli(Section):
    """Which pictures, and what is done to them."""

    collection: Slug = Field(description="slug of an imported collection")
    select: Select = Field(default_factory=Select, description=str(Select.__doc__))
    preparation: Method = Field(description="how a working copy is cut from an artwork")
    networks: Networks = Field(
        default_factory=dict,
        description="role → network: a hub id, a diffusers folder, or a short name",
    )
    seed: Seed = Field(description="seed of everything that is drawn while images are made")
    protections: Annotated[dict[Label, Protection | None], Field(min_length=1)] = Field(
        description="label → protection; `null` is the untouched picture (the clean arm)"
    )
    purifications: Annotated[dict[Label, Method | None], Field(min_length=1)] = Field(
        {"none": None},
        description="label → purification; `null` leaves the picture as protected",
    )
    mimicries: dict[Label, Mimicry] = Field(
        default_factory=dict,
        description="label → mimicry; where there are any, raters judge what the mimics paint",
    )
    degradations: dict[Label, Degradation] = Field(
        default_factory=dict,
        description="label → degradation: a ladder on which the pictures that raters judge are"
        " spoilt step by step, beside the undegraded ones",
    )
    skip: tuple[Skip, ...] = Field((), description="cells to leave out of the crossing")

    @property
    def pictured(self) -> bool:
        """Whether there are pictures at all: false where the file has no section `stimuli`."""
        return self.collection != NO_COLLECTION

    @model_validator(mode="after")
    def mimicries_have_labels_of_their_own(self) -> "Stimuli":
        if NO_MIMICRY in self.mimicries:
            raise ValueError(f"“{NO_MIMICRY}” means that there is no mimicry: take another label")
        if UNDEGRADED["degradation"] in self.degradations:
            raise ValueError("“none” means that nothing was degraded: take another label")
        return self


def no_pictures() -> Stimuli:
    """What stands for the section in files of studies without pictures: nothing is made of it."""
    nothing = Method(method="none")
    protections: dict[str, Protection | None] = {"none": None}
    return Stimuli(collection=NO_COLLECTION, preparation=nothing, seed=0, protections=protections)


def network_names(stimuli: Stimuli, section: Method) -> dict[str, str]:
    """Role → network for one method: those of the study, and over them the method's own."""
    names = dict(stimuli.networks)
    if isinstance(section, Protection):
        names |= section.networks
    if isinstance(section, Mimicry) and section.network is not None:
        names["diffusion"] = section.network
    return names


def named_networks(stimuli: Stimuli) -> list[tuple[str, str]]:
    """(role, network) of every network that the file names, each once."""
    named = list(stimuli.networks.items())
    for protection in filter(None, stimuli.protections.values()):
        named += protection.networks.items()
    named += [("diffusion", each.network) for each in stimuli.mimicries.values() if each.network]
    return list(dict.fromkeys(named))
