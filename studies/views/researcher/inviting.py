"""The part of the page Recruitment for studies that invite: the list, its numbers, its mails."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from kombu.exceptions import OperationalError as BrokerError

from config.celery import app
from studies.access import researcher
from studies.models import Event, Mail, Study
from studies.recruitment import invitations, posting
from studies.recruitment.people_list import Invitee, ListError
from studies.rights import addresses
from studies.services import StudyError

Deed = Callable[[HttpRequest, Study], str]
MAX_BYTES = 2_000_000
SHOWN = 8
"""Wrong lines of a list that are told at once."""
ROWS = 50
"""Failed mails that are listed."""


def told(study: Study) -> dict[str, Any]:
    """What the page shows; addresses only of those whose mail somebody must look at."""
    channel = invitations.channel_of(study)
    return {
        "invites": True,
        "numbers": invitations.numbers(study),
        "to_invite": invitations.due(study, reminders=False).count(),
        "to_remind": invitations.due(study, reminders=True).count(),
        "unresolved": [(one, _address(one)) for one in invitations.unresolved(study)[:ROWS]],
        "failures": [(one, _address(one)) for one in invitations.failures(study)[:ROWS]],
        "stopped": posting.why_stopped(study),
        "obstacle": _obstacle(study),
        "samples": [_sample(study, 0), *([_sample(study, 1)] if channel.reminders else [])],
    }


def _address(mail: Mail) -> str:
    return addresses.of(mail.invitation)[0]


def _obstacle(study: Study) -> str:
    try:
        posting.ready_to_send(study)
    except StudyError as error:
        return str(error)
    return ""


def _sample(study: Study, reminder: int) -> tuple[str, str, str]:
    """(what it is, subject, text) of the mail as the first language has it."""
    person = Invitee("somebody@example.org", name="Ada Example")
    mail = posting.sample(study, person, reminder=reminder)
    name = "A reminder" if reminder else "The invitation"
    return name, str(mail["Subject"]), mail.get_content()


def _people(request: HttpRequest, study: Study) -> str:
    file = request.FILES.get("people")
    if file is None:
        raise StudyError("Choose a file first: a table with the column address.")
    if (file.size or 0) > MAX_BYTES:
        raise StudyError("The list is larger than 2 MB: give it in parts.")
    try:
        found = invitations.add(
            study, invitations.people_of(study, file.read()), researcher(request)
        )
    except ListError as error:
        wrong = error.sentences
        more = f" … and {len(wrong) - SHOWN} more lines." if len(wrong) > SHOWN else ""
        raise StudyError(f"Nobody was added. {' '.join(wrong[:SHOWN])}{more}") from error
    return (
        f"{len(found.new)} new on the list; {found.known} on it already; {found.away} who want no"
        " mail, or withdrew. Nothing is sent yet."
    )


def _sending(*, reminders: bool) -> Deed:
    def deed(request: HttpRequest, study: Study) -> str:
        posting.ready_to_send(study)
        count = invitations.due(study, reminders=reminders).count()
        if not count:
            raise StudyError("There is nobody to write to just now.")
        try:
            app.send_task(posting.TASK, [study.pk, reminders])
        except (BrokerError, OSError) as error:
            raise StudyError(
                "The workers' queue is out of reach, so nothing is sent. On the server,"
                f" manage.py invite {study.slug}{' --remind' if reminders else ''} --send does it."
            ) from error
        kind = "reminders_asked" if reminders else "invitations_asked"
        told = {"mails": count}
        Event.objects.create(study=study, kind=kind, details=told, actor=researcher(request))
        return (
            f"A worker sends {count} mail{'' if count == 1 else 's'} now,"
            f" {settings.EMAIL_PER_MINUTE} a minute. Load this page again to see how far it is."
        )

    return deed


def _settle(request: HttpRequest, study: Study) -> str:
    mail = _mail(request, study)
    found = request.POST.get("found", "")
    if found not in {"sent", "not"}:
        raise StudyError("Say what you found in the mail server's log: sent, or not sent.")
    invitations.settle(mail=mail, sent=found == "sent", actor=researcher(request))
    return "On record."


def _again(request: HttpRequest, study: Study) -> str:
    invitations.try_again(mail=_mail(request, study), actor=researcher(request))
    return "It is tried once more at the next sending."


def _mail(request: HttpRequest, study: Study) -> Mail:
    key = request.POST.get("mail", "")
    rows = Mail.objects.filter(invitation__study=study).select_related("invitation__study")
    return get_object_or_404(rows, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)


DEEDS: dict[str, Deed] = {
    "people": _people,
    "invite": _sending(reminders=False),
    "remind": _sending(reminders=True),
    "mail-settle": _settle,
    "mail-again": _again,
}
SENDS = frozenset({"invite", "remind"})
"""What needs the tick: mail cannot be called back."""
