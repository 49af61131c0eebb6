"""Who judges: participants, and the screens each of them is given."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.append_only import new_token
from studies.models.designs import Item
from studies.models.studies import Study


class Participant(models.Model):
    """A person (or a simulated rater) who agreed to take part. No name, no address, no IP."""

    class State(models.TextChoices):
        ACTIVE = "active", "taking part"
        FINISHED = "finished", "finished"
        LAPSED = "lapsed", "left, place given back"
        SCREENED_OUT = "screened_out", "screened out"
        WITHDRAWN = "withdrawn", "withdrew"

    study = models.ForeignKey(Study, models.PROTECT, related_name="participants")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    code = models.CharField(max_length=12, help_text="pseudonym in exports, e.g. P-7F3K2")
    channel = models.CharField(max_length=30)
    population = models.CharField(max_length=60, blank=True, help_text="set by the expertise check")
    simulated = models.BooleanField(default=False)
    stratum = models.CharField(
        max_length=60, blank=True, help_text="the quota that the person counts towards"
    )
    arm = models.TextField(
        blank=True, help_text="levels of the factors that vary between participants"
    )
    row = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="of the Latin square of conditions, from 0"
    )
    met = models.TextField(
        blank=True, help_text="numbers of the conditions they meet, where these are not all"
    )
    late = models.BooleanField(
        default=False,
        help_text="came back after all places were taken, and was let finish: beyond the target",
    )
    language = models.CharField(max_length=12, default="en", help_text="of the pages they saw")
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    consented_at = models.DateTimeField()
    consent_sha256 = models.CharField(max_length=64, help_text="of the text that was agreed to")
    consent_version = models.PositiveSmallIntegerField(default=1, help_text="of that text")
    consent_due = models.BooleanField(
        default=False,
        help_text="the information was changed since: nothing is shown or kept before they agree",
    )
    lease_until = models.DateTimeField(help_text="the place is given back after this silence")
    finished_at = models.DateTimeField(null=True, blank=True)
    completion_code = models.CharField(max_length=20, blank=True)
    seed = models.BigIntegerField(help_text="order and layout are drawn from it")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "code"], name="participant_code"),
        ]
        indexes: ClassVar = [models.Index(fields=["study", "state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.code}{' SIMULATED' if self.simulated else ''}"


class Trial(models.Model):
    """One screen for one participant. Practice trials come first and are marked."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="trials")
    item = models.ForeignKey(Item, models.PROTECT, related_name="trials")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    position = models.PositiveIntegerField()
    practice = models.BooleanField(default=False)
    part = models.CharField(
        max_length=60,
        blank=True,
        help_text="the screen, where a kind asks about an item on several",
    )
    repeat = models.PositiveSmallIntegerField(
        default=0, help_text="0 the first time; a hidden repetition counts from 1"
    )
    block = models.PositiveSmallIntegerField(default=0, help_text="breaks lie between blocks")
    kind = models.CharField(max_length=40)
    layout = models.JSONField(default=dict, help_text="order of slots and sides, fixed when made")
    shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    rt_ms = models.PositiveIntegerField(null=True, blank=True)
    viewing = models.JSONField(default=dict, help_text="rendered size, pixel ratio, zooms, ...")
    undelivered = models.PositiveSmallIntegerField(
        default=0, help_text="how often its pictures did not arrive; nothing was judged then"
    )
    released = models.BooleanField(
        default=False, help_text="never answered; its place on the item was given back"
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "position"], name="trial_position"),
            models.UniqueConstraint(
                fields=["participant", "item", "part", "repeat"], name="trial_item_once"
            ),
            models.CheckConstraint(
                condition=Q(released=False) | Q(answered_at__isnull=True),
                name="trial_answered_or_released",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["item", "released"])]

    def __str__(self) -> str:
        return f"trial {self.position} of {self.participant_id}"
