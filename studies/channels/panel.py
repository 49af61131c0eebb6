"""Any panel: named launch parameters, one of which is the person, and one address per outcome."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.channels import Exit, Farewell, Launch, Visitor
from studies.recruitment import external_question as mturk
from studies.recruitment.parameters import STRATUM, check_address, filled, given, stratum_of
from studies.wording import Filled, marked

SENTENCES = {
    Exit.COMPLETED: marked("Your work is complete. Please tell the panel so:"),
    Exit.SCREENED_OUT: marked("Your part ends here. Please tell the panel so:"),
    Exit.NO_CONSENT: marked("Please tell the panel that you would rather not take part:"),
    Exit.WITHDRAWN: marked("Please tell the panel that you stopped:"),
    Exit.FAILED: marked("The fault was ours. Please tell the panel so:"),
}
RETURN = marked("Please return the job on the panel's own page, so that somebody else can take it.")
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]


@plugin
class Panel:
    """A panel that sends people with parameters and takes them back at addresses or with codes."""

    label: ClassVar[str] = "Panel"
    version: ClassVar[int] = 1
    identifies: ClassVar[bool] = True
    pays: ClassVar[bool] = True
    shared_codes: ClassVar[bool] = True

    name: Annotated[str, Field(min_length=1, max_length=60)] = "the panel"
    """How the panel is called towards participants."""
    parameters: dict[Name, str] = Field(default_factory=dict)
    """Parameters that every launch carries, each with what the panel fills in; “”: it adds it."""
    person: str = ""
    """The parameter that is the same on each visit of one person."""
    visit: str = ""
    """The parameter that names the visit; empty where the panel has none."""
    stratum: Annotated[str, Field(pattern=STRATUM)] = ""
    """The parameter that says the quota, for `quotas: {by: launch}`."""
    addresses: dict[str, str] = Field(default_factory=dict)
    """Outcome → where people go, with {code} and {parameter}; without one a code is shown."""
    external_question: bool = False
    """Follow MTurk's ExternalQuestion instead: parameters, preview and submission are fixed."""
    submit_hosts: tuple[str, ...] = mturk.HOSTS
    """Hosts to which an ExternalQuestion may be submitted."""
    frames: tuple[Annotated[str, Field(pattern=r"^https://[a-z0-9.:-]+$")], ...] = ()
    """Origins that may show the first page in a frame; empty: MTurk's own, or nobody."""

    @model_validator(mode="after")
    def _fits(self) -> "Panel":
        if self.external_question:
            if self.parameters or self.person or self.visit or self.addresses:
                raise ValueError(
                    "external_question fixes parameters, person, visit, addresses: leave them out."
                )
            return self
        if self.person not in self.parameters:
            raise ValueError("Name as `person` the one of `parameters` that identifies a person.")
        if self.visit and self.visit not in self.parameters:
            raise ValueError("Name as `visit` one of `parameters`, or leave it out.")
        self._check_addresses()
        return self

    def _check_addresses(self) -> None:
        outcomes = {str(leaving) for leaving in Exit}
        if not set(self.addresses) <= outcomes:
            raise ValueError(f"addresses are for the outcomes {', '.join(sorted(outcomes))}.")
        for address in self.addresses.values():
            check_address(address, {"code", *self.parameters})

    @property
    def strata(self) -> bool:
        """Whether launches say a quota."""
        return bool(self.stratum)

    @property
    def says(self) -> tuple[str, ...]:
        """What participants read of its settings."""
        return (self.name,)

    @property
    def framed_by(self) -> tuple[str, ...]:
        """Origins of pages that may show the first page."""
        return self.frames or (mturk.FRAMES if self.external_question else ())

    def entrance(self, site_url: str, link_token: str) -> str:
        """The address for the panel, its placeholders in it."""
        asked = "&".join(f"{name}={macro}" for name, macro in self.parameters.items() if macro)
        return f"{site_url}/s/{link_token}/" + (f"?{asked}" if asked else "")

    def visitor(self, launch: Launch) -> Visitor:
        """The person and visit of the address; in MTurk's preview, nobody."""
        if self.external_question:
            return self._worker(launch)
        found = given(launch.query, self.parameters, self.name)
        return Visitor(
            person=found[self.person],
            visit=found.get(self.visit, ""),
            stratum=stratum_of(launch.query, self.stratum),
            details=found,
        )

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """The outcome's address, or its code where there is no address."""
        if not code:
            return Farewell()
        if self.external_question:
            return _submitted(leaving, code, visitor)
        link = filled(self.addresses.get(leaving, ""), {**visitor.details, "code": code})
        if link:
            back = Filled("Back to {name}", name=self.name)
            return Farewell(SENTENCES[leaving], link=link, link_text=back)
        return Farewell(SENTENCES[leaving], code)

    def _worker(self, launch: Launch) -> Visitor:
        if mturk.is_preview(launch.query):
            return Visitor(preview=True)
        found = given(launch.query, mturk.PARAMETERS, self.name)
        origin = mturk.submit_origin(launch.query, self.submit_hosts)
        return Visitor(
            person=found["workerId"],
            visit=found["assignmentId"],
            stratum=stratum_of(launch.query, self.stratum),
            details={"submit": origin, "hit": found["hitId"]},
        )


def _submitted(leaving: Exit, code: str, visitor: Visitor) -> Farewell:
    """Work and screen-outs are submitted; whoever stops returns the job."""
    origin = visitor.details.get("submit")
    if leaving not in (Exit.COMPLETED, Exit.SCREENED_OUT) or not (origin and visitor.visit):
        return Farewell(RETURN)
    return mturk.submission(origin, visitor.visit, code, SENTENCES[leaving])
