"""Open link: whoever has the link may take part, once per browser."""

from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin


@plugin
class OpenLink:
    """One public address for all; nobody is identified."""

    label: ClassVar[str] = "Open link"
    version: ClassVar[int] = 1

    show_completion_code: bool = True
    """Whether the last page shows a code that proves the person finished."""
    code_text: Annotated[str, Field(min_length=1, max_length=300)] = (
        "If you were asked for a completion code, this is yours:"
    )

    def entrance(self, site_url: str, link_token: str) -> str:
        """The study's landing page."""
        return f"{site_url}/s/{link_token}/"

    def farewell(self, completion_code: str) -> str:
        """The sentence above the code."""
        return self.code_text if self.show_completion_code else ""
