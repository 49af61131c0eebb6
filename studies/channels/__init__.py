"""Channels: how people reach a study, who they are there, and what they take away from it.

A channel reads the parameters of the landing address and says who arrives; it writes nothing and
consumes nothing, so a link scanner may ask a hundred times. It knows no participant: one person
has one place in a study because the landing page looks the identity up before it enrols.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from config.plugins import PluginFolder


class LaunchError(ValueError):
    """An arrival that is forged, foreign or incomplete; the sentence is for the person's eyes."""


class Exit(StrEnum):
    """With what a person leaves; a panel has a code or an address for each."""

    COMPLETED = "completed"
    SCREENED_OUT = "screened_out"
    NO_CONSENT = "no_consent"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    """Something of ours went wrong (no picture arrived): never the person's fault."""


@dataclass(frozen=True)
class Launch:
    """One opening of the landing page, as the channel sees it."""

    query: Mapping[str, str]
    address: str
    """Scheme, host and path under which the study is reached, from SITE_URL: no query."""
    now: datetime


@dataclass(frozen=True)
class Visitor:
    """Who arrives, as far as the channel tells."""

    person: str = ""
    """The channel's name for the person, the same on every visit; “”: nobody is identified."""
    visit: str = ""
    """Its name for this visit (Prolific's submission, MTurk's assignment); “” where none."""
    verified: bool = False
    """Whether a signature or secret proves it; else it is what the address says."""
    preview: bool = False
    """Somebody looks without having taken the job: the page shows, nothing can be started."""
    stratum: str = ""
    """The quota that the invitation names, or “”."""
    listed: bool = False
    """Whether `person` is a personal link of the study's list of invitations."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Further parameters that `farewell` needs back; kept like identities, never exported."""


@dataclass(frozen=True)
class Farewell:
    """What stands on the last page: a sentence, a code, a way back; each may be empty."""

    text: str = ""
    code: str = ""
    link: str = ""
    link_text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Where not empty, the link is a form that posts these."""


class Channel(Protocol):
    """One way to recruit. The file's name is the channel's name."""

    label: ClassVar[str]
    version: ClassVar[int]
    identifies: ClassVar[bool]
    """Whether every arrival names a person; those that name none are refused by `visitor`."""
    pays: ClassVar[bool]
    """Whether a panel pays people by what they leave with, screened-out people included."""
    shared_codes: ClassVar[bool]
    """One code per study and exit, known to the panel; else every participant has their own."""

    @property
    def strata(self) -> bool:
        """Whether its visitors carry a stratum: quotas `by: launch` need one."""

    @property
    def framed_by(self) -> tuple[str, ...]:
        """Origins (`https://host`) whose pages may show the landing page in a frame."""

    def entrance(self, site_url: str, link_token: str) -> str:
        """The link to hand out, or to give to the panel."""

    def visitor(self, launch: Launch) -> Visitor:
        """Who arrives; raises LaunchError. Writes nothing."""

    def farewell(self, leaving: Exit, code: str, visitor: Visitor) -> Farewell:
        """What a person is sent away with; `code` is “” where there is no receipt for one."""


CHANNELS: PluginFolder[Channel] = PluginFolder("studies.channels")
