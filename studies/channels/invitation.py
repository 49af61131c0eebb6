"""Invitation: a personal single-use link for everybody on a list, sent by mail."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.channels import Exit, Farewell, Launch, LaunchError, Visitor
from studies.recruitment.mail_text import (
    BODY,
    NEEDED,
    REMINDER,
    REMINDER_SUBJECT,
    SUBJECT,
    check_text,
)
from studies.recruitment.parameters import optional
from studies.wording import marked

PARAMETER = "invitation"
Subject = Annotated[str, Field(min_length=1, max_length=200)]
Body = Annotated[str, Field(min_length=1, max_length=2_000)]


@plugin
class Invitation:
    """People on a list, each by a link of their own: `manage.py invite SLUG people.csv`."""

    label: ClassVar[str] = "Invitation"
    version: ClassVar[int] = 1
    identifies: ClassVar[bool] = True
    pays: ClassVar[bool] = False
    shared_codes: ClassVar[bool] = False
    framed_by: ClassVar[tuple[str, ...]] = ()
    strata: ClassVar[bool] = True

    minutes: Annotated[int, Field(ge=1, le=600)]
    """Estimated minutes of one session, as {minutes} in the mails."""
    subject: Subject = SUBJECT
    """Subject of the invitation; {title}, {name}."""
    body: Body = BODY
    """Its text, plain: {link}, {unsubscribe}; also {greeting}, {name}, {title}, {minutes},
    {contact}."""
    reminder_subject: Subject = REMINDER_SUBJECT
    """Subject of reminders."""
    reminder_body: Body = REMINDER
    """Their text; as `body`."""
    reminders: Annotated[int, Field(ge=0, le=5)] = 2
    """Reminders that one person gets at most."""
    days: Annotated[int, Field(ge=1, le=90)] = 7
    """Days after the last mail before which nobody is reminded."""
    reply_to: Annotated[str, Field(pattern=r"^([^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+)?$")] = ""
    """Address to which answers to the mails go; “”: the sender's."""

    @model_validator(mode="after")
    def _fits(self) -> "Invitation":
        for name, needed in (("subject", ()), ("body", NEEDED)):
            for prefix in ("", "reminder_"):
                check_text(getattr(self, prefix + name), prefix + name, needed)
        return self

    @property
    def says(self) -> tuple[str, ...]:
        """What people read of its settings."""
        return (self.subject, self.body, self.reminder_subject, self.reminder_body)

    def entrance(self, site_url: str, link_token: str) -> str:
        """The address that personal links begin with; alone it lets nobody in."""
        return f"{site_url}/s/{link_token}/"

    def visitor(self, launch: Launch) -> Visitor:
        """Whoever holds the personal link; whether the list has it is looked up at landing."""
        token = optional(launch.query, [PARAMETER]).get(PARAMETER, "")
        if not token:
            raise LaunchError(
                "This study is for people who were invited."
                " Please open the link of your invitation."
            )
        return Visitor(person=token, verified=True, listed=True)

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """Nothing to hand in: who finished is known."""
        if leaving is Exit.NO_CONSENT:
            return Farewell(NO_MORE)
        return Farewell()


NO_MORE = marked(
    "If you want no more mail about this study, open the link at the end of your invitation."
)
