"""Prolific: people of its panel arrive with three parameters, and a signed token where it is on."""

import re
from typing import Annotated, ClassVar
from urllib.parse import quote

from django.conf import settings
from pydantic import Field, field_validator

from config.plugins import plugin
from studies.channels import Exit, Farewell, Launch, LaunchError, Visitor
from studies.recruitment.launch_token import Claims, TokenError, read_token
from studies.recruitment.money import WITHOUT_HUNDREDTHS
from studies.recruitment.parameters import STRATUM, stratum_of
from studies.wording import Filled, marked

PARAMETERS = {
    "PROLIFIC_PID": "{{%PROLIFIC_PID%}}",
    "STUDY_ID": "{{%STUDY_ID%}}",
    "SESSION_ID": "{{%SESSION_ID%}}",
}
"""Parameter of our address → what Prolific puts there."""
START = marked("Please open the study from its page on Prolific once more.")
IDENTIFIER = 100
CURRENCY = re.compile(r"[A-Z]{3}")
API = "https://api.prolific.com"
SENTENCES = {
    Exit.COMPLETED: marked(
        "Go back to Prolific with this code, and your work is registered there:"
    ),
    Exit.SCREENED_OUT: marked(
        "Go back to Prolific with this code; it says that your part ended early:"
    ),
    Exit.NO_CONSENT: marked(
        "Please tell Prolific with this code that you would rather not take part:"
    ),
    Exit.WITHDRAWN: marked("Please tell Prolific with this code that you stopped:"),
    Exit.FAILED: marked("Please go back to Prolific with this code; the fault was ours:"),
}


@plugin
class Prolific:
    """The panel of prolific.com: one participant per account, places follow its submissions."""

    label: ClassVar[str] = "Prolific"
    version: ClassVar[int] = 1
    identifies: ClassVar[bool] = True
    pays: ClassVar[bool] = True
    shared_codes: ClassVar[bool] = True
    framed_by: ClassVar[tuple[str, ...]] = ()

    minutes: Annotated[int, Field(ge=1, le=600)]
    """Estimated minutes of one session; Prolific holds you to it."""
    reward: Annotated[int, Field(ge=1, le=1_000_000)]
    """Paid for one session, in hundredths of the currency (pence, cents)."""
    currency: str = "GBP"
    """The workspace's currency, in three letters."""
    fair_hourly: Annotated[int, Field(ge=1)] = 900
    """Hundredths of the currency an hour, below which a warning is shown."""
    description: Annotated[str, Field(min_length=1, max_length=5_000)] = (
        "Look at pictures and answer questions about them."
    )
    """What people read on Prolific before they take a place."""
    devices: tuple[Annotated[str, Field(pattern="^(desktop|tablet|mobile)$")], ...] = (
        "desktop",
        "tablet",
        "mobile",
    )
    """On what they may take part."""
    filters: tuple[dict[str, object], ...] = ()
    """Prolific's own eligibility filters, as its API takes them."""
    places: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Places at Prolific; 0: as many as the study opens, with those for expected exclusions."""
    review: bool = True
    """Whether a person looks before work is approved; else Prolific approves at the code."""
    screen_out_reward: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Fixed payment of whoever is screened out, in hundredths; 0: they are reviewed by hand."""
    screen_out_slots: Annotated[int, Field(ge=1, le=100_000)] = 10
    """Paid screen-outs after which Prolific pauses the study."""
    signed: bool = False
    """Refuse arrivals without Prolific's signed token; the workspace must have the feature."""
    stratum: Annotated[str, Field(pattern=STRATUM)] = ""
    """The parameter that says the quota, where you give Prolific several addresses by hand."""

    @field_validator("currency")
    @classmethod
    def _has_hundredths(cls, value: str) -> str:
        if not CURRENCY.fullmatch(value):
            raise ValueError(f"“{value[:20]}”: write the currency in three capital letters, as GBP")
        if value in WITHOUT_HUNDREDTHS:
            raise ValueError(
                f"{value} has no hundredths, and all amounts here are in hundredths: name the"
                " currency of your workspace at Prolific, as GBP or USD"
            )
        return value

    @property
    def strata(self) -> bool:
        """Whether addresses say a quota."""
        return bool(self.stratum)

    def entrance(self, site_url: str, link_token: str) -> str:
        """The address that Prolific is given."""
        asked = "&".join(f"{name}={value}" for name, value in PARAMETERS.items())
        return f"{site_url}/s/{link_token}/?{asked}"

    def visitor(self, launch: Launch) -> Visitor:
        """The account and submission of the address; a token, where there is one, must agree."""
        given = {name: launch.query.get(name, "").strip() for name in PARAMETERS}
        _refuse_incomplete(given)
        token = launch.query.get("prolific_token", "")
        if self.signed and not token:
            raise _again(marked("Prolific's signature is missing from this address."))
        if token:
            _compare(given, _claims(token, launch))
        return Visitor(
            person=given["PROLIFIC_PID"],
            visit=given["SESSION_ID"],
            verified=bool(token),
            stratum=stratum_of(launch.query, self.stratum),
            details={"panel_study": given["STUDY_ID"]},
        )

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """The study's code for this exit, and the way back."""
        if not code:
            return Farewell()
        link = f"{_site()}/submissions/complete?cc={quote(code)}"
        return Farewell(SENTENCES[leaving], code, link, Filled("Back to {name}", name="Prolific"))


def _again(why: str) -> LaunchError:
    return LaunchError(Filled("{why} {start}", why=why, start=START))


def _site() -> str:
    """Where people go back to; a stand-in is its own site."""
    real = settings.PROLIFIC_API == API
    return "https://app.prolific.com" if real else settings.PROLIFIC_API


def _refuse_incomplete(given: dict[str, str]) -> None:
    if not all(given.values()):
        raise _again(marked("This study is for people who come from Prolific."))
    if any("{" in text or len(text) > IDENTIFIER or not text.isalnum() for text in given.values()):
        raise _again(marked("This address is not one that Prolific made."))


def _claims(token: str, launch: Launch) -> Claims:
    try:
        return read_token(token, launch.address, launch.now)
    except TokenError as error:
        raise _again(str(error)) from error


def _compare(given: dict[str, str], claims: Claims) -> None:
    signed = {name: claims.parameters.get(name) for name in PARAMETERS}
    if claims.session != given["SESSION_ID"] or signed != given:
        raise _again(marked("This address is not the one that Prolific signed."))
