"""Duplicate people: somebody who took part in this study before, in the same browser."""

from typing import ClassVar

from config.plugins import plugin
from studies.checking.sessions import Session, Verdict
from studies.checks import Consequence, Counts, Quiet


@plugin
class DuplicatePeople(Quiet):
    """Compares a random cookie, and nothing of the device: no fingerprint is taken.

    One identity of a panel is one participant whatever this check says: the channel sees to that.
    """

    label: ClassVar[str] = "Duplicate people"
    version: ClassVar[int] = 1
    counts_as: ClassVar[Counts] = "eligibility"
    stores: ClassVar[str] = (
        "A random cookie of this study, so that nobody takes part twice in one browser."
    )

    consequence: Consequence = "flag"
    """What follows for the second and every further participation."""

    def evaluate(self, session: Session) -> Verdict | None:
        """Whether somebody came earlier with the same cookie; families share browsers too."""
        if not session.same_browser:
            return Verdict(False, "Nobody came before in the same browser.")
        codes = list(session.same_browser)
        sentence = f"The same browser as {', '.join(codes)}: one person, or people who share it."
        return Verdict(True, sentence, {"participants": codes})
