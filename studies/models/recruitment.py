"""Recruitment: who arrived how, the panel's study and submissions, receipts, and the ledger.

No name of a person stands here: those are in the table of identities, encrypted. What a panel
calls a submission does, because money is accounted by it; it is never exported.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from studies.models.append_only import AppendOnly
from studies.models.people import Participant
from studies.models.studies import Study


class Arrival(models.Model):
    """How a participant came: through which channel, and on which visit first and last."""

    participant = models.OneToOneField(Participant, models.CASCADE, related_name="arrival")
    channel = models.CharField(max_length=30)
    visit = models.CharField(
        max_length=100, blank=True, help_text="the channel's name for the visit, not the person"
    )
    verified = models.BooleanField(default=False, help_text="proved by a signature or a secret")
    visits = models.PositiveIntegerField(default=1, help_text="different visits, the first too")
    earlier = models.JSONField(default=list, help_text="visits before the last one, in order")
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["channel", "visit"])]

    def __str__(self) -> str:
        return f"{self.participant_id} by {self.channel}"


class ExitCode(models.Model):
    """The code that everybody who leaves a study in one way shows to the panel."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="exit_codes")
    exit = models.CharField(max_length=20)
    code = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "exit"], name="exit_code_exit"),
            models.UniqueConstraint(fields=["study", "code"], name="exit_code_code"),
        ]

    def __str__(self) -> str:
        return f"{self.exit}: {self.code}"


class Receipt(AppendOnly):
    """What is durably stored of somebody who leaves; no code is shown without one."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="receipts")
    exit = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    answers = models.PositiveIntegerField(help_text="rows that were read back")
    sha256 = models.CharField(max_length=64, help_text="of those rows, in order")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "exit"], name="receipt_once_per_exit"),
        ]

    def __str__(self) -> str:
        return f"{self.exit}: {self.answers} answers"


class PanelStudy(models.Model):
    """The study as the panel has it: what was sent, what it costs, where it stands."""

    study = models.OneToOneField(Study, models.CASCADE, related_name="panel_study")
    panel = models.CharField(max_length=30)
    reference = models.CharField(max_length=100, blank=True, help_text="the panel's id")
    state = models.CharField(max_length=40, blank=True, help_text="as the panel says it")
    stated_at = models.DateTimeField(null=True, blank=True)
    sent = models.JSONField(default=dict, help_text="what it was created from")
    places = models.PositiveIntegerField(default=0)
    total_cost = models.BigIntegerField(
        null=True, blank=True, help_text="hundredths, fees and tax in it, as the panel reckoned"
    )
    currency = models.CharField(max_length=3, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="last reconciled with the panel"
    )
    mismatches = models.JSONField(default=list, help_text="what the last check found")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel", "reference"],
                condition=~Q(reference=""),
                name="panel_study_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel}: {self.reference or 'not created'}"


class Submission(models.Model):
    """One person's work as the panel sees it; `participant` where we have their data."""

    panel_study = models.ForeignKey(PanelStudy, models.CASCADE, related_name="submissions")
    participant = models.ForeignKey(
        Participant, models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    reference = models.CharField(max_length=100)
    state = models.CharField(max_length=40, help_text="as the panel says it, known to us or not")
    stated_at = models.DateTimeField(help_text="when the panel said so: older words do not count")
    applied_state = models.CharField(
        max_length=40, blank=True, help_text="the last state that our places followed"
    )
    code = models.CharField(max_length=60, blank=True, help_text="that the person gave the panel")
    bonus = models.BigIntegerField(
        null=True, blank=True, help_text="hundredths that the panel says were paid on top"
    )
    approval_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="when approval was asked for from here: paid, or will be"
    )
    erased = models.BooleanField(
        default=False, help_text="its person had everything erased: it is tied to nobody again"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel_study", "reference"], name="submission_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"


class PanelEvent(AppendOnly):
    """A webhook that was taken in; its id is here once, however often it is delivered."""

    panel = models.CharField(max_length=30)
    event = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    resource = models.CharField(max_length=100)
    stated_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "event"], name="panel_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.resource}"


class BonusBatch(models.Model):
    """One payment of bonuses: written before the panel hears of it, and paid at most once."""

    class State(models.TextChoices):
        INTENDED = "intended", "written down, not sent"
        CREATED = "created", "known to the panel, not paid"
        PAYING = "paying", "being paid"
        PAID = "paid", "paid"
        UNRESOLVED = "unresolved", "perhaps paid: look it up at the panel"
        REFUSED = "refused", "not paid"

    panel_study = models.ForeignKey(PanelStudy, models.PROTECT, related_name="batches")
    state = models.CharField(max_length=12, choices=State.choices, default=State.INTENDED)
    reference = models.CharField(max_length=100, blank=True, help_text="the panel's id of it")
    currency = models.CharField(max_length=3)
    message = models.CharField(max_length=300, blank=True, help_text="what the panel answered")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"bonuses {self.pk}: {self.state}"


class Bonus(models.Model):
    """One line of a batch; the same purpose is paid once per person (and so per submission)."""

    batch = models.ForeignKey(BonusBatch, models.PROTECT, related_name="lines")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="bonuses")
    purpose = models.CharField(max_length=60)
    amount = models.PositiveBigIntegerField(help_text="hundredths of the currency")
    refused = models.BooleanField(default=False, help_text="surely not paid; may be tried anew")

    class Meta:
        verbose_name_plural = "bonuses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["submission", "purpose"],
                condition=Q(refused=False),
                name="bonus_once_per_purpose",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bonus_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.purpose}"
