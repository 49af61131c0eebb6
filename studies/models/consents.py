"""What participants are told and agree to: each text word for word, and who agreed to which."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from studies.models.append_only import AppendOnly
from studies.models.people import Participant
from studies.models.studies import Study


class ConsentAmendment(AppendOnly):
    """The information of a launched study was changed: to what, why, when, by whom.

    The experiment file is version 1; amendments count from 2. Each is hashed with the hash before
    it, the first with the design's: a version that was changed or taken out later would show.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="consent_amendments")
    version = models.PositiveSmallIntegerField()
    document = models.JSONField(help_text="parts of the file's section `study` that it replaces")
    reason = models.TextField()
    before_sha256 = models.CharField(max_length=64, help_text="of the version before")
    sha256 = models.CharField(max_length=64, help_text="of all the above")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "version"], name="consent_amendment_version"),
        ]

    def __str__(self) -> str:
        return f"information {self.version} of {self.study_id}"


class ConsentText(AppendOnly):
    """All that a person reads before agreeing, in one language; its sha256 is its name."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="consent_texts")
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, help_text="of `text`")
    text = models.TextField(
        help_text="a JSON list: title, information, statements, what is kept, whom to ask"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["version", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "version", "language"], name="consent_text_version"
            ),
        ]

    def __str__(self) -> str:
        return f"information {self.version} ({self.language})"


class Agreement(AppendOnly):
    """That a participant agreed to a text, and when."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="agreements")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="agreements")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "text"], name="agreement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.participant} agreed to {self.text}"
