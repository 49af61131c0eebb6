"""The section `study.keep`: how long what tells who somebody is is kept, by kind."""

from datetime import date
from typing import Annotated

from pydantic import Field

from studies.protocol.sections import Section

Days = Annotated[int, Field(ge=1, le=3650)]


class Keep(Section):
    """Days from the moment something was kept to its deletion; the worker deletes it then."""

    panel: Days = Field(180, description="what a panel calls the person, and its parameters")
    e_mail: Days = Field(180, description="e-mail addresses")
    text: Days = Field(
        180, description="text that is kept apart from the answers, such as a portfolio's address"
    )
    latest: date | None = Field(
        None, description="all of it goes on this day at the latest, such as 2027-03-31"
    )
