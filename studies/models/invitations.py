"""Invitations: who is on a study's list, each mail of theirs, and which addresses want none.

No address stands here: those are in the table of identities, encrypted, with a day to go.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.append_only import new_token
from studies.models.people import Participant
from studies.models.studies import Study


class Invitation(models.Model):
    """One line of a study's list, and its personal link; taken by one participant at most."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="invitations")
    participant = models.OneToOneField(
        Participant, models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    token = models.CharField(max_length=32, unique=True, default=new_token)
    number = models.PositiveIntegerField(help_text="on the study's list, from 1")
    stratum = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=12)
    invited_at = models.DateTimeField(auto_now_add=True)
    unsubscribed_at = models.DateTimeField(
        null=True, blank=True, help_text="asked by its mails for no more of them"
    )
    gone = models.BooleanField(
        default=False, help_text="its person withdrew: the address is deleted, no mail follows"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="invitation_number"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.number} of {self.study_id}"


class Mail(models.Model):
    """One mail to somebody on the list: on record as “sending” before the server hears of it."""

    class State(models.TextChoices):
        SENDING = "sending", "being sent, or perhaps sent"
        SENT = "sent", "taken by the mail server"
        REFUSED = "refused", "not sent"

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="mails")
    reminder = models.PositiveSmallIntegerField(default=0, help_text="0: the invitation itself")
    state = models.CharField(max_length=8, choices=State.choices, default=State.SENDING)
    lasting = models.BooleanField(
        default=False, help_text="refused for good: not tried again by itself"
    )
    said = models.CharField(max_length=300, blank=True, help_text="the server, without addresses")
    message_id = models.CharField(max_length=300, help_text="to find it in the server's log")
    begun_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invitation", "reminder"],
                condition=~Q(state="refused"),
                name="mail_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "moved_at"])]

    def __str__(self) -> str:
        return f"mail {self.reminder} of {self.invitation_id}: {self.state}"


class NoMail(models.Model):
    """An address that gets no mail, as a keyed hash: of this site, or of one study's lists."""

    study = models.ForeignKey(
        Study, models.CASCADE, null=True, blank=True, related_name="+", help_text="none: the site"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_with = models.CharField(max_length=12, help_text="the name of the key of the hash")

    class Meta:
        verbose_name_plural = "addresses without mail"

    def __str__(self) -> str:
        return f"no mail: {self.digest[:8]}…"
