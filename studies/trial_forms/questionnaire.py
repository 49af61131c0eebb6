"""What a file says of a questionnaire: questions by form, pages, where they branch. Pure."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from studies.protocol.sections import Name
from studies.questions import Question
from studies.questions.options import Options
from studies.questions.row import Row
from studies.questions.scale import Scale
from studies.questions.several import Several
from studies.questions.single import Single
from studies.questions.slider import Slider
from studies.questions.text import MOST, Text

Words = Annotated[str, Field(min_length=1, max_length=200)]
Ask = Annotated[str, Field(min_length=1, max_length=500)]
Hint = Annotated[str, Field(max_length=500)]
Labels = Annotated[tuple[Words, ...], Field(min_length=2, max_length=11)]
Offered = Annotated[tuple[Words, ...], Field(min_length=1, max_length=40)]


class _Part(BaseModel):
    """A part of the settings of a questionnaire: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Asked(_Part):
    name: Name = Field(description="of the question in tables; unique in the file")
    ask: Ask = Field(description="the question")
    hint: Hint = Field("", description="stands below it")


class _Offering(_Asked):
    options: Offered = Field(description="in the order in which they are numbered in tables")
    other: Annotated[str, Field(max_length=200)] = Field(
        "", description="words of a further option beside which people write, such as Other"
    )
    order: Literal["fixed", "drawn"] = Field(
        "fixed", description="drawn: the options stand in another order for everybody, on record"
    )

    @property
    def offered(self) -> Options:
        """The options."""
        return Options(self.options, self.other, getattr(self, "alone", ""))

    @model_validator(mode="after")
    def options_differ(self) -> Self:
        labels = self.offered.labels
        if len(set(labels)) < len(labels):
            raise ValueError("two options have the same words")
        if len(labels) < 2:
            raise ValueError("at least two options are needed")
        return self


class SingleChoice(_Offering):
    """One of several options."""

    form: Literal["single"] = Field(description="one option is chosen")

    @property
    def questions(self) -> tuple[Question, ...]:
        """One."""
        return (Single(self.name, self.ask, self.offered, self.hint),)


class MultipleChoice(_Offering):
    """Options to tick."""

    form: Literal["several"] = Field(description="any number of options is ticked")
    alone: Annotated[str, Field(max_length=200)] = Field(
        "", description="words of an option that excludes all others, such as None of these"
    )
    at_least: int = Field(1, ge=0, le=40, description="fewest that are ticked")
    at_most: int | None = Field(None, ge=1, le=40, description="most; null: all of them")

    @model_validator(mode="after")
    def bounds_fit(self) -> Self:
        most = len(self.options) + bool(self.other)
        if self.at_least > min(self.at_most or most, most):
            raise ValueError("at_least is more than can be ticked")
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """One."""
        bounds = (self.at_least, self.at_most)
        return (Several(self.name, self.ask, self.offered, *bounds, hint=self.hint),)


class OneScale(_Asked):
    """One scale with words at every point."""

    form: Literal["scale"] = Field(description="a point of a scale")
    points: Labels = Field(description="words of every point, from 1 upward")

    @property
    def questions(self) -> tuple[Question, ...]:
        """One."""
        return (Scale(self.name, self.ask, self.points, self.hint),)


class Matrix(_Asked):
    """Several statements on one scale; each is a question called `matrix_row` in tables."""

    form: Literal["matrix"] = Field(description="a point of one scale for each of several rows")
    rows: Annotated[dict[Name, Ask], Field(min_length=1, max_length=20)] = Field(
        description="name → statement; in tables the row is called as the question, _, its name"
    )
    points: Labels = Field(description="words of every point, from 1 upward, for all rows")

    @property
    def questions(self) -> tuple[Question, ...]:
        """One a row."""
        return tuple(
            Row(f"{self.name}_{row}", said, self.points, lead="" if number else self.ask)
            for number, (row, said) in enumerate(self.rows.items())
        )


class FreeText(_Asked):
    """A box to write in."""

    form: Literal["text"] = Field(description="people write")
    at_least: int = Field(1, ge=0, le=MOST, description="characters; 0: it may stay empty")
    at_most: int = Field(1_000, ge=1, le=MOST, description="characters")
    lines: int = Field(4, ge=1, le=20, description="height of the box")

    @property
    def questions(self) -> tuple[Question, ...]:
        """One."""
        lengths = (self.at_least, self.at_most, self.lines)
        return (Text(self.name, self.ask, *lengths, hint=self.hint),)


class OnALine(_Asked):
    """A place on a line between two ends."""

    form: Literal["slider"] = Field(description="a place from 0 to 100")
    low: Words = Field(description="words at the left end, 0")
    high: Words = Field(description="words at the right end, 100")

    @property
    def questions(self) -> tuple[Question, ...]:
        """One."""
        return (Slider(self.name, self.ask, self.low, self.high, self.hint),)


def _form(value: object) -> str:
    form = value.get("form") if isinstance(value, Mapping) else getattr(value, "form", None)
    return f"<{form}>"


Item = Annotated[
    Annotated[SingleChoice, Tag("<single>")]
    | Annotated[MultipleChoice, Tag("<several>")]
    | Annotated[OneScale, Tag("<scale>")]
    | Annotated[Matrix, Tag("<matrix>")]
    | Annotated[FreeText, Tag("<text>")]
    | Annotated[OnALine, Tag("<slider>")],
    Discriminator(
        _form,
        custom_error_type="form",
        custom_error_message="`form` is single, several, scale, matrix, text or slider",
    ),
]


class Page(_Part):
    """One page: it is answered and saved as a whole, and stays as it is then."""

    page: Name = Field(description="its name; unique in the file")
    title: Annotated[str, Field(max_length=200)] = Field("", description="stands at its top")
    intro: Annotated[str, Field(max_length=2_000)] = Field("", description="stands below the title")
    when: dict[Name, Annotated[tuple[Words, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="question of an earlier page → words of answers; the page is left out for"
        " whoever gave none of them to any one of these questions",
    )
    questions: Annotated[tuple[Item, ...], Field(min_length=1, max_length=30)] = Field(
        description="in their order"
    )

    @property
    def forms(self) -> tuple[Question, ...]:
        """What is asked; a matrix is one question a row."""
        return tuple(question for item in self.questions for question in item.questions)

    def applies(self, said: Mapping[str, Collection[str]]) -> bool:
        """Whether the page is shown to whoever gave these answers (question → words)."""
        return all(set(words) & set(said.get(name, ())) for name, words in self.when.items())


def wrong_branch(pages: tuple[Page, ...]) -> str:
    """What is wrong with the pages' names and branches, in a sentence; empty where nothing is."""
    known: dict[str, tuple[str, ...]] = {}
    for number, page in enumerate(pages):
        if page.page in [earlier.page for earlier in pages[:number]]:
            return f"two pages are called {page.page}"
        for name, words in page.when.items():
            if not known.get(name):
                return f"the page {page.page} branches by {name}, which no earlier page lets choose"
            for word in words:
                if word not in known[name]:
                    return f"the page {page.page} branches by “{word}”, which {name} does not offer"
        for question in page.forms:
            if question.name in known:
                return f"two questions are called {question.name}"
            known[question.name] = question.labels
    return ""
