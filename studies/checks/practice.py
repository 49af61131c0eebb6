"""Practice: a few trials that do not count, so that the first real one finds a practised hand."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.checking.consequences import NothingFollows
from studies.checks import THE_DIFFERENCE, Quiet, Scene


@plugin
class Practice(Quiet):
    """Trials from pictures that are not judged in the study, marked as practice.

    With feedback, the next page says what there was to see, and never how the picture was made.
    """

    label: ClassVar[str] = "Practice"
    version: ClassVar[int] = 2

    trials: Annotated[int, Field(ge=1, le=10)] = 2
    """How many."""
    tells: Literal["nothing", "difference", "usual"] = "nothing"
    """After each: nothing; which picture was altered, or that none was; or what people usually
    answer, in the words of `usual`."""
    usual: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], Field(max_length=10)
    ] = ()
    """One sentence for each practice trial, from the mildest to the strongest."""
    consequence: NothingFollows = "note"
    """Nobody fails practice: nothing follows from it."""

    @model_validator(mode="after")
    def each_trial_has_its_sentence(self) -> Self:
        """Usual answers are told of each trial or of none."""
        wanted = self.trials if self.tells == "usual" else 0
        if len(self.usual) != wanted:
            raise ValueError(f"usual: {wanted} sentences are needed, one for each practice trial")
        return self

    @property
    def practice_trials(self) -> int:
        """How many practice trials come first."""
        return self.trials

    @property
    def feedback(self) -> tuple[str, ...]:
        """What is said after each."""
        if self.tells == "difference":
            return (THE_DIFFERENCE,) * self.trials
        return self.usual

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """Which picture was altered can only be told where one can have been."""
        altered = [slot for slot in scene.kind.slots if slot.shows == "condition"]
        if self.tells == "difference" and (scene.kind.shows_mimics or len(altered) != 1):
            return (
                "tells: “difference” needs a trial with one picture that a condition may have"
                " altered; write sentences of your own: `tells: usual`.",
            )
        return ()
