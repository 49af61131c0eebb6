"""Who a participant is to somebody outside: apart from all else, encrypted, with a date to go."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.invitations import Invitation
from studies.models.people import Participant
from studies.models.studies import Study


class Identity(models.Model):
    """One external identifier of a participant, e.g. the panel's name for the person, or of
    somebody who is invited; once they take part, of both."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="identities")
    participant = models.ForeignKey(
        Participant, models.CASCADE, null=True, blank=True, related_name="identities"
    )
    invitation = models.ForeignKey(
        Invitation, models.CASCADE, null=True, blank=True, related_name="identities"
    )
    kind = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, help_text="keyed hash, to find it again")
    sealed = models.TextField(help_text="encrypted under the site's key")
    sealed_with = models.CharField(max_length=12, help_text="the name of that key")
    delete_after = models.DateTimeField(help_text="from then on it is deleted")

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "kind"], name="identity_kind"),
            models.UniqueConstraint(fields=["invitation", "kind"], name="identity_invited_kind"),
            models.CheckConstraint(
                condition=Q(participant__isnull=False) | Q(invitation__isnull=False),
                name="identity_of_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["study", "kind", "digest"]),
            models.Index(fields=["delete_after"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.participant_id or self.invitation}"
