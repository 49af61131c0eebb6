"""The study at Prolific: what would be sent and what it costs, creation, and its moves.

Nothing here publishes unless told so by name: `create` makes a draft, which spends nothing.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from studies.channels import Exit
from studies.channels.prolific import Prolific as Channel
from studies.live.plan import plan_of
from studies.live.room import places_of
from studies.models import PanelStudy, Study
from studies.recruitment.calls import PanelError
from studies.recruitment.money import Money
from studies.recruitment.prolific import Cost, Prolific, StudyMove, prolific
from studies.recruitment.receipts import exit_code
from studies.recruitment.record import on_record
from studies.services import Actor, StudyError

PANEL = "prolific"
POUNDS = "GBP"
REVIEW = {"action": "MANUALLY_REVIEW"}
MOVES: Mapping[str, tuple[StudyMove, str]] = {
    "publish": ("PUBLISH", "panel_published"),
    "pause": ("PAUSE", "panel_paused"),
    "start": ("START", "panel_started"),
    "stop": ("STOP", "panel_stopped"),
}
"""Our word → Prolific's action, and the event that is put on record."""


@dataclass(frozen=True)
class DryRun:
    """What would be sent, and what it costs."""

    payload: Mapping[str, Any]
    cost: Cost | None
    cost_problem: str
    warnings: tuple[str, ...]


def channel_of(study: Study) -> Channel:
    """The study's way in; raises StudyError where it is not Prolific."""
    channel = plan_of(study).channel
    if not isinstance(channel, Channel):
        raise StudyError(
            f"“{study.slug}” recruits by {type(channel).label}: name `prolific` as"
            " study.channel in its file to recruit there."
        )
    return channel


def api_of(study: Study) -> Prolific:
    """Prolific's API, in the currency of the study."""
    return prolific(channel_of(study).currency)


def payload_of(study: Study) -> dict[str, Any]:
    """The draft study, as Prolific's API takes it."""
    channel, plan = channel_of(study), plan_of(study)
    minutes = channel.minutes
    return {
        "name": study.title,
        "internal_name": study.slug,
        "description": channel.description,
        "external_study_url": channel.entrance(settings.SITE_URL, study.link_token),
        "is_external_study_url_secure": channel.signed,
        "prolific_id_option": "url_parameters",
        "completion_codes": list(_codes(study, channel)),
        "total_available_places": channel.places or places_of(plan),
        "estimated_completion_time": minutes,
        "maximum_allowed_time": math.ceil(2 + 2 * minutes + 2 * math.sqrt(minutes)),
        "reward": channel.reward,
        "device_compatibility": list(channel.devices),
        "peripheral_requirements": [],
        "filters": [dict(one) for one in channel.filters],
        "metadata": study.link_token,
    }


def dry_run(study: Study, api: Prolific | None = None) -> DryRun:
    """Everything that `create` would send, its cost and what speaks against it; creates nothing."""
    payload, cost, problem, warnings = payload_of(study), None, "", []
    api = api or api_of(study)
    try:
        cost = api.cost(payload)
        _check_currency(api)
    except PanelError as error:
        problem = str(error)
    except StudyError as error:
        warnings = [str(error)]
    return DryRun(payload, cost, problem, (*warnings, *_warnings(study, payload)))


def create(*, study: Study, actor: Actor = None, api: Prolific | None = None) -> PanelStudy:
    """A draft at Prolific; spends nothing, shows it to nobody. Raises StudyError, PanelError."""
    if study.state == Study.State.DRAFT:
        raise StudyError("Launch the study first: people who arrive now would find it closed.")
    row, _ = PanelStudy.objects.get_or_create(study=study, defaults={"panel": PANEL})
    if row.reference:
        raise StudyError(f"The study is at Prolific already, as {row.reference}.")
    api, payload = api or api_of(study), payload_of(study)
    cost = api.cost(payload)
    _check_currency(api)
    told = {"cost": str(cost.total)}
    with on_record(lambda kind: _tell(study, actor, kind, told), "panel_created"):
        made = api.create(payload)
        told["reference"] = made.reference
    row.reference, row.state, row.stated_at = made.reference, made.state, timezone.now()
    row.sent, row.places = payload, payload["total_available_places"]
    row.total_cost, row.currency = cost.total.hundredths, cost.total.currency
    row.save()
    return row


def link(*, study: Study, reference: str, actor: Actor = None, api: Prolific) -> PanelStudy:
    """Take over a study that was set up at Prolific by hand."""
    found = api.study(reference)
    row, _ = PanelStudy.objects.get_or_create(study=study, defaults={"panel": PANEL})
    if row.reference and row.reference != found.reference:
        raise StudyError(f"The study is at Prolific already, as {row.reference}.")
    row.reference, row.state, row.places = found.reference, found.state, found.places
    row.currency, row.stated_at = api.currency, timezone.now()
    row.save()
    _tell(study, actor, "panel_linked", {"reference": row.reference})
    return row


def move(
    *, panel_study: PanelStudy, what: str, actor: Actor = None, api: Prolific | None = None
) -> PanelStudy:
    """Publish, pause, start or stop. The caller has asked whoever decides."""
    action, event = MOVES[what]
    study = panel_study.study
    if what in {"publish", "start"} and study.state != Study.State.LIVE:
        raise StudyError(f"“{study.slug}” is {study.get_state_display()}: people would be refused.")
    api = api or api_of(study)
    with on_record(lambda kind: _tell(study, actor, kind, {}), event):
        told = api.move(panel_study.reference, action)
    panel_study.state, panel_study.stated_at = told.state or panel_study.state, timezone.now()
    panel_study.save(update_fields=["state", "stated_at"])
    return panel_study


def add_places(
    *, panel_study: PanelStudy, more: int, actor: Actor = None, api: Prolific | None = None
) -> PanelStudy:
    """More places at Prolific, never fewer; a completed study becomes active again by it."""
    if more < 1:
        raise StudyError("Prolific takes more places, never fewer: name a number above 0.")
    api = api or api_of(panel_study.study)
    places = api.study(panel_study.reference).places + more
    room = places_of(plan_of(panel_study.study))
    if places > room:
        raise StudyError(
            f"The study has {room} places, and Prolific would have {places}: people would arrive"
            " and find it full."
        )
    study, details = panel_study.study, {"places": places}
    with on_record(lambda kind: _tell(study, actor, kind, details), "panel_places"):
        told = api.set_places(panel_study.reference, places)
    panel_study.places, panel_study.state = places, told.state or panel_study.state
    panel_study.save(update_fields=["places", "state"])
    return panel_study


def _check_currency(api: Prolific) -> None:
    """Raises StudyError where the workspace is known to pay in another currency."""
    theirs = ""
    with suppress(PanelError):  # a token may recruit and yet not see the balance
        theirs = api.workspace_currency()
    if theirs and theirs != api.currency:
        raise StudyError(
            f"The workspace pays in {theirs}, and the experiment file says {api.currency}: its"
            f" amounts would be paid as {theirs}. Set `currency: {theirs}`, and look at `reward`"
            " and `fair_hourly`."
        )


def hourly(channel: Channel) -> Money:
    """Pay an hour by the estimated minutes."""
    return Money(round(channel.reward * 60 / channel.minutes), channel.currency)


def _warnings(study: Study, payload: Mapping[str, Any]) -> Iterator[str]:
    channel = channel_of(study)
    fair = Money(channel.fair_hourly, channel.currency)
    if hourly(channel) < fair:
        yield (
            f"{hourly(channel)} an hour is less than {fair}: pay more, or ask for less time."
            f" ({Money(channel.reward, channel.currency)} for {channel.minutes} minutes.)"
        )
    if channel.currency != POUNDS and channel.fair_hourly == type(channel).fair_hourly:
        yield (
            f"What is called fair is {fair} an hour, the number that is meant for {POUNDS}: set"
            f" `fair_hourly` for {channel.currency}."
        )
    room = places_of(plan_of(study))
    if payload["total_available_places"] > room:
        yield (
            f"Prolific would have {payload['total_available_places']} places and the study {room}:"
            " people would arrive and find it full."
        )
    if channel.screen_out_reward:
        yield from _screen_outs(channel)
    if not channel.signed:
        yield (
            "Arrivals are not signed: whoever knows somebody's Prolific ID can pretend to be them."
            " Set `signed: true` if your workspace has secure study links."
        )
    if not channel.screen_out_reward and any(
        check.consequence == "screen_out" for check in plan_of(study).checks
    ):
        yield (
            "A check screens people out, and no fixed screen-out payment is set"
            " (`screen_out_reward`): pay each of them by hand on the page Recruitment."
        )


def _screen_outs(channel: Channel) -> Iterator[str]:
    """What Prolific pays by itself at the code, and its calculator is not asked about."""
    each = Money(channel.screen_out_reward, channel.currency)
    yield (
        f"Paid screen-outs are not in the cost: up to {channel.screen_out_slots} at {each} are"
        f" {each * channel.screen_out_slots}, and fees on it."
    )
    if channel.screen_out_reward >= channel.reward:
        yield (
            f"Prolific pays screen-outs less than the reward, and {each} is not: set a smaller"
            " `screen_out_reward`."
        )


def _codes(study: Study, channel: Channel) -> Iterator[dict[str, Any]]:
    """One code for each way to leave; a person's eyes decide about all but plain completion."""
    done = REVIEW if channel.review else {"action": "AUTOMATICALLY_APPROVE"}
    screened: dict[str, str | int] = {**REVIEW}
    if channel.screen_out_reward:
        screened = {
            "action": "FIXED_SCREEN_OUT_PAYMENT",
            "fixed_screen_out_reward": channel.screen_out_reward,
            "slots": channel.screen_out_slots,
        }
    asked = {"action": "REQUEST_RETURN", "return_reason": "You chose not to take part."}
    kinds = {
        Exit.COMPLETED: ("COMPLETED", done),
        Exit.SCREENED_OUT: (
            "FIXED_SCREENOUT" if channel.screen_out_reward else "SCREENED_OUT",
            screened,
        ),
        Exit.NO_CONSENT: ("NO_CONSENT", asked),
        Exit.WITHDRAWN: ("OTHER", REVIEW),
        Exit.FAILED: ("INCOMPATIBLE_DEVICE", REVIEW),
    }
    for leaving, (kind, action) in kinds.items():
        yield {
            "code": exit_code(study, leaving),
            "code_type": kind,
            "actor": "participant",
            "actions": [action],
        }


def _tell(study: Study, actor: Actor, kind: str, details: Mapping[str, Any]) -> None:
    study.events.create(actor=actor, kind=kind, details=dict(details))
