"""What sections of the experiment file have in common: checked texts, numbers and names."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

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
LANGUAGE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"
BUDGET = r"^(\d+(\.\d+)?([eE]-?\d{1,2})?|\d+(\.\d+)?/[1-9]\d*)$"
ORIGIN = (
    r"^(https://(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9](:[1-9]\d{0,4})?"
    r"|http://(localhost|127\.0\.0\.1)(:[1-9]\d{0,4})?)$"
)
PATTERNS = {
    SLUG: "only lower-case letters, digits and single hyphens are possible here",
    LABEL: "only letters, digits, spaces and . _ + - are possible here, a letter or digit first",
    NAME: "a name of lower-case letters, digits and underscores is needed here",
    ONE_LINE: "this must be a single line",
    LANGUAGE: "a language is written as browsers write it, such as en, ar or pt-br",
    BUDGET: "a budget is a positive number such as 0.05, or a fraction such as 8/255",
    ORIGIN: "a site is written as https://panel.example.org, in lower-case letters: no path, no"
    " slash at the end; *. may stand before two parts or more",
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
Origin = Annotated[str, StringConstraints(pattern=ORIGIN, max_length=200)]
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
