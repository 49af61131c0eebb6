"""Speed: answers that came sooner than the pictures can have been looked at."""

from statistics import median
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.sessions import Judged, Session, Verdict
from studies.checks import Consequence, Quiet, Scene


@plugin
class Speed(Quiet):
    """Times are held to what the screen needs: so much for each picture, so much for each answer.

    Times count from the moment the pictures are there; time in the background counts too.
    """

    label: ClassVar[str] = "Speed"
    version: ClassVar[int] = 1

    picture_ms: Annotated[int, Field(ge=0, le=60_000)] = 300
    """Milliseconds that looking at one picture takes at the least."""
    question_ms: Annotated[int, Field(ge=0, le=60_000)] = 300
    """Milliseconds that answering one question takes at the least."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.25
    """From this share of screens on that were answered sooner, it is too fast."""
    median_factor: Annotated[float, Field(ge=1, le=20)] = 1.5
    """The median time must be at least so many times the least."""
    least: Annotated[int, Field(ge=3, le=1000)] = 6
    """Nothing is said on fewer timed screens than that."""
    consequence: Consequence = "flag"
    """What follows for somebody who is too fast."""

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It needs screens to time."""
        return scene.too_short(self.least, scene.items * scene.parts, "screens")

    def evaluate(self, session: Session) -> Verdict | None:
        """Too many screens below the least time, or a median near it."""
        timed = [t for t in session.trials if t.rt_ms is not None and not t.practice]
        if len(timed) < self.least:
            return None
        relative = [(t.rt_ms or 0) / max(self._needed(t), 1) for t in timed]
        sooner = sum(value < 1 for value in relative) / len(timed)
        middle = median(relative)
        times = median(t.rt_ms or 0 for t in timed)
        sentence = (
            f"{sooner:.0%} of {len(timed)} screens answered sooner than they can be looked at (too"
            f" many: {self.share:.0%}); the median time is {times / 1000:.1f} s, {middle:.1f} times"
            f" the least (wanted: {self.median_factor:g})."
        )
        evidence = {
            "screens": len(timed),
            "too_soon": round(sooner, 4),
            "median_ms": round(times),
            "median_of_least": round(middle, 3),
        }
        return Verdict(sooner >= self.share or middle < self.median_factor, sentence, evidence)

    def _needed(self, trial: Judged) -> int:
        """The least time of a screen, in milliseconds."""
        return self.picture_ms * len(trial.order) + self.question_ms * len(trial.replies)
