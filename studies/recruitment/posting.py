"""Sending: each mail is on record as “sending” before the server hears of it.

So a crash at any line mails nobody twice: what was begun and never ended is perhaps sent, is left
alone by every later run, and is put before a person (invitations.py, `settle`).
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from time import monotonic, sleep
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from studies.channels.invitation import PARAMETER
from studies.live.places import CLOSED
from studies.live.plan import plan_of
from studies.models import Event, Invitation, Mail, Study
from studies.recruitment import invitations
from studies.recruitment.mail_server import Connection, Refused, Unknown, Unreachable, server_of
from studies.recruitment.mail_text import Facts, filled_in, mail
from studies.recruitment.people_list import Invitee
from studies.rights import addresses
from studies.services import StudyError

TASK = "studies.send_mails"
TURN_SECONDS = 45
"""How long a worker sends before others have their turn."""
LANGUAGE = "lang"
"""The landing page's parameter for the language it opens in."""
IN_A_ROW = 10
"""Refusals one after another after which sending stops: it is the server, not the addresses."""
SOMEBODY = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
LONGEST = 300


@dataclass
class Outcome:
    """What a run came to."""

    sent: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Sentence of the server → how often."""
    unknown: int = 0
    stopped: str = ""
    """Why it ended early, or “”."""
    left: int = 0
    """Mails for which there was no time."""
    in_a_row: int = 0


def ready_to_send(study: Study) -> None:
    """Raises StudyError where no mail can go out, with what to do."""
    invitations.channel_of(study)
    if not settings.EMAIL_URL or not settings.EMAIL_FROM:
        raise StudyError(
            "No mail server is set. Set EMAIL_URL (smtp://USER:PASSWORD@mail.example.org:587) and"
            " EMAIL_FROM (Study team <study@example.org>), restart, and try again."
        )
    if study.state != Study.State.LIVE:
        raise StudyError(f"Nobody can start now, so no mail goes out. {CLOSED[_state(study)]}")


def send(
    study: Study,
    *,
    reminders: bool,
    seconds: float | None = None,
    said: Callable[[str], None] = lambda _: None,
    pause: Callable[[float], None] = sleep,
) -> Outcome:
    """Send every mail that is due, or those that fit into `seconds`; each person gets one at most.

    Raises StudyError where nothing can be sent at all. Two runs at once share the work.
    """
    ready_to_send(study)
    outcome, until = Outcome(), monotonic() + seconds if seconds else None
    rows = list(invitations.due(study, reminders=reminders).values_list("pk", flat=True))
    connection = Connection(server_of(settings.EMAIL_URL))
    try:
        for place, pk in enumerate(rows):
            if place and until and monotonic() > until:
                outcome.left = len(rows) - place
                break
            if place:
                pause(60 / settings.EMAIL_PER_MINUTE)
            _one(pk, connection, outcome, reminders=reminders)
            if outcome.stopped:
                break
            if place % 50 == 49:
                said(f"{place + 1} of {len(rows)}")
    finally:
        connection.close()
        _on_record(study, outcome, reminders=reminders)
    return outcome


def why_stopped(study: Study) -> str:
    """Why the last run ended early, or “”."""
    runs = study.events.filter(kind__in=["invitations_sent", "reminders_sent"])
    last = runs.order_by("-pk").first()
    return str(last.details.get("stopped", "")) if last else ""


def written(
    study: Study, invitation: Invitation, address: str, name: str, *, reminder: int
) -> EmailMessage:
    """The mail to somebody on the list."""
    plan, channel = plan_of(study), invitations.channel_of(study)
    wording = plan.wording(invitation.language)
    leave = reverse("studies:no_mail", args=[addresses.leave_link(invitation, address)])
    facts = Facts(
        link=link_of(study, invitation),
        unsubscribe=settings.SITE_URL + leave,
        title=plan.title,
        minutes=channel.minutes,
        contact=plan.fieldwork.contact,
        name=name,
    )
    subject, body = (
        (channel.reminder_subject, channel.reminder_body)
        if reminder
        else (channel.subject, channel.body)
    )
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return mail(
        sender=settings.EMAIL_FROM or "study@example.org",
        to=address,
        reply_to=channel.reply_to,
        subject=" ".join(filled_in(subject, facts, wording).split()),
        body=filled_in(body, facts, wording),
        headers={
            "Date": format_datetime(timezone.now()),
            "Message-ID": make_msgid(domain=host),
            "Content-Language": invitation.language,
            "List-Unsubscribe": f"<{facts.unsubscribe}>",
        },
    )


def sample(study: Study, person: Invitee, *, reminder: int = 0) -> EmailMessage:
    """The mail that somebody would get, with a link that leads nowhere; writes nothing."""
    language = person.language or plan_of(study).languages[0]
    row = Invitation(study=study, token="-" * 22, language=language)
    return written(study, row, person.address, person.name, reminder=reminder)


def link_of(study: Study, invitation: Invitation) -> str:
    """The personal link. It ends in a letter: mail programs cut a last - or _ off addresses."""
    query = {PARAMETER: invitation.token, LANGUAGE: invitation.language}
    landing = reverse("studies:landing", args=[study.link_token])
    return f"{settings.SITE_URL}{landing}?{urlencode(query)}"


def _one(pk: int, connection: Connection, outcome: Outcome, *, reminders: bool) -> None:
    try:
        connection.ready()
    except Unreachable as error:
        outcome.stopped = str(error)
        return
    claimed = _claim(pk, reminders=reminders)
    if claimed is None:
        return
    row, message, address = claimed
    try:
        connection.deliver(_sender(), address, message.as_bytes())
    except Refused as error:
        _refused(row, error, address, outcome)
    except Unreachable as error:
        row.delete()  # surely not sent, and not refused either: it is still to be sent
        outcome.stopped = str(error)
    except Unknown:
        outcome.unknown, outcome.in_a_row = outcome.unknown + 1, 0
    else:
        _move(row, Mail.State.SENT, "")
        outcome.sent, outcome.in_a_row = outcome.sent + 1, 0


def _claim(pk: int, *, reminders: bool) -> tuple[Mail, EmailMessage, str] | None:
    """The mail, on record; None where it is not due any more, or somebody else sends it."""
    try:
        with transaction.atomic():
            rows = Invitation.objects.select_for_update(of=("self",), no_key=True)
            row = rows.select_related("study__protocol").get(pk=pk)
            address, name = addresses.of(row)
            live = row.study.state == Study.State.LIVE
            due = live and invitations.is_due(row, reminders=reminders)
            if not due or not addresses.gets_mail(row, address):
                return None
            number = invitations.next_reminder(row) if reminders else 0
            message = written(row.study, row, address, name, reminder=number)
            made = Mail.objects.create(
                invitation=row, reminder=number, message_id=message["Message-ID"]
            )
            return made, message, address
    except IntegrityError:  # another run was quicker
        return None


def _refused(row: Mail, error: Refused, address: str, outcome: Outcome) -> None:
    sentence = without_addresses(str(error), address)
    row.lasting = error.lasting
    _move(row, Mail.State.REFUSED, sentence)
    outcome.refused[sentence] += 1
    outcome.in_a_row += 1
    if outcome.in_a_row >= IN_A_ROW:
        outcome.stopped = f"The mail server refused {IN_A_ROW} mails in a row: {sentence}"


def without_addresses(said: str, address: str) -> str:
    """A server's sentence as it may be kept: servers like to repeat whom they refuse."""
    local = address.partition("@")[0]
    bare = re.sub(re.escape(address), "[e-mail]", said, flags=re.IGNORECASE)
    bare = SOMEBODY.sub("[e-mail]", bare)
    return re.sub(rf"\b{re.escape(local)}\b", "[e-mail]", bare, flags=re.IGNORECASE)[:LONGEST]


def _move(row: Mail, state: Mail.State, said: str) -> None:
    row.state, row.said = state, said
    row.save(update_fields=["state", "said", "lasting", "moved_at"])


def _on_record(study: Study, outcome: Outcome, *, reminders: bool) -> None:
    told: dict[str, int | str] = {
        "sent": outcome.sent,
        "refused": outcome.refused.total(),
        "unknown": outcome.unknown,
        "stopped": SOMEBODY.sub("[e-mail]", outcome.stopped),
    }
    if not any(told.values()):
        return
    kind = "reminders_sent" if reminders else "invitations_sent"
    Event.objects.create(study=study, kind=kind, details=told)


def _sender() -> str:
    """The bare address of EMAIL_FROM, to which what bounces later comes back."""
    return parseaddr(settings.EMAIL_FROM)[1]


def _state(study: Study) -> Study.State:
    return Study.State(study.state)
