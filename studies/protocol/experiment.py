"""The experiment file as typed sections: what a file may say, with defaults, bounds and a sentence.

From these declarations come the checks, the JSON Schema and the reference page. Names and settings
of plugins are checked against the catalogues in `catalogues.py`; here they are plain text.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from studies.designs.factorial import NO_MIMICRY, UNDEGRADED
from studies.protocol.templates import check_caption, check_prompt

SEED_LIMIT = 2**53 - 1
"""Seeds are whole numbers that JSON and JavaScript hold exactly."""

CLEAN = "0"
"""The budget level of an untouched picture."""


def as_text(value: object) -> object:
    """A number as it is written; anything else unchanged (YAML reads `0.05` as a number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return repr(value)


SLUG = r"^[a-z0-9]+([-_][a-z0-9]+)*$"
LABEL = r"^[A-Za-z0-9][A-Za-z0-9 ._+-]*$"
NAME = r"^[a-z][a-z0-9_]*$"
ONE_LINE = r"^[^\r\n]*$"
BUDGET = r"^(\d+(\.\d+)?([eE]-?\d{1,2})?|\d+(\.\d+)?/[1-9]\d*)$"
PATTERNS = {
    SLUG: "only lower-case letters, digits and single hyphens are possible here",
    LABEL: "only letters, digits, spaces and . _ + - are possible here, a letter or digit first",
    NAME: "a name of lower-case letters, digits and underscores is needed here",
    ONE_LINE: "this must be a single line",
    BUDGET: "a budget is a positive number such as 0.05, or a fraction such as 8/255",
}
"""What each pattern asks for, in words."""

Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=50)]
Label = Annotated[str, StringConstraints(pattern=LABEL, max_length=40)]
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE),
]
Statement = Annotated[Text, StringConstraints(max_length=1_000)]
Seed = Annotated[int, Field(ge=0, le=SEED_LIMIT)]
Budget = Annotated[
    str,
    BeforeValidator(as_text, json_schema_input_type=float | str),
    StringConstraints(pattern=BUDGET, max_length=20),
]
Level = Annotated[str, BeforeValidator(as_text, json_schema_input_type=float | str)]
Settings = dict[str, Any]
Networks = dict[Name, Line]


def amount(budget: str) -> float:
    """The value of a budget as written: `0.05` → 0.05, `8/255` → 0.0313…"""
    above, _, below = budget.partition("/")
    return float(Fraction(above) / Fraction(below or "1"))


class Section(BaseModel):
    """One part of the file: unknown keys are refused, values are not converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Method(Section):
    """A plugin that makes images, by name, with its settings."""

    method: Name = Field(description="name of the method (a file of its catalogue)")
    preset: str | None = Field(None, description="a named set of settings that the method ships")
    settings: Settings = Field(
        default_factory=dict, description="settings, over the preset and the defaults"
    )


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

    @model_validator(mode="after")
    def mimicries_have_labels_of_their_own(self) -> "Stimuli":
        if NO_MIMICRY in self.mimicries:
            raise ValueError(f"“{NO_MIMICRY}” means that there is no mimicry: take another label")
        if UNDEGRADED["degradation"] in self.degradations:
            raise ValueError("“none” means that nothing was degraded: take another label")
        return self


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


class Kind(Section):
    """A trial kind or a channel, by name, with its settings."""

    kind: Name = Field(description="its name (a file of its catalogue)")
    settings: Settings = Field(default_factory=dict, description="its settings")


class Check(Section):
    """A check of raters, by name, with its settings."""

    check: Name = Field(description="its name (a file of studies/checks)")
    settings: Settings = Field(default_factory=dict, description="its settings")


class Raters(Section):
    """How many people rate, and how much."""

    participants: int = Field(ge=1, le=1_000_000, description="places in the study")
    items_each: int = Field(ge=1, le=10_000, description="items one participant rates")
    per_item: int = Field(ge=1, le=100_000, description="ratings every item needs")
    lease_minutes: int = Field(
        90, ge=5, le=60 * 24 * 14, description="silence after which a place is given to another"
    )


class Fieldwork(Section):
    """What raters see, agree to and are asked."""

    trial: Kind = Field(description="what one screen shows and asks")
    channel: Kind = Field(
        default_factory=lambda: Kind(kind="open_link"), description="how raters are found"
    )
    information: Text = Field(description="what people read first; light markdown")
    consent: Annotated[tuple[Statement, ...], Field(min_length=1)] = Field(
        description="statements, each with its own box to tick"
    )
    contact: Line = Field(description="whom raters can ask: a name and an address")
    checks: tuple[Check, ...] = Field((), description="in the order raters meet them")
    raters: Raters = Field(description=str(Raters.__doc__))
    debrief: Text = Field(description="what people read last; light markdown")
    seed: Seed = Field(description="seed of assignment, order and layout")


class Analysis(Section):
    """The analysis plan; frozen with the rest at launch."""

    seed: Seed = Field(description="seed of bootstraps and permutations")
    analyses: dict[Name, Settings] = Field(
        default_factory=dict, description="analysis → its settings"
    )


class Experiment(Section):
    """One experiment file: stimuli, study and analysis."""

    experiment: Slug = Field(description="slug of the study; also in addresses and file names")
    title: Line = Field(description="what researchers call it; raters see it too")
    stimuli: Stimuli = Field(description=str(Stimuli.__doc__))
    study: Fieldwork = Field(description=str(Fieldwork.__doc__))
    analysis: Analysis = Field(description=str(Analysis.__doc__))
