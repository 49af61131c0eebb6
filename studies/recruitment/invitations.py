"""The list of a study: who is on it, who is due a mail, and how far it has come, in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from studies.channels.invitation import Invitation as Channel
from studies.live.places import locked_study
from studies.live.plan import plan_of
from studies.live.room import is_full
from studies.models import Event, Invitation, Mail, Participant, Study
from studies.recruitment.people_list import Invitee, Offer, read_people
from studies.rights import addresses, no_mail
from studies.rights.identities import ADDRESS
from studies.services import StudyError

AGAIN_MINUTES = 15
"""After a server put a mail off (greylisting), it is tried again from then on."""
UNRESOLVED_MINUTES = 5
"""A mail that is “sending” for longer is in nobody's hands any more."""
GOING_ON = (Participant.State.ACTIVE, Participant.State.LAPSED)


@dataclass(frozen=True)
class Sorted:
    """A list held against what is known already."""

    new: Sequence[Invitee]
    known: int
    """On the study's list already: not added, not mailed a second time."""
    away: int
    """Want no mail from this site, or withdrew from this study."""


@dataclass(frozen=True)
class Numbers:
    """How far the list has come."""

    listed: int
    waiting: int
    """The invitation is still to be sent."""
    sent: int
    failed: int
    """Refused by the mail server for good."""
    put_off: int
    """Refused for the moment: tried again by the next sending."""
    unresolved: int
    """Perhaps sent: a person decides."""
    reminders: int
    """Reminders sent, of all people together."""
    arrived: int
    finished: int
    unsubscribed: int
    withdrew: int


def channel_of(study: Study) -> Channel:
    """The study's way in; raises StudyError where it is another."""
    channel = plan_of(study).channel
    if isinstance(channel, Channel):
        return channel
    raise StudyError(
        f"“{study.slug}” recruits by {channel.label.lower()}: to invite people, name the channel"
        " `invitation` in the experiment file before the launch."
    )


def people_of(study: Study, data: bytes) -> list[Invitee]:
    """Everybody on a list; raises ListError where a line is wrong."""
    channel, raters = channel_of(study), plan_of(study).fieldwork.raters
    quotas = raters.quotas.places if raters.quotas and raters.quotas.by == "launch" else {}
    texts = (channel.subject, channel.body, channel.reminder_subject, channel.reminder_body)
    needs_name = any("{name}" in text for text in texts)
    return read_people(data, Offer(plan_of(study).languages, tuple(quotas), needs_name))


def sort_out(study: Study, people: Sequence[Invitee]) -> Sorted:
    """Which of them are new; writes nothing."""
    mails = [one.address for one in people]
    known = addresses.known(study, mails)
    away = no_mail.away(mails, study.pk) - known
    new = [one for one in people if one.address not in known | away]
    return Sorted(new, len(known), len(away))


def add(study: Study, people: Sequence[Invitee], actor: User | None = None) -> Sorted:
    """Put whoever is new on the study's list, all or nobody; no mail is sent by this."""
    with transaction.atomic():
        study = locked_study(study)
        found = sort_out(study, people)
        last = study.invitations.aggregate(last=Max("number"))["last"] or 0
        first = plan_of(study).languages[0]
        rows = Invitation.objects.bulk_create(
            Invitation(
                study=study,
                number=last + place,
                stratum=one.stratum,
                language=one.language or first,
            )
            for place, one in enumerate(found.new, start=1)
        )
        kept = {one.address: row for one, row in zip(found.new, rows, strict=True)}
        addresses.keep(kept, {one.address: one.name for one in found.new})
        if rows:
            told = {"people": len(rows)}
            Event.objects.create(study=study, kind="listed", details=told, actor=actor)
        return found


def due(study: Study, *, reminders: bool) -> QuerySet[Invitation]:
    """Lines of the list to which a mail is to go now: the invitation, or the next reminder.

    Whether the address wants mail is asked again before each (addresses.py).
    """
    rows = _with_address(study).exclude(mails__state=Mail.State.SENDING)
    return _to_remind(study, rows) if reminders else _to_invite(study, rows)


def is_due(invitation: Invitation, *, reminders: bool) -> bool:
    """Whether it still is, now that its row is held."""
    return due(invitation.study, reminders=reminders).filter(pk=invitation.pk).exists()


def next_reminder(invitation: Invitation) -> int:
    """Number of the reminder that comes next, from 1."""
    return invitation.mails.filter(state=Mail.State.SENT, reminder__gt=0).count() + 1


def numbers(study: Study) -> Numbers:
    """All of them, in two queries."""
    listed = study.invitations.aggregate(
        listed=Count("pk"),
        arrived=Count("pk", filter=Q(participant__isnull=False)),
        finished=Count("pk", filter=Q(participant__state=Participant.State.FINISHED)),
        unsubscribed=Count("pk", filter=Q(unsubscribed_at__isnull=False)),
        withdrew=Count("pk", filter=Q(gone=True)),
    )
    mails = Mail.objects.filter(invitation__study=study)
    sent, sending = Q(state=Mail.State.SENT), Q(state=Mail.State.SENDING)
    counted = mails.aggregate(
        sent=Count("pk", filter=sent & Q(reminder=0)),
        reminders=Count("pk", filter=sent & Q(reminder__gt=0)),
        unresolved=Count("pk", filter=sending),
    )
    refused = _refused(study)
    return Numbers(
        **listed,
        **counted,
        waiting=_uninvited(_with_address(study)).exclude(mails__state=Mail.State.REFUSED).count(),
        failed=refused.filter(mails__lasting=True).distinct().count(),
        put_off=refused.exclude(mails__lasting=True).distinct().count(),
    )


def unresolved(study: Study) -> QuerySet[Mail]:
    """Mails that were begun and never said to be sent or not: perhaps they were."""
    long_ago = timezone.now() - timedelta(minutes=UNRESOLVED_MINUTES)
    rows = Mail.objects.filter(invitation__study=study, state=Mail.State.SENDING)
    return rows.filter(moved_at__lte=long_ago).select_related("invitation").order_by("pk")


def failures(study: Study) -> QuerySet[Mail]:
    """Refused invitations of those who have none yet, the last ones first."""
    mails = Mail.objects.filter(invitation__in=_refused(study), state=Mail.State.REFUSED)
    return mails.select_related("invitation").order_by("-pk")


def settle(*, mail: Mail, sent: bool, actor: User | None = None) -> Mail:
    """A person looked it up: the mail was sent, or it was not and may be sent anew."""
    with transaction.atomic():
        row = unresolved(mail.invitation.study).select_for_update(of=("self",), no_key=True)
        found = row.filter(pk=mail.pk).first()
        if found is None:
            raise StudyError("This mail is decided already, or just being sent.")
        found.state = Mail.State.SENT if sent else Mail.State.REFUSED
        found.said = "A person looked it up."
        found.save(update_fields=["state", "said", "moved_at"])
        told = {"mail": found.message_id, "sent": sent}
        study = mail.invitation.study
        Event.objects.create(study=study, kind="mail_settled", details=told, actor=actor)
        return found


def try_again(*, mail: Mail, actor: User | None = None) -> None:
    """A person wants a refused address tried once more (its mailbox was full, say)."""
    rows = Mail.objects.filter(invitation=mail.invitation_id, state=Mail.State.REFUSED)
    if not rows.update(lasting=False, moved_at=timezone.now() - timedelta(days=1)):
        raise StudyError("Nothing was refused there.")
    study, told = mail.invitation.study, {"mail": mail.message_id}
    Event.objects.create(study=study, kind="mail_freed", details=told, actor=actor)


def _with_address(study: Study) -> QuerySet[Invitation]:
    from_list = study.invitations.filter(gone=False, unsubscribed_at=None)
    return from_list.filter(identities__kind=ADDRESS)


def _uninvited(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    invited = Mail.objects.filter(invitation=OuterRef("pk"), reminder=0).exclude(
        state=Mail.State.REFUSED
    )
    return rows.filter(~Exists(invited), participant=None)


def _refused(study: Study) -> QuerySet[Invitation]:
    return _uninvited(_with_address(study)).filter(mails__state=Mail.State.REFUSED)


def _to_invite(study: Study, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    recent = timezone.now() - timedelta(minutes=AGAIN_MINUTES)
    kept_back = Mail.objects.filter(invitation=OuterRef("pk"), state=Mail.State.REFUSED).filter(
        Q(lasting=True) | Q(moved_at__gt=recent)
    )
    rows = _uninvited(rows).filter(~Exists(kept_back))
    return rows.exclude(stratum__in=_full(study)).order_by("number")


def _to_remind(study: Study, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    channel = channel_of(study)
    since = timezone.now() - timedelta(days=channel.days)
    mails = Mail.objects.filter(invitation=OuterRef("pk"))
    sent = mails.filter(state=Mail.State.SENT)
    recent = mails.filter(moved_at__gt=since)
    last = sent.filter(reminder__gte=channel.reminders)
    final = mails.filter(lasting=True)
    room = Q(participant__isnull=False) | ~Q(stratum__in=_full(study))
    rows = rows.filter(Exists(sent), ~Exists(recent), ~Exists(last), ~Exists(final), room)
    unfinished = Q(participant=None) | Q(participant__state__in=GOING_ON)
    return rows.filter(unfinished).order_by("number")


def _full(study: Study) -> list[str]:
    """Groups of people who would find all their places taken: they are not called in vain."""
    groups = study.invitations.order_by().values_list("stratum", flat=True).distinct()
    return [group for group in groups if is_full(study, group)]
