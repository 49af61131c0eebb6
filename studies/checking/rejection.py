"""What may be asked of a submission to a panel that pays: Prolific's rules, and no score. Pure.

Rejecting needs failed attention checks, two of them in a study of five minutes or more and one in a
shorter one; failed comprehension may only be answered by asking to return (researcher help centre
of Prolific, read 2026). No signal, speed or score counts here, whatever it says.
"""

from dataclasses import dataclass

LONG_MINUTES = 5
LONGEST_SHORT = 1
"""Failed attention checks that allow a rejection in a study shorter than `LONG_MINUTES`."""
IN_LONG = 2
"""The same in a study as long, or of unknown length."""
SHORTEST_MESSAGE = 100
"""Characters of the message that a rejected person is sent (Prolific's API asks for as many)."""


@dataclass(frozen=True)
class Offer:
    """What a person may decide about a submission."""

    ask_return: bool
    reject: bool
    why: str
    """A sentence on the rule, for the page."""


def offer(*, pays: bool, state: str, attention: int, failed: bool, minutes: int | None) -> Offer:
    """What the rules allow for somebody with `attention` failed attention checks.

    `failed` says whether any check failed at all; `minutes` is the estimated length, None where it
    is not known. Whoever was screened out or withdrew is never rejected; who withdrew is
    not asked to return either.
    """
    if not pays:
        return Offer(False, False, "Nobody is paid through this channel by what they leave with.")
    needed = LONGEST_SHORT if minutes is not None and minutes < LONG_MINUTES else IN_LONG
    rule = (
        f"{attention} of the {needed} failed attention check{'' if needed == 1 else 's'} that a"
        f" rejection needs in a study of {minutes or 'unknown'} minutes. Failed comprehension,"
        " speed and other signals allow none: they may be answered by asking to return."
    )
    return Offer(failed and state != "withdrawn", state == "finished" and attention >= needed, rule)
