"""Side bias: one place on the screen is chosen more often than chance and preference allow."""

from collections import Counter
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.chance import at_least
from studies.checking.consequences import Afterwards
from studies.checking.sessions import Judged, Session, Verdict
from studies.checks import Quiet, Scene


@plugin
class SideBias(Quiet):
    """An exact binomial test of the place that was chosen most, corrected for the places.

    Sides are balanced over each person's trials, so a liking for one condition favours no side.
    """

    label: ClassVar[str] = "Side bias"
    version: ClassVar[int] = 1

    alpha: Annotated[float, Field(gt=0, le=0.05)] = 0.001
    """Chance that somebody without a bias is called biased, at most."""
    least: Annotated[int, Field(ge=5, le=1000)] = 10
    """Nothing is said on fewer choices than that."""
    consequence: Afterwards = "flag"
    """What follows."""

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It needs a trial in which one of several pictures is chosen."""
        choices = sum(question.measured == "preference" for question in scene.kind.questions)
        if choices:
            return scene.too_short(self.least, scene.items * choices, "choices")
        return ("this trial lets nobody choose among pictures: no side can be preferred.",)

    def evaluate(self, session: Session) -> Verdict | None:
        """Only when all answers are in: a test that looks often finds something by chance."""
        places = [place for trial in session.trials for place in _places(trial)]
        if not session.ended or len(places) < self.least:
            return None
        number = max(of for _, of in places)
        usual = [place for place, of in places if of == number]
        place, hits = Counter(usual).most_common(1)[0]
        chance = min(1.0, number * at_least(hits, len(usual), 1 / number))
        sentence = (
            f"Place {place + 1} of {number} chosen {hits} times in {len(usual)}: p = {chance:.2g}"
            f" without a bias (limit: {self.alpha:g})."
        )
        evidence = {"place": place + 1, "chosen": hits, "choices": len(usual), "p": chance}
        return Verdict(chance < self.alpha, sentence, evidence)


def _places(trial: Judged) -> list[tuple[int, int]]:
    """(place from 0, how many pictures there were) of each choice among pictures."""
    if trial.practice:
        return []
    chosen = [reply.details.get("chosen") for reply in trial.replies.values()]
    return [(trial.order.index(c), len(trial.order)) for c in chosen if c in trial.order]
