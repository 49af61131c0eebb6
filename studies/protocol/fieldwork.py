"""The section `study`: what raters see, agree to and are asked, and how many there are."""

from typing import Annotated, Literal

from pydantic import Field

from studies.protocol.adaptive import Adaptive
from studies.protocol.design import Design, Quota
from studies.protocol.keeping import Keep
from studies.protocol.languages import Language, Translation
from studies.protocol.sections import Line, Name, Origin, Section, Seed, Settings, Statement, Text
from studies.protocol.showing import ViewingRules
from studies.protocol.stimuli import Skip

Compared = Literal["protection", "budget", "purification", "mimicry", "degradation", "dose"]


class Kind(Section):
    """A trial kind or a channel, by name, with its settings."""

    kind: Name = Field(description="its name (a file of its catalogue)")
    preset: str | None = Field(None, description="a named set of settings that it ships")
    settings: Settings = Field(default_factory=dict, description="its settings")


class Check(Section):
    """A check of raters, by name, with its settings."""

    check: Name = Field(description="its name (a file of studies/checks)")
    settings: Settings = Field(default_factory=dict, description="its settings")


class Compare(Section):
    """Which conditions stand beside one another, for trial kinds that compare several."""

    factors: Annotated[tuple[Compared, ...], Field(min_length=1)] = Field(
        description="factors in which they may differ; in all others they agree"
    )
    against: Skip | None = Field(
        None,
        description="a baseline: factor → levels; only sets with exactly one such condition are"
        " shown. Every possible set when left out",
    )


class Raters(Section):
    """How many people rate, and how much."""

    participants: int = Field(ge=1, le=1_000_000, description="places in the study")
    items_each: int = Field(ge=1, le=10_000, description="items one participant rates")
    per_item: int = Field(ge=1, le=100_000, description="ratings every item needs")
    lease_minutes: int = Field(
        90, ge=5, le=60 * 24 * 14, description="silence after which a place is given to another"
    )
    over_recruit: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="share of places added for participants whose answers will be left out:"
        " 0.1 opens 55 places for 50 participants, and as many more in each quota",
    )
    quotas: Quota | None = Field(None, description=str(Quota.__doc__))


class Fieldwork(Section):
    """What raters see, agree to and are asked."""

    trial: Kind = Field(description="what one screen shows and asks")
    compare: Compare | None = Field(None, description=str(Compare.__doc__))
    channel: Kind = Field(
        default_factory=lambda: Kind(kind="open_link"), description="how raters are found"
    )
    framed_by: Annotated[tuple[Origin, ...], Field(max_length=20)] = Field(
        (),
        description="sites that may show the first page in a frame, such as"
        " https://panel.example.org; there it only opens the study in a window of its own."
        " Those that the channel names come on top; nobody else may",
    )
    information: Text = Field(description="what people read first; light markdown")
    consent: Annotated[tuple[Statement, ...], Field(min_length=1)] = Field(
        description="statements, each with its own box to tick"
    )
    contact: Line = Field(description="whom raters can ask: a name and an address")
    checks: tuple[Check, ...] = Field((), description="in the order raters meet them")
    raters: Raters = Field(description=str(Raters.__doc__))
    design: Design = Field(default_factory=Design, description=str(Design.__doc__))
    adaptive: Adaptive = Field(default_factory=Adaptive, description=str(Adaptive.__doc__))
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)] = Field(
        ("en",),
        description="languages of the participants' pages: first the one in which this file is"
        " written, then those of `translations`; the browser's own is offered first",
    )
    translations: dict[Language, Translation] = Field(
        default_factory=dict,
        description=f"language → what the file wrote itself. {Translation.__doc__}",
    )
    viewing: ViewingRules = Field(
        default_factory=ViewingRules, description=str(ViewingRules.__doc__)
    )
    keep: Keep = Field(default_factory=Keep, description=str(Keep.__doc__))
    debrief: Text = Field(description="what people read last; light markdown")
    seed: Seed = Field(description="seed of assignment, order and layout")
