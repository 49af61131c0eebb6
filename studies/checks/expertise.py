"""Expertise: how far a person's life is made of pictures; sets the population."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.checking.sessions import Session, Verdict
from studies.checks import RATHER_NOT, Consequence, Counts, PersonQuestion, Quiet

Name = Annotated[str, Field(min_length=1, max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=200)]

POPULATIONS = {
    "professional artist": "I make art, and earn all or part of my living with it",
    "amateur artist": "I make art, but not for a living",
    "art educated": "I studied art or work with it, but do not make it",
    "none": "None of these",
}


@plugin
class Expertise(Quiet):
    """One question that sorts people into populations, and one about posting pictures."""

    label: ClassVar[str] = "Expertise"
    version: ClassVar[int] = 2
    counts_as: ClassVar[Counts] = "eligibility"

    text: Text = "Which of these describes you best?"
    populations: Annotated[dict[Name, Text], Field(min_length=1, max_length=12)] = Field(
        default_factory=lambda: dict(POPULATIONS)
    )
    """Population → the words of its choice; labels must differ from one another."""
    undisclosed: Name = "undisclosed"
    """The population of those who would rather not say."""
    ask_posting: bool = True
    """Whether to ask how often the person posts pictures of their own."""
    wanted: Annotated[tuple[Name, ...], Field(max_length=12)] = ()
    """The populations that the study is about; empty: all of them."""
    consequence: Consequence = "note"
    """What follows for somebody of another population than those `wanted`."""

    @model_validator(mode="after")
    def populations_differ(self) -> Self:
        """Each choice leads to one population, and nobody undisclosed to a named one;
        those wanted are among them, and there are some where something is to follow."""
        choices = [*self.populations.values(), RATHER_NOT]
        if len(set(choices)) < len(choices) or self.undisclosed in self.populations:
            raise ValueError("two populations have the same choice, or the undisclosed have a name")
        unknown = set(self.wanted) - {*self.populations, self.undisclosed}
        if unknown:
            raise ValueError(f"wanted: there is no population “{min(unknown)}”")
        if not self.wanted and self.consequence != "note":
            raise ValueError(
                f"“{self.consequence}” cannot follow here: nobody is of another population as long"
                " as all are wanted; name those that the study is about in `wanted`"
            )
        return self

    @property
    def questions(self) -> tuple[PersonQuestion, ...]:
        """Expertise, and posting where it is asked."""
        expertise = PersonQuestion("expertise", self.text, (*self.populations.values(), RATHER_NOT))
        posting = PersonQuestion(
            "posting",
            "How often do you post pictures of your own online?",
            ("Every week", "Every month", "A few times a year", "Never", RATHER_NOT),
        )
        return (expertise, posting) if self.ask_posting else (expertise,)

    def population(self, answers: Mapping[str, str]) -> str:
        """The population whose choice was taken."""
        names = {label: name for name, label in self.populations.items()}
        return names.get(answers.get("expertise", ""), self.undisclosed)

    def evaluate(self, session: Session) -> Verdict | None:
        """Whether the person is of a population that is wanted; says nothing before the answer."""
        if not self.wanted or "expertise" not in session.about:
            return None
        found = self.population(session.about)
        sentence = f"Of the population “{found}”; wanted: {', '.join(self.wanted)}."
        return Verdict(found not in self.wanted, sentence, {"population": found})
