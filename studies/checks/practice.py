"""Practice: a few trials that do not count, so that the first real one finds a practised hand."""

from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checks import Consequence, Quiet


@plugin
class Practice(Quiet):
    """Trials from pictures that are not judged in the study, marked as practice."""

    label: ClassVar[str] = "Practice"
    version: ClassVar[int] = 1

    trials: Annotated[int, Field(ge=1, le=10)] = 2
    """How many."""
    consequence: Consequence = "note"
    """Nobody fails practice: nothing follows from it."""

    @property
    def practice_trials(self) -> int:
        """How many practice trials come first."""
        return self.trials
