"""Automation signals: what a page notices when a program works it. Signals, never proof."""

from statistics import fmean, stdev
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.consequences import OnlyALook
from studies.checking.sessions import Judged, Session, Verdict
from studies.checks import Quiet

HANDS = ("pointers", "touches", "keystrokes")
"""Counts of events that a person's hands make, in the report of a screen."""


@plugin
class AutomationSignals(Quiet):
    """Three signals: a browser that says it is driven, answers without hands, times like a clock.

    People with assistive technology can set off the second, so it is never enough by itself. Agents
    that move a real pointer set off none (Westwood, PNAS 122(47), 2025): silence proves nothing.
    """

    label: ClassVar[str] = "Automation signals"
    version: ClassVar[int] = 1
    stores: ClassVar[str] = (
        "How many pointer, touch and key events each page saw (not which ones), and whether the"
        " browser says that a program drives it."
    )
    watches: ClassVar[bool] = True

    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of screens answered without any pointer, touch or key that is a signal."""
    spread: Annotated[float, Field(ge=0, le=1)] = 0.08
    """Spread of the times (standard deviation by mean) below which they are too regular."""
    least: Annotated[int, Field(ge=3, le=1000)] = 8
    """Nothing is said on fewer screens than that, unless the browser says that it is driven."""
    signals: Annotated[int, Field(ge=1, le=3)] = 2
    """Signals it takes; a browser that says it is driven is enough."""
    consequence: OnlyALook = "flag"
    """What follows; never more than a person's look."""

    def evaluate(self, session: Session) -> Verdict | None:
        """Which signals there are; only screens whose browser reported are looked at."""
        told = [t for t in session.trials if t.viewing.get("webdriver") is not None]
        driven = sum(bool(t.viewing["webdriver"]) for t in told)
        if not driven and (not session.ended or len(told) < self.least):
            return None
        handless = sum(not any(t.viewing.get(name, 0) for name in HANDS) for t in told) / len(told)
        spread = _spread(told)
        found = {
            "driven": driven > 0,
            "no_hands": handless >= self.share,
            "like_a_clock": spread is not None and spread < self.spread,
        }
        failed = found["driven"] or sum(found.values()) >= self.signals
        evidence = {**found, "screens": len(told), "without_hands": round(handless, 4)}
        return Verdict(failed, _sentence(driven, handless, spread), {**evidence, "spread": spread})


def _spread(trials: list[Judged]) -> float | None:
    times = [t.rt_ms for t in trials if t.rt_ms and not t.practice]
    return round(stdev(times) / fmean(times), 4) if len(times) > 4 else None


def _sentence(driven: int, handless: float, spread: float | None) -> str:
    told = f"{spread:.2f} of their mean" if spread is not None else "not known"
    return (
        f"The browser said on {driven} screens that it is driven; {handless:.0%} of the screens"
        f" were answered without pointer, touch or key; the times spread by {told}."
    )
