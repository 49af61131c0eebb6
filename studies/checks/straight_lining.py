"""Straight-lining: the same answer again and again, whatever is shown."""

from collections import Counter
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.consequences import Afterwards
from studies.checking.sessions import Judged, Session, Verdict
from studies.checks import Quiet, Scene


@plugin
class StraightLining(Quiet):
    """The share of screens that were answered in the one way that the rater took most often."""

    label: ClassVar[str] = "Straight-lining"
    version: ClassVar[int] = 2

    share: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """From this share on the answers are too much alike."""
    least: Annotated[int, Field(ge=3, le=1000)] = 8
    """Nothing is said on fewer answered screens of one sort than that."""
    consequence: Afterwards = "flag"
    """What follows."""

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """It needs screens that can be alike."""
        return scene.too_short(self.least, scene.items, "screens of one sort")

    def evaluate(self, session: Session) -> Verdict | None:
        """Each sort of screen is looked at by itself; the most uniform one counts.

        Sorts in which somebody is seen to have looked count only where there is no other.
        """
        if not session.ended:
            return None
        ways: dict[str, list[str]] = {}
        for trial in session.trials:
            if not trial.practice and trial.replies:
                ways.setdefault(trial.part, []).append(_way(trial))
        shares = {
            part: Counter(taken).most_common(1)[0][1] / len(taken)
            for part, taken in ways.items()
            if len(taken) >= self.least
        }
        if not shares:
            return None
        seen = {part: _looked(session, part, _usual(ways[part])) for part in shares}
        part, most = max(shares.items(), key=lambda found: (not seen[found[0]], found[1]))
        number, looked = len(ways[part]), seen[part]
        sentence = (
            f"{most:.0%} of {number} screens answered in the same way (too much: {self.share:.0%})."
        )
        if looked:
            sentence += f" {looked} with a known answer answered otherwise, and rightly."
        evidence = {"share": round(most, 4), "screens": number, "known_otherwise": looked}
        return Verdict(most >= self.share and not looked, sentence, evidence)


def _usual(ways: list[str]) -> str:
    return Counter(ways).most_common(1)[0][0]


def _looked(session: Session, part: str, usual: str) -> int:
    """How many screens with a known answer were answered rightly, and in another way than usual.

    Where conditions hardly differ, careful people answer alike too; whoever did this has looked.
    """
    known = [t for t in session.trials if t.gold and not t.practice and t.part == part]
    asked = [t for t in known if any(name in t.expected for name in t.replies)]
    return sum(t.right and _way(t) != usual for t in asked)


def _way(trial: Judged) -> str:
    """What was pressed, not what was meant: the place of the chosen picture on the screen."""
    pressed = []
    for name, reply in sorted(trial.replies.items()):
        chosen = reply.details.get("chosen")
        place = trial.order.index(chosen) if chosen in trial.order else None
        value = reply.answer if reply.value is None else reply.value
        pressed.append(f"{name}={value if place is None else f'place {place}'}")
    return "; ".join(pressed)
