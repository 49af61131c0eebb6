"""What checks found, what people decided about it, and what checks keep: written once."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from studies.models.append_only import AppendOnly
from studies.models.people import Participant


class Flag(AppendOnly):
    """What one check found in one participant's session; of several the latest holds."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="flags")
    found_by = models.CharField(max_length=40, help_text="name of the check")
    version = models.PositiveSmallIntegerField(help_text="of the check")
    consequence = models.CharField(
        max_length=10, help_text="note, flag, screen_out or exclude, as the file had it"
    )
    failed = models.BooleanField(help_text="false: an earlier finding does not hold any more")
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="failed attention checks in it, as panels count them"
    )
    sentence = models.TextField(help_text="what was found, in words")
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["participant", "found_by"])]

    def __str__(self) -> str:
        return f"{self.found_by}: {self.sentence}"


class Review(AppendOnly):
    """What a person decided about a participant, having seen the evidence; the latest holds."""

    class Decision(models.TextChoices):
        UPHELD = "upheld", "the finding holds"
        SET_ASIDE = "set_aside", "the finding is set aside"
        ACCEPTED = "accepted", "portfolio accepted"
        DECLINED = "declined", "portfolio declined"
        ASKED_TO_RETURN = "asked_to_return", "asked to return the submission"
        REJECTED = "rejected", "submission rejected"

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="reviews")
    found_by = models.CharField(
        max_length=40, blank=True, help_text="name of the check; empty: about the whole submission"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20, choices=Decision.choices)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.reason}"


class Attempt(AppendOnly):
    """One try at the questions that a check asks before the trials."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="attempts")
    found_by = models.CharField(max_length=40, help_text="name of the check")
    number = models.PositiveSmallIntegerField(help_text="from 1")
    answers = models.JSONField(help_text="question → place of the choice, from 0")
    right = models.PositiveSmallIntegerField()
    asked = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["participant", "found_by", "number"], name="attempt_once"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} at {self.found_by}"


class BrowserMark(AppendOnly):
    """That two participants of a study came with the same browser; nothing else can be read."""

    participant = models.OneToOneField(Participant, models.PROTECT, related_name="browser")
    mark = models.CharField(
        max_length=64, db_index=True, help_text="keyed hash of a random cookie and the study"
    )

    def __str__(self) -> str:
        return f"browser of {self.participant_id}"
