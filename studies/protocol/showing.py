"""The section `study.viewing`: how pictures must have been seen for an answer to count."""

from typing import Annotated, Literal

from pydantic import Field

from studies.protocol.sections import Section

DAY_MS = 24 * 60 * 60 * 1000

Milliseconds = Annotated[int, Field(ge=1, le=DAY_MS)]
Length = Annotated[int, Field(ge=200, le=20_000)]


class ViewingRules(Section):
    """Rules of viewing, fixed before launch, and what follows where one is broken."""

    offer_again: int = Field(
        1,
        ge=0,
        le=5,
        description="how often a trial whose pictures did not arrive comes again, at the end",
    )
    min_scale: float | None = Field(
        None,
        gt=0,
        le=16,
        description="screen pixels per pixel of the picture, at least once; 1 means not shrunk",
    )
    fully_visible: bool = Field(
        False, description="whether every picture must have been on screen whole at some time"
    )
    min_shown_ms: Milliseconds | None = Field(
        None, description="for how long every picture must have been on screen, at least"
    )
    max_hidden_ms: Milliseconds | None = Field(
        None, description="for how long the page may have been in the background, at most"
    )
    min_viewport: tuple[Length, Length] | None = Field(
        None, description="smallest window, width and height in CSS pixels"
    )
    unreported: Literal["valid", "invalid"] = Field(
        "invalid", description="what an answer counts as whose browser told nothing of the viewing"
    )
    consequence: Literal["note", "exclude"] = Field(
        "note", description="note: the table tells; exclude: the answer is left out of analyses"
    )

    @property
    def asked(self) -> bool:
        """Whether there is any rule."""
        rules = (self.min_scale, self.min_shown_ms, self.max_hidden_ms, self.min_viewport)
        return self.fully_visible or any(rule is not None for rule in rules)
