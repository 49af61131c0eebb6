"""What the stand-in knows: studies, submissions, money that was paid, and faults to come. Pure."""

import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock
from typing import Any

from studies.recruitment.stand_in.refusal import Refusal
from studies.recruitment.stand_in.subscriptions import STUDY, SUBMISSION, Subscriptions

FEE_PERCENT = 43
"""Made up: fees differ between workspaces."""
VAT_PERCENT = 20
MOVES = {
    "PUBLISH": ({"UNPUBLISHED", "SCHEDULED"}, "ACTIVE"),
    "PAUSE": ({"ACTIVE"}, "PAUSED"),
    "START": ({"PAUSED"}, "ACTIVE"),
    "STOP": ({"ACTIVE", "PAUSED"}, "AWAITING REVIEW"),
}
SUBMISSION_MOVES = {
    "APPROVE": ({"AWAITING REVIEW", "APPROVED", "TIMED-OUT"}, "APPROVED"),
    "REJECT": ({"AWAITING REVIEW", "REJECTED"}, "REJECTED"),
    "RETURN": ({"RESERVED", "ACTIVE", "AWAITING REVIEW", "RETURNED"}, "RETURNED"),
    "SCREEN_OUT": ({"ACTIVE", "AWAITING REVIEW", "SCREENED OUT"}, "SCREENED OUT"),
}
STATES = (
    "RESERVED",
    "ACTIVE",
    "TIMED-OUT",
    "AWAITING REVIEW",
    "APPROVED",
    "PARTIALLY APPROVED",
    "RETURNED",
    "REJECTED",
    "SCREENED OUT",
    "UNKNOWN",
)
NEEDED = (
    "name",
    "description",
    "external_study_url",
    "prolific_id_option",
    "total_available_places",
    "estimated_completion_time",
    "reward",
)
SHORTEST_REJECTION = 100
WORKSPACE = "5f57a4d1e0000000000000aa"
WAITS = "AWAITING REVIEW"
FREES = {"TIMED-OUT", "RETURNED", "REJECTED", "SCREENED OUT"}
"""States that free the place for another."""
OVER = {"RETURNED", "REJECTED", "APPROVED", "PARTIALLY APPROVED"}
"""States in which no code is taken any more; whoever timed out may still come with one."""
AT_CODE = {"AUTOMATICALLY_APPROVE": "APPROVED", "FIXED_SCREEN_OUT_PAYMENT": "SCREENED OUT"}
"""A code's action → the state that follows by itself."""


@dataclass
class Fault:
    """The next `times` requests whose path has `path` in it fail with `status`.

    Status 0 is no answer at all: the connection ends. `after` is the nasty kind: the request is
    carried out, and its answer is lost.
    """

    path: str
    status: int = 503
    times: int = 1
    after: bool = False
    methods: tuple[str, ...] = ("GET", "POST", "PATCH", "DELETE")


@dataclass
class World:
    """Everything, under one lock."""

    token: str = "stand-in"  # noqa: S105 (a stand-in's)
    studies: dict[str, dict[str, Any]] = field(default_factory=dict)
    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    hooks: Subscriptions = field(default_factory=lambda: Subscriptions(WORKSPACE))
    outbox: list[tuple[str, str]] = field(default_factory=list)
    """Kind and id of what changed and no hook has told yet."""
    faults: list[Fault] = field(default_factory=list)
    currency: str = "GBP"
    slow: float = 0.0
    """Seconds that each answer of the API takes."""
    hook_times: int = 1
    """How often each hook is delivered."""
    hook_delay: float = 0.0
    """Seconds until then."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    @property
    def workspace(self) -> dict[str, Any]:
        """The one workspace of the token."""
        return {"id": self.hooks.workspace, "title": "Rehearsal"}

    def balance(self, key: str) -> dict[str, Any]:
        """What the workspace pays in."""
        if key != self.hooks.workspace:
            raise Refusal(404, "Not found.")
        return {"currency_code": self.currency, "total_balance": 10_000_00}

    def fault(self, method: str, path: str, *, after: bool) -> int | None:
        """The status with which this request fails now, if it does."""
        for fault in self.faults:
            meant = fault.path in path and method in fault.methods
            if meant and fault.after is after and fault.times > 0:
                fault.times -= 1
                return fault.status
        return None

    def cost(self, asked: dict[str, Any]) -> dict[str, int]:
        """In hundredths, whole numbers."""
        rewards = int(asked["reward"]) * int(asked["total_available_places"])
        fees = rewards * FEE_PERCENT // 100
        vat = fees * VAT_PERCENT // 100
        base = rewards + fees
        told = {"rewards": rewards, "fees": fees, "vat": vat, "base_cost": base}
        return {**told, "total_cost": base + vat}

    def create_study(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A draft."""
        missing = [name for name in NEEDED if asked.get(name) in (None, "")]
        if missing:
            raise Refusal(400, f"{missing[0]}: this field is required")
        if not isinstance(asked["reward"], int) or asked["reward"] < 1:
            raise Refusal(400, "reward: a whole number of cents or pence is needed")
        codes = [one["code"] for one in asked.get("completion_codes", [])]
        if len(set(codes)) != len(codes):
            raise Refusal(400, "completion_codes: codes must be unique")
        study = {**asked, "id": _id(), "status": "UNPUBLISHED"}
        self.studies[study["id"]] = study
        return study

    def study(self, key: str) -> dict[str, Any]:
        """One study, or 404."""
        return _one(self.studies, key)

    def change_study(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        """More places, never fewer; nothing else once it is published."""
        study = self.study(key)
        if study["status"] != "UNPUBLISHED":
            fixed = set(asked) - {"total_available_places", "internal_name", "access_details"}
            if fixed:
                raise Refusal(400, f"{sorted(fixed)[0]}: cannot change after publishing")
            if asked.get("total_available_places", 0) < study["total_available_places"]:
                raise Refusal(400, "total_available_places: cannot be lowered")
        study.update(asked)
        if study["status"] == "COMPLETED":
            study["status"] = "ACTIVE"
        return study

    def move_study(self, key: str, action: str) -> dict[str, Any]:
        """PUBLISH, PAUSE, START, STOP; the same twice is harmless."""
        study = self.study(key)
        if action not in MOVES:
            raise Refusal(400, f"action: “{action}” is not a valid choice")
        before, after = MOVES[action]
        if study["status"] not in before | {after}:
            raise Refusal(400, f"a study that is {study['status']} cannot {action}")
        if study["status"] != after:
            study["status"] = after
            self.outbox.append((STUDY, key))
        return study

    def submission(self, key: str) -> dict[str, Any]:
        """One submission, or 404."""
        return _one(self.submissions, key)

    def reserve(self, study: str, person: str = "") -> dict[str, Any]:
        """A person takes a place: the submission is RESERVED."""
        if self.study(study)["status"] != "ACTIVE":
            raise Refusal(400, "the study is not active")
        made: dict[str, Any] = {
            "id": _id(),
            "study_id": study,
            "participant_id": person or _id(),
            "status": "RESERVED",
            "study_code": None,
            "bonus_payments": [],
        }
        self.submissions[made["id"]] = made
        self.outbox.append((SUBMISSION, made["id"]))
        return made

    def free_places(self, key: str) -> int:
        """Places of a study that nobody holds."""
        study = self.study(key)
        rows = [one for one in self.submissions.values() if one["study_id"] == key]
        held = [one for one in rows if one["status"] not in FREES]
        return int(study["total_available_places"]) - len(held)

    def set_state(self, key: str, state: str) -> None:
        """Something happens to a submission."""
        if state not in STATES:
            raise Refusal(400, f"status: “{state}” is not one")
        self._is_now(self.submission(key), state)

    def complete(self, key: str, code: str) -> dict[str, Any]:
        """The person comes back with a code; the study's actions for it follow."""
        submission = self.submission(key)
        if submission["status"] in OVER:
            raise Refusal(400, f"a submission that is {submission['status']} cannot be completed")
        submission["study_code"] = code or "NOCODE"
        study = self.study(submission["study_id"])
        codes = [one for one in study.get("completion_codes", []) if one["code"] == code]
        actions = {a["action"]: a for one in codes for a in one["actions"]}
        after = next((state for name, state in AT_CODE.items() if name in actions), WAITS)
        self._is_now(submission, after)
        if after == "SCREENED OUT":
            self._count_screen_outs(study, actions["FIXED_SCREEN_OUT_PAYMENT"])
        return submission

    def _count_screen_outs(self, study: dict[str, Any], action: dict[str, Any]) -> None:
        """The study pauses when as many were paid as it has slots for."""
        rows = [one for one in self.submissions.values() if one["study_id"] == study["id"]]
        out = [one for one in rows if one["status"] == "SCREENED OUT"]
        if len(out) >= int(action.get("slots", 0)) and study["status"] == "ACTIVE":
            self.move_study(study["id"], "PAUSE")

    def _is_now(self, submission: dict[str, Any], state: str) -> None:
        if submission["status"] != state:
            submission["status"] = state
            self.outbox.append((SUBMISSION, submission["id"]))

    def move_submission(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        """APPROVE, REJECT, RETURN, SCREEN_OUT; the same twice is harmless."""
        submission, action = self.submission(key), asked.get("action", "")
        if action not in SUBMISSION_MOVES:
            raise Refusal(400, f"action: “{action}” is not a valid choice")
        if action == "REJECT" and len(asked.get("message", "")) < SHORTEST_REJECTION:
            raise Refusal(400, "message: at least 100 characters are needed")
        before, after = SUBMISSION_MOVES[action]
        if submission["status"] not in before:
            raise Refusal(400, f"a submission that is {submission['status']} cannot {action}")
        self._is_now(submission, after)
        return submission

    def approve(self, keys: list[str]) -> None:
        """In bulk."""
        for key in keys:
            self.move_submission(key, {"action": "APPROVE"})

    def set_up_bonuses(self, study: str, csv: str) -> dict[str, Any]:
        """Amounts are decimals of the currency here, unlike rewards; somebody may be named by
        their submission or by their account."""
        lines: dict[str, int] = {}
        for line in csv.strip().splitlines():
            name, _, amount = line.partition(",")
            hundredths = Decimal(amount.strip()) * 100
            if not hundredths.is_finite() or hundredths <= 0 or hundredths % 1:
                raise Refusal(400, f"csv_bonuses: “{amount}” is no amount, as in 4.25")
            key = self._in_study(study, name.strip())
            lines[key] = lines.get(key, 0) + int(hundredths)
        if not lines:
            raise Refusal(400, "csv_bonuses: nobody is named")
        batch: dict[str, Any] = {"id": _id(), "study": study, "lines": lines, "paid": 0}
        self.batches[batch["id"]] = batch
        return {"id": batch["id"], "study": study, "total_amount": sum(lines.values())}

    def _in_study(self, study: str, name: str) -> str:
        rows = [one for one in self.submissions.values() if one["study_id"] == study]
        found = [one["id"] for one in rows if name in (one["id"], one["participant_id"])]
        if not found:
            raise Refusal(400, f"csv_bonuses: {name} is not in this study")
        return str(found[-1])

    def pay(self, key: str) -> None:
        """Not idempotent, as documented: called twice it pays twice."""
        batch = _one(self.batches, key)
        batch["paid"] += 1
        for name, amount in batch["lines"].items():
            self.submissions[name]["bonus_payments"].append(amount)


def _one(rows: dict[str, dict[str, Any]], key: str) -> dict[str, Any]:
    if key not in rows:
        raise Refusal(404, "Not found.")
    return rows[key]


def _id() -> str:
    """24 hexadecimal digits, as Prolific's ids are."""
    return secrets.token_hex(12)
