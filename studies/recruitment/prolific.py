"""Prolific's API, as far as a study needs it (OpenAPI of July 2026): typed, money in its types."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from studies.recruitment.calls import Calls, PanelError
from studies.recruitment.money import Money

PAGE = 100
AT_ONCE = 500
"""Approvals in one call; Prolific takes about a thousand."""
StudyMove = Literal["PUBLISH", "PAUSE", "START", "STOP"]


@dataclass(frozen=True)
class Cost:
    """What a study costs, as Prolific reckons it."""

    total: Money
    rewards: Money
    fees: Money | None
    vat: Money | None
    """None where Prolific says only the total, which is all that it documents."""


@dataclass(frozen=True)
class PanelStudyRow:
    """A study as Prolific has it now."""

    reference: str
    state: str
    places: int
    said: Mapping[str, Any] = field(default_factory=dict)
    """The whole answer."""


@dataclass(frozen=True)
class SubmissionRow:
    """A submission as Prolific has it now."""

    reference: str
    study: str
    person: str
    state: str
    code: str
    bonus: int | None
    """Hundredths paid on top, all in all; None where Prolific does not say."""
    stated_at: datetime


@dataclass(frozen=True)
class Prolific:
    """The verbs of the API; each raises PanelError with a sentence."""

    calls: Calls
    currency: str

    def cost(self, payload: Mapping[str, Any]) -> Cost:
        """What a study would cost; creates nothing."""
        asked = ("reward", "total_available_places", "estimated_completion_time")
        body = {name: payload[name] for name in asked}
        told = self.calls.repeatable("POST", "/study-cost-calculator/", body)
        total = self._money(told, "total_cost")
        if total is None:
            raise PanelError("Prolific did not say what the study costs.")
        meant = Money(payload["reward"], self.currency) * payload["total_available_places"]
        rewards = self._money(told, "rewards") or meant
        return Cost(total, rewards, self._money(told, "fees"), self._money(told, "vat"))

    def workspace_currency(self) -> str:
        """What the token's workspace pays in; “” where it has several, or Prolific says none."""
        rows = self.calls.get("/workspaces/").get("results", [])
        if len(rows) != 1:
            return ""
        told = self.calls.get(f"/workspaces/{rows[0]['id']}/balance/")
        return str(told.get("currency_code") or "")

    def create(self, payload: Mapping[str, Any]) -> PanelStudyRow:
        """A draft at Prolific; spends nothing. Not repeated: a second would be a second draft."""
        return _study(self.calls.once("POST", "/studies/", payload))

    def study(self, reference: str) -> PanelStudyRow:
        """Where the study stands."""
        return _study(self.calls.get(f"/studies/{reference}/"))

    def move(self, reference: str, move: StudyMove) -> PanelStudyRow:
        """Publish (spends money), pause, start again or stop; harmless to repeat."""
        path = f"/studies/{reference}/transition/"
        return _study(self.calls.repeatable("POST", path, {"action": move}))

    def set_places(self, reference: str, places: int) -> PanelStudyRow:
        """More places (never fewer): a whole number, so harmless to repeat."""
        body = {"total_available_places": places}
        return _study(self.calls.repeatable("PATCH", f"/studies/{reference}/", body))

    def submissions(self, study: str) -> Iterator[SubmissionRow]:
        """Every submission of a study, page by page."""
        page = 1
        while True:
            query = {"study": study, "page": page, "page_size": PAGE}
            asked_at = timezone.now()
            rows = self.calls.get("/submissions/", query).get("results", [])
            yield from (self._submission({"study_id": study, **row}, asked_at) for row in rows)
            if len(rows) < PAGE:
                return
            page += 1

    def submission(self, reference: str) -> SubmissionRow:
        """One submission, with the study it belongs to."""
        asked_at = timezone.now()  # before: what is heard later is at least as new as this
        return self._submission(self.calls.get(f"/submissions/{reference}/"), asked_at)

    def approve(self, references: Sequence[str]) -> None:
        """Approve, in bulk; harmless to repeat."""
        for start in range(0, len(references), AT_ONCE):
            some = list(references[start : start + AT_ONCE])
            self.calls.repeatable("POST", "/submissions/bulk-approve/", {"submission_ids": some})

    def request_return(self, reference: str, reasons: Sequence[str]) -> None:
        """Ask the person to return the submission."""
        path = f"/submissions/{reference}/request-return/"
        self.calls.repeatable("POST", path, {"request_return_reasons": list(reasons)})

    def screen_out(self, reference: str) -> None:
        """Pay the fixed screen-out amount and free the place."""
        path = f"/submissions/{reference}/transition/"
        self.calls.repeatable("POST", path, {"action": "SCREEN_OUT"})

    def create_bonuses(self, study: str, lines: Sequence[tuple[str, Money]]) -> str:
        """Set up bonuses without paying them: submission and amount each; returns their id."""
        csv = "\n".join(f"{reference},{amount.decimal}" for reference, amount in lines)
        body = {"study_id": study, "csv_bonuses": csv}
        told = self.calls.once("POST", "/submissions/bonus-payments/", body)
        if not told.get("id"):
            raise PanelError("Prolific took the bonuses but gave them no id; nothing is paid.")
        return str(told["id"])

    def pay_bonuses(self, reference: str) -> None:
        """Pay them. Documented as not idempotent: called twice it pays twice."""
        self.calls.once("POST", f"/bulk-bonus-payments/{reference}/pay/", {})

    def _money(self, told: Mapping[str, Any], key: str) -> Money | None:
        """Hundredths as the panel says them, perhaps with a fraction, which is rounded up."""
        number = told.get(key)
        if isinstance(number, bool) or not isinstance(number, int | float) or number < 0:
            return None
        return Money(math.ceil(number), self.currency)

    def _submission(self, row: Mapping[str, Any], asked_at: datetime) -> SubmissionRow:
        bonuses = row.get("bonus_payments")
        return SubmissionRow(
            reference=str(row["id"]),
            study=str(row.get("study_id") or row.get("study") or ""),
            person=str(row.get("participant_id") or row.get("participant") or ""),
            state=str(row.get("status") or "UNKNOWN"),
            code=str(row.get("study_code") or row.get("entered_code") or "")[:60],
            bonus=None if bonuses is None else sum(map(int, bonuses)),
            stated_at=asked_at,
        )


def _study(row: Mapping[str, Any]) -> PanelStudyRow:
    places = int(row.get("total_available_places") or 0)
    return PanelStudyRow(str(row.get("id", "")), str(row.get("status", "")), places, row)


def prolific(currency: str) -> Prolific:
    """The API of the settings."""
    return Prolific(Calls(settings.PROLIFIC_API, settings.PROLIFIC_TOKEN), currency)


def moment(text: str) -> datetime | None:
    """A time as Prolific writes it: ISO 8601, or seconds since 1970; None where it is neither."""
    try:
        found = parse_datetime(text)
        return found or datetime.fromtimestamp(float(text), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
