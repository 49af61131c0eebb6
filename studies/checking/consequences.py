"""Consequences that make no sense for a check: refused with the reason, in the file. Pure.

Each name is a type for the setting `consequence` of checks that cannot have all of them.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator


def _without(*refused: str, because: str) -> BeforeValidator:
    def check(given: object) -> object:
        if given in refused:
            raise ValueError(f"“{given}” cannot follow here: {because}")
        return given

    return BeforeValidator(check)


Afterwards = Annotated[
    Literal["note", "flag", "exclude"],
    _without(
        "screen_out",
        because="this check looks once all answers are in, when no session can end any more; use"
        " exclude to leave the answers out",
    ),
]
"""Of checks that can only say something about a whole session."""

InTheirTime = Annotated[
    Literal["note", "flag", "exclude"],
    _without(
        "screen_out",
        because="a person looks at portfolios later, and no session waits for it; use exclude to"
        " leave the answers out",
    ),
]
"""Of checks that a person decides."""

OnlyALook = Annotated[
    Literal["note", "flag"],
    _without(
        *("screen_out", "exclude"),
        because="signals are no proof, and people with assistive technology set some of them off;"
        " use flag, and let a person look",
    ),
]
"""Of signals."""

NothingFollows = Annotated[
    Literal["note"],
    _without(
        *("flag", "screen_out", "exclude"),
        because="nobody can fail this; leave the consequence out",
    ),
]
"""Of what helps, and finds nothing."""
