"""Practice: a few trials that do not count, so that the first real one finds a practised hand."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checks import PersonQuestion


@plugin
class Practice:
    """Trials from pictures that are not judged in the study, marked as practice."""

    label: ClassVar[str] = "Practice"
    version: ClassVar[int] = 1

    trials: Annotated[int, Field(ge=1, le=10)] = 2
    """How many."""

    @property
    def questions(self) -> tuple[PersonQuestion, ...]:
        """None: practice asks nothing about the person."""
        return ()

    @property
    def practice_trials(self) -> int:
        """How many practice trials come first."""
        return self.trials

    def population(self, answers: Mapping[str, str]) -> str:
        """Practice puts nobody in a population."""
        return ""
