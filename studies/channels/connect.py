"""CloudResearch Connect: participantId names the person; completion by code or by redirect."""

from typing import ClassVar

from pydantic import field_validator

from config.plugins import plugin
from studies.channels import Exit, Farewell, Launch, Visitor
from studies.recruitment.parameters import check_address, given, optional
from studies.wording import Filled, marked

PERSON = "participantId"
VISIT = "assignmentId"
OTHERS = (VISIT, "projectId")
FINISHED = marked("Your work is complete. Please tell Connect so:")
ENDED = marked("Your part ends here. Please tell Connect so:")
RETURN = marked("Please return the assignment on Connect; no code is needed for that.")


@plugin
class Connect:
    """The panel of connect.cloudresearch.com."""

    label: ClassVar[str] = "CloudResearch Connect"
    version: ClassVar[int] = 1
    identifies: ClassVar[bool] = True
    pays: ClassVar[bool] = True
    shared_codes: ClassVar[bool] = True
    framed_by: ClassVar[tuple[str, ...]] = ()
    strata: ClassVar[bool] = False

    completed: str = ""
    """The project's completion redirect, from its page on Connect; empty: people get a code."""
    partial: str = ""
    """Its redirect for partial completes: screened-out people go there, and whoever we failed."""

    @field_validator("completed", "partial")
    @classmethod
    def _whole(cls, value: str) -> str:
        if value:
            check_address(value, {"code"})
        return value

    def entrance(self, site_url: str, link_token: str) -> str:
        """The address for Connect, which appends its parameters."""
        return f"{site_url}/s/{link_token}/"

    def visitor(self, launch: Launch) -> Visitor:
        """The participant of the address, with the assignment where Connect says it."""
        person = given(launch.query, [PERSON], "Connect")[PERSON]
        found = optional(launch.query, OTHERS)
        return Visitor(person=person, visit=found.get(VISIT, ""), details=found)

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """Only finished people get the completion code or redirect; it would pay in full."""
        if not code:
            return Farewell()
        if leaving is Exit.COMPLETED:
            return _way(FINISHED, self.completed, code) or Farewell(FINISHED, code)
        partly = leaving in (Exit.SCREENED_OUT, Exit.FAILED)
        return (_way(ENDED, self.partial, code) if partly else None) or Farewell(RETURN)


def _way(text: str, address: str, code: str) -> Farewell | None:
    link = address.replace("{code}", code)
    return (
        Farewell(text, link=link, link_text=Filled("Back to {name}", name="Connect"))
        if address
        else None
    )
