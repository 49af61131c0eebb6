"""Free text before it leaves: what a program found in it, who looked, what a person decided."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from studies.models.append_only import AppendOnly
from studies.models.records import Response


class TextScan(models.Model):
    """What may tell who somebody is, as the patterns of that day found it; made anew at will."""

    response = models.OneToOneField(Response, models.PROTECT, related_name="scan")
    found = models.JSONField(default=list, help_text="[start, end, label] of every passage")
    patterns = models.CharField(max_length=12, help_text="sha256 of the patterns, its beginning")

    def __str__(self) -> str:
        return f"{len(self.found)} passages in answer {self.response_id}"


class TextLook(AppendOnly):
    """That a researcher had a free text shown as it was written, and when."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="looks")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.actor} read answer {self.response_id}"


class TextDecision(AppendOnly):
    """What a person decided about one passage of a free text; of several the latest holds.

    It says where the passage stands, and never what stands there.
    """

    class Decision(models.TextChoices):
        KEEP = "keep", "stays masked"
        RELEASE = "release", "released"
        MASK = "mask", "masked by hand"

    response = models.ForeignKey(Response, models.PROTECT, related_name="text_decisions")
    start = models.PositiveIntegerField(help_text="of the passage's first character, from 0")
    end = models.PositiveIntegerField(help_text="behind its last one")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="text_decision_span"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} to {self.end}: {self.get_decision_display()}"
