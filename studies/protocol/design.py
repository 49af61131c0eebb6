"""The section `study.design`: who is dealt what, in which order, with which limits."""

from typing import Annotated, Literal

from pydantic import Field

from studies.protocol.sections import Label, Section

Factor = Literal["artist", "protection", "budget", "purification", "mimicry", "degradation", "dose"]
Small = Annotated[int, Field(ge=1, le=10_000)]


class Design(Section):
    """How items are dealt to participants, and in which order they come."""

    between: tuple[Factor, ...] = Field(
        (),
        description="factors of which a participant meets one level only; participants are"
        " balanced over the levels (crossed, where there are several). All others vary within",
    )
    per_painter: Small | None = Field(
        None, description="at most so many items of one painter for one participant"
    )
    per_artwork: Small | None = Field(
        None,
        description="at most so many items of one artwork (where mimics paint: of one set of"
        " paintings, that is of the same prompts and seeds); 1: never the same baseline twice",
    )
    order: Literal["spread", "latin_square"] = Field(
        "spread",
        description="`spread`: each condition evenly over the session, drawn; `latin_square`: a row"
        " of a Williams square, so that each condition stands at each place, and after each other"
        " condition, equally often over participants",
    )
    blocks: Annotated[int, Field(ge=1, le=50)] = Field(
        1, description="parts of a session, with a pause between them"
    )
    drop_out: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.2, description="share of people who are expected to leave, for the picture of the design"
    )


class Quota(Section):
    """Places apart for groups of people."""

    by: Literal["population", "launch"] = Field(
        "population",
        description="how the group is known: `population`, what people say about themselves (the"
        " check expertise); `launch`, the stratum that the way in hands over",
    )
    places: Annotated[dict[Label, Small], Field(min_length=1)] = Field(
        description="group → its places; whoever is in none of them shares the places left over"
    )
