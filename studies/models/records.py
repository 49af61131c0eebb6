"""What is on record: answers, and what happened to a study or a participant; written once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from studies.models.append_only import AppendOnly
from studies.models.people import Participant, Trial
from studies.models.studies import Study


class Response(AppendOnly):
    """One answer to one question; `trial` is empty for questions about the person."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="responses")
    trial = models.ForeignKey(
        Trial, models.PROTECT, null=True, blank=True, related_name="responses"
    )
    question = models.CharField(max_length=60)
    answer = models.TextField(help_text="the label or text as it was shown, or as it was written")
    value = models.IntegerField(null=True, blank=True, help_text="the point on the scale, from 1")
    scale = models.PositiveSmallIntegerField(null=True, blank=True, help_text="points on the scale")
    details = models.JSONField(
        default=dict,
        help_text="what was given with the answer: marks as [x, y] in [0, 1], what was chosen, ...",
    )
    answered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trial", "question"],
                condition=Q(trial__isnull=False),
                name="response_once_per_trial",
            ),
            models.UniqueConstraint(
                fields=["participant", "question"],
                condition=Q(trial__isnull=True),
                name="response_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.answer}"


class Event(AppendOnly):
    """What happened to a study or a participant, when, and by whom."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="events")
    participant = models.ForeignKey(
        Participant, models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"
