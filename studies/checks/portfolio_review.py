"""Portfolio review: a person looks at the work of those who say that they are artists."""

from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.checking.consequences import InTheirTime
from studies.checking.sessions import Session, Verdict
from studies.checks import Counts, PersonQuestion, Quiet, Scene


@plugin
class PortfolioReview(Quiet):
    """Asks for an address where work can be seen. It is kept apart from the answers, encrypted.

    A person decides, on the page “Flags”, and the decision is on record. Nobody waits for it:
    the trials go on at once, and what is unreviewed is left out of analyses where the file says so.
    """

    label: ClassVar[str] = "Portfolio review"
    version: ClassVar[int] = 1
    counts_as: ClassVar[Counts] = "eligibility"
    stores: ClassVar[str] = (
        "The address of your work, if you give one: apart from your answers, encrypted, for the"
        " researchers only, and deleted on a date."
    )

    text: Annotated[str, Field(min_length=1, max_length=200)] = (
        "Where can we see work of yours? (An address on the web)"
    )
    of: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=60)], ...], Field()] = (
        "professional artist",
        "amateur artist",
    )
    """Populations whose answers depend on it; empty: everybody's."""
    unreviewed: bool = False
    """Whether answers count as long as nobody has reviewed the portfolio, or none was given."""
    consequence: InTheirTime = "exclude"
    """What follows when a person declines it."""

    @property
    def questions(self) -> tuple[PersonQuestion, ...]:
        """A line of text that may stay empty."""
        hint = "You can leave this empty. It is kept apart from your answers."
        return (PersonQuestion("portfolio", self.text, (), hint),)

    def refusals(self, scene: Scene) -> tuple[str, ...]:
        """Panels forbid asking for what identifies a person, or recruit by pseudonym."""
        if scene.paid:
            return (
                f"the rules of {scene.channel} forbid asking for what identifies a person: use"
                " prescreeners and the check skill_task, and portfolio_review only with links of"
                " your own.",
            )
        return ()

    def evaluate(self, session: Session) -> Verdict | None:
        """Fails where a person declined it, or where it is missing and must not be."""
        if session.portfolio == "" or not self.concerns(session.population):
            return None
        missing = session.ended and session.portfolio in {"none", "waiting"}
        failed = session.portfolio == "declined" or (missing and not self.unreviewed)
        told = {"none": "none was given", "waiting": "nobody has reviewed it yet"}
        state = told.get(session.portfolio, f"{session.portfolio} by a person")
        return Verdict(failed, f"Portfolio: {state}.", {"portfolio": session.portfolio})

    def concerns(self, population: str) -> bool:
        """Whether answers of this population depend on a portfolio."""
        return not self.of or population in self.of
