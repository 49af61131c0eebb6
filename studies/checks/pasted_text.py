"""Pasted text: written answers that were pasted in and not typed."""

from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.sessions import Judged, Session, Verdict
from studies.checks import Consequence, Quiet, Scene


@plugin
class PastedText(Quiet):
    """How many characters were pasted into the fields for text; what they were is not kept."""

    label: ClassVar[str] = "Pasted text"
    version: ClassVar[int] = 1
    stores: ClassVar[str] = "How many characters were pasted into a field for text, not typed."
    watches: ClassVar[bool] = True

    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Of an answer, from which on it counts as pasted."""
    shortest: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Characters; shorter answers are not looked at (people paste names and addresses)."""
    answers: Annotated[int, Field(ge=1, le=100)] = 1
    """Pasted answers that are too many."""
    consequence: Consequence = "flag"
    """What follows."""

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It needs something to write."""
        if any(question.measured == "text" for question in scene.kind.questions):
            return ()
        return ("this trial asks for no text: nothing can be pasted. Leave it out.",)

    def evaluate(self, session: Session) -> Verdict | None:
        """How many screens have mostly pasted text; nothing is said where no text was written."""
        written = [trial for trial in session.trials if _length(trial) >= self.shortest]
        if not written:
            return None
        pasted = [
            trial.position
            for trial in written
            if int(trial.viewing.get("pasted", 0)) >= self.share * _length(trial)
        ]
        sentence = (
            f"{len(pasted)} of {len(written)} written answers were pasted (too many:"
            f" {self.answers})."
        )
        evidence = {"written": len(written), "pasted": len(pasted), "positions": pasted}
        return Verdict(len(pasted) >= self.answers, sentence, evidence)


def _length(trial: Judged) -> int:
    """Characters that were written on a screen: answers without a value of their own."""
    own = [reply for reply in trial.replies.values() if reply.scale is None]
    return sum(len(reply.answer) for reply in own if reply.value is None)
