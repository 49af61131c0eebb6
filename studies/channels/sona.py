"""SONA: students of a participant pool arrive with a survey code, and leave with their credit."""

import re
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from pydantic import Field, field_validator

from config.plugins import plugin
from studies.channels import Exit, Farewell, Launch, Visitor
from studies.recruitment.parameters import given
from studies.wording import marked

PARAMETER = "survey_code"
SITE = re.compile(r"https://[a-z0-9.-]+", re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z0-9]{1,64}")
SENTENCES = {
    Exit.COMPLETED: marked("Your answers are saved. With this link the credit is booked for you:"),
    Exit.SCREENED_OUT: marked("Your part ends here. With this link the credit is booked for you:"),
}
ASK = marked("Please write to the researchers if you think that credit is due to you.")


@plugin
class Sona:
    """A department's pool at sona-systems.com; credit by the address that SONA calls client URL."""

    label: ClassVar[str] = "SONA"
    version: ClassVar[int] = 1
    identifies: ClassVar[bool] = True
    pays: ClassVar[bool] = True
    shared_codes: ClassVar[bool] = True
    framed_by: ClassVar[tuple[str, ...]] = ()
    strata: ClassVar[bool] = False

    site: str
    """The pool's site, e.g. https://your-university.sona-systems.com."""
    experiment: Annotated[int, Field(ge=1)]
    """Number of the study at SONA (experiment_id)."""
    credit_token: str
    """The credit_token of SONA's completion URL."""
    credit_screened_out: bool = True
    """Whether people who are screened out get the credit too."""

    @field_validator("site")
    @classmethod
    def _is_a_site(cls, value: str) -> str:
        if not SITE.fullmatch(value):
            raise ValueError(
                f"“{value[:60]}”: write the pool's address without a path or a slash at its end, as"
                " https://your-university.sona-systems.com"
            )
        return value

    @field_validator("credit_token")
    @classmethod
    def _is_a_token(cls, value: str) -> str:
        if not TOKEN.fullmatch(value):
            raise ValueError(
                f"“{value[:60]}”: copy what stands after credit_token= in the study's completion"
                " address on SONA, letters and digits alone"
            )
        return value

    def entrance(self, site_url: str, link_token: str) -> str:
        """The study URL for SONA."""
        return f"{site_url}/s/{link_token}/?{PARAMETER}=%SURVEY_CODE%"

    def visitor(self, launch: Launch) -> Visitor:
        """The sign-up that the survey code stands for; SONA draws it per person and study."""
        code = given(launch.query, [PARAMETER], "SONA")[PARAMETER]
        return Visitor(person=code, visit=code, details={PARAMETER: code})

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """SONA's credit address, for whoever has a receipt; SONA itself grants it once."""
        if not code:
            return Farewell()
        survey = visitor.details.get(PARAMETER)
        due = leaving is Exit.COMPLETED or (
            leaving is Exit.SCREENED_OUT and self.credit_screened_out
        )
        if not (due and survey):
            return Farewell(ASK)
        asked = {
            "experiment_id": self.experiment,
            "credit_token": self.credit_token,
            PARAMETER: survey,
        }
        link = f"{self.site}/webstudy_credit.aspx?{urlencode(asked)}"
        return Farewell(SENTENCES[leaving], link=link, link_text=marked("Book my credit"))
