"""Hidden repeats: some items come a second time; who looks answers about the same again."""

from statistics import fmean
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.consequences import Afterwards
from studies.checking.sessions import Judged, Reply, Session, Verdict
from studies.checks import Quiet, Repeats, Scene

Pair = tuple[Judged, Judged]


@plugin
class HiddenRepeats(Quiet):
    """Test and retest within the person: the mean distance between first and second answers."""

    label: ClassVar[str] = "Hidden repeats"
    version: ClassVar[int] = 1

    each: Annotated[int, Field(ge=1, le=50)] = 4
    """How many items come again."""
    gap: Annotated[int, Field(ge=0, le=1000)] = 5
    """At least so many other items lie between the two."""
    most: Annotated[float, Field(gt=0, le=1)] = 0.35
    """Mean distance that is too much: 0 the same answers, 1 opposite ends each time. Answers at
    random are 0.4 apart on five points, and 0.5 between two pictures."""
    least: Annotated[int, Field(ge=1, le=50)] = 3
    """Nothing is said on fewer repeats than that."""
    consequence: Afterwards = "flag"
    """What follows for answers further apart than that."""

    @property
    def repeats(self) -> Repeats | None:
        """These."""
        return Repeats(self.each, self.gap)

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """Items must be left to lie between, and enough of them come again."""
        needed = self.each + max(self.gap, 1)  # nothing comes right after itself
        if needed > scene.items_each:
            return (
                f"{self.each} repeats with {self.gap} items between need at least"
                f" {needed} items each: there are {scene.items_each}.",
            )
        return scene.too_short(self.least, self.each * scene.parts, "repeated screens")

    def evaluate(self, session: Session) -> Verdict | None:
        """The mean distance over all questions of all repeats; only when all answers are in."""
        pairs = _pairs(session)
        found = [distance for pair in pairs for distance in _distances(*pair)]
        if not session.ended or len(pairs) < self.least or not found:
            return None
        mean = fmean(found)
        sentence = (
            f"Answers to {len(pairs)} repeated screens are {mean:.2f} of the scale apart"
            f" (too much: {self.most:g})."
        )
        evidence = {"repeats": len(pairs), "distance": round(mean, 4)}
        return Verdict(mean > self.most, sentence, evidence)


def _pairs(session: Session) -> list[Pair]:
    """(first time, again) of every repeated screen that was answered both times."""
    first = {(t.item, t.part): t for t in session.trials if t.repeat == 0 and not t.practice}
    again = [t for t in session.trials if t.repeat]
    return [(first[t.item, t.part], t) for t in again if (t.item, t.part) in first]


def _distances(first: Judged, again: Judged) -> list[float]:
    both = first.replies.keys() & again.replies.keys()
    between = [_apart(first.replies[name], again.replies[name]) for name in sorted(both)]
    return [distance for distance in between if distance is not None]


def _apart(one: Reply, other: Reply) -> float | None:
    """0 to 1; None where an answer is no point, no picture and not “not sure”."""
    if "chosen" in one.details or "chosen" in other.details:
        return float(one.details.get("chosen") != other.details.get("chosen"))
    if one.value is None or other.value is None or not one.scale or one.scale < 2:
        return None
    return abs(one.value - other.value) / (one.scale - 1)
