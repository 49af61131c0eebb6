"""In which languages a study is held: the file's own, and translations of what it wrote itself."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from studies.protocol.sections import LANGUAGE, Line, Section, Statement, Text

Language = Annotated[str, StringConstraints(pattern=LANGUAGE, max_length=12)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Translation(Section):
    """What the file wrote, in another language; translated by a person, never by a program."""

    title: Line = Field(description="the title")
    information: Text = Field(description="what people read first; light markdown")
    consent: Annotated[tuple[Statement, ...], Field(min_length=1)] = Field(
        description="the statements, as many and in the same order"
    )
    debrief: Text = Field(description="what people read last; light markdown")
    contact: Line | None = Field(None, description="whom raters can ask; as it is when left out")
    texts: dict[Said, Said] = Field(
        default_factory=dict,
        description="text as the file (or the platform, in English) has it → its translation:"
        " questions, labels, choices and headings that the file wrote, and whatever of the"
        " platform's own it would rather say otherwise",
    )


def own_words(
    title: str,
    information: str,
    consent: tuple[str, ...],
    debrief: str,
    contact: str,
    into: Translation,
) -> Mapping[str, str]:
    """Text of the file → its translation."""
    return {
        **into.texts,
        title: into.title,
        information: into.information,
        **dict(zip(consent, into.consent, strict=False)),
        debrief: into.debrief,
        contact: into.contact or contact,
    }
