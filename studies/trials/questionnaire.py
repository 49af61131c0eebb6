"""Questionnaire: pages of questions without pictures; each is answered and saved by itself."""

from collections.abc import Collection, Mapping
from random import Random
from typing import Annotated, Any, ClassVar, Self

from numpy import uint8
from numpy.typing import NDArray
from pydantic import Field, model_validator

from config.plugins import plugin
from studies.questions import Question
from studies.questions.scale import Scale
from studies.questions.several import Several
from studies.questions.single import Single
from studies.questions.slider import LAST, Slider
from studies.questions.text import Text
from studies.simulated.visibility import grade
from studies.trial_forms.questionnaire import (
    FreeText,
    MultipleChoice,
    Page,
    SingleChoice,
    wrong_branch,
)
from studies.trials import SimulatedRater, Slot

ANYTHING = Page(
    page="only",
    questions=(FreeText(form="text", name="anything", ask="What would you like to tell us?"),),
)


@plugin
class Questionnaire:
    """Pages with single and multiple choice, scales, matrices, lines and free text; branching."""

    label: ClassVar[str] = "Questionnaire"
    version: ClassVar[int] = 1
    template: ClassVar[str] = "rater/pictures/nothing.html"
    instructions: ClassVar[tuple[str, ...]] = (
        "Please answer the questions on each page, then go on to the next.",
        "A page that you have sent stays as it is: you can change answers until then.",
        "There are no right or wrong answers.",
    )
    unit: ClassVar[str] = "page"
    shows_mimics: ClassVar[bool] = False
    success_points: ClassVar[tuple[int, ...]] = ()
    slots: ClassVar[tuple[Slot, ...]] = ()

    pages: Annotated[tuple[Page, ...], Field(min_length=1, max_length=60)] = (ANYTHING,)
    """In their order."""

    @model_validator(mode="after")
    def branches_lead_somewhere(self) -> Self:
        """Names are unique, and pages branch by what was asked before them."""
        wrong = wrong_branch(self.pages)
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the pages."""
        return tuple(page.page for page in self.pages)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, page by page."""
        return tuple(question for page in self.pages for question in page.forms)

    def page(self, part: str) -> Page:
        """The page called `part`."""
        return next(page for page in self.pages if page.page == part)

    def questions_of(self, part: str) -> tuple[Question, ...]:
        """What is asked on one page."""
        return self.page(part).forms

    def applies(self, part: str, said: Mapping[str, Collection[str]]) -> bool:
        """Whether a page is shown after these answers: question → words that were chosen."""
        return self.page(part).applies(said)

    def layout(self, rng: Random) -> dict[str, Any]:
        """The order of options where it is drawn: `question.number`, as they stand."""
        drawn = [
            f"{item.name}.{number}"
            for page in self.pages
            for item in page.questions
            if isinstance(item, SingleChoice | MultipleChoice) and item.order == "drawn"
            for number in rng.sample(range(1, len(item.options) + 1), len(item.options))
        ]
        return {"order": drawn}

    def order_of(self, part: str, layout: Mapping[str, Any]) -> list[str]:
        """Of one page."""
        names = {question.name for question in self.questions_of(part)}
        return [each for each in layout["order"] if each.rpartition(".")[0] in names]

    def impression(self, pictures: Mapping[str, NDArray[uint8]]) -> float:
        """There is nothing to see."""
        return 3.0

    def simulate(
        self, impression: float, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, Any]:
        """Options by chance, scales around the middle by leniency; texts that say SIMULATED."""
        return {question.name: _meant(question, rater, rng) for question in self.questions}


def _meant(question: Question, rater: SimulatedRater, rng: Random) -> Any:
    numbers = range(1, len(question.labels) + 1)
    liked = 0.5 + (rater.leniency + rng.gauss(0, 2 * rater.noise)) / 4
    if isinstance(question, Scale):
        return grade(1 + liked * (question.points - 1), question.points)
    if isinstance(question, Single):
        return rng.choice(numbers)
    if isinstance(question, Several):
        return _ticked(question, rng)
    if isinstance(question, Slider):
        return round(min(LAST, max(0, liked * LAST)))
    assert isinstance(question, Text), "every form that a page may have is played here"
    return "SIMULATED words"[: question.at_most].ljust(question.at_least, ".")


def _ticked(question: Several, rng: Random) -> list[int]:
    alone, count = question.options.alone_at, len(question.labels)
    if alone and rng.random() < 0.1:
        return [alone]
    free = [number for number in range(1, count + 1) if number != alone]
    most = min(question.at_most or len(free), len(free))
    least = min(max(question.at_least, 1), most)
    return sorted(rng.sample(free, rng.randint(least, most)))
