"""Studies, what is judged in them, who judges, and what they answered.

Answers are append-only and unique per trial and question; a study's protocol, stimuli and design
are frozen at launch under one hash; whatever happens to a study or a participant is an `Event`.
"""

from studies.models.append_only import AppendOnly, AppendOnlyError, new_token
from studies.models.consents import Agreement, ConsentAmendment, ConsentText
from studies.models.designs import Condition, Item, Protocol, Stimulus
from studies.models.flags import Attempt, BrowserMark, Flag, Review
from studies.models.flashes import PairFlash
from studies.models.identities import Identity
from studies.models.invitations import Invitation, Mail, NoMail
from studies.models.leak_tests import LeakTest
from studies.models.people import Participant, Trial
from studies.models.records import Event, Response
from studies.models.recruitment import (
    Arrival,
    Bonus,
    BonusBatch,
    ExitCode,
    PanelEvent,
    PanelStudy,
    Receipt,
    Submission,
)
from studies.models.studies import Study, Upload
from studies.models.texts import TextDecision, TextLook, TextScan
from studies.models.withdrawals import Withdrawal

__all__ = [
    "Agreement",
    "AppendOnly",
    "AppendOnlyError",
    "Arrival",
    "Attempt",
    "Bonus",
    "BonusBatch",
    "BrowserMark",
    "Condition",
    "ConsentAmendment",
    "ConsentText",
    "Event",
    "ExitCode",
    "Flag",
    "Identity",
    "Invitation",
    "Item",
    "LeakTest",
    "Mail",
    "NoMail",
    "PairFlash",
    "PanelEvent",
    "PanelStudy",
    "Participant",
    "Protocol",
    "Receipt",
    "Response",
    "Review",
    "Stimulus",
    "Study",
    "Submission",
    "TextDecision",
    "TextLook",
    "TextScan",
    "Trial",
    "Upload",
    "Withdrawal",
    "new_token",
]
