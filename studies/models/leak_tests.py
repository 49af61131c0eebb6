"""Blind checks that were asked for in the browser; a worker carries them out."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from studies.models.studies import Study


class LeakTest(models.Model):
    """One blind check on its way through a worker; its certificate is an event of the study."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for a worker"
        WORKING = "working", "under way"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    study = models.ForeignKey(Study, models.PROTECT, related_name="leak_tests")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    participants = models.PositiveSmallIntegerField(help_text="marked raters who crawl")
    by_http = models.BooleanField(
        default=False, help_text="over HTTP, as the site sends it; else by the site's own code"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveSmallIntegerField(default=0, help_text="raters who are through")
    problem = models.TextField(blank=True, help_text="why it failed, in a sentence")
    created_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="last sign of the worker")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study"],
                condition=Q(state__in=["waiting", "working"]),
                name="leak_test_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"leak test {self.pk}: {self.state}"
