"""Open link: whoever has the link may take part, once per browser."""

from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin
from studies.channels import Exit, Farewell, Launch, Visitor
from studies.recruitment.parameters import STRATUM, stratum_of


@plugin
class OpenLink:
    """One public address for all; nobody is identified."""

    label: ClassVar[str] = "Open link"
    version: ClassVar[int] = 1
    identifies: ClassVar[bool] = False
    pays: ClassVar[bool] = False
    shared_codes: ClassVar[bool] = False
    framed_by: ClassVar[tuple[str, ...]] = ()

    show_completion_code: bool = True
    """Whether the last page shows a code that proves the person finished."""
    code_text: Annotated[str, Field(min_length=1, max_length=300)] = (
        "If you were asked for a completion code, this is yours:"
    )

    stratum: Annotated[str, Field(pattern=STRATUM)] = ""
    """The parameter of the link that says the quota, for `quotas: {by: launch}`."""

    @property
    def strata(self) -> bool:
        """Whether links say a quota."""
        return bool(self.stratum)

    @property
    def says(self) -> tuple[str, ...]:
        """What participants read of its settings."""
        return (self.code_text,)

    def entrance(self, site_url: str, link_token: str) -> str:
        """The study's landing page."""
        return f"{site_url}/s/{link_token}/"

    def visitor(self, launch: Launch) -> Visitor:
        """Anybody, of the quota that the link says."""
        return Visitor(stratum=stratum_of(launch.query, self.stratum))

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """The code of whoever finished, with its sentence."""
        if leaving is not Exit.COMPLETED or not (code and self.show_completion_code):
            return Farewell()
        return Farewell(text=self.code_text, code=code)
