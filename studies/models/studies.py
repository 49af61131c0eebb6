"""Studies, from draft to closed, and the files from which they are made."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from studies.models.append_only import new_token


class Study(models.Model):
    """One study, from draft to closed."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        LIVE = "live", "live"
        PAUSED = "paused", "paused"
        CLOSED = "closed", "closed"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="studies"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    link_token = models.CharField(max_length=32, unique=True, default=new_token)
    created_at = models.DateTimeField(auto_now_add=True)
    consent_version = models.PositiveSmallIntegerField(
        default=1, help_text="of what newcomers read: 1 is the file's, then amendments"
    )
    launched_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.title


class Upload(models.Model):
    """An experiment file given in the browser; a worker applies it and says what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for a worker"
        WORKING = "working", "being applied"
        APPLIED = "applied", "applied"
        REFUSED = "refused", "refused"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="study_uploads"
    )
    text = models.TextField(help_text="the file, as it was given")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    message = models.CharField(max_length=200, blank=True, help_text="what the worker is doing")
    problems = models.JSONField(default=list, help_text="why it was refused: line, place, message")
    study = models.ForeignKey(
        Study, models.CASCADE, null=True, blank=True, related_name="uploads", help_text="the result"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"upload {self.pk}: {self.state}"
