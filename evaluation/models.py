"""What was measured, and what was found."""

from typing import ClassVar

from django.db import models

from generation.models import Image
from studies.models import Study


class Measurement(models.Model):
    """One metric's value for one saved image, against a reference where it needs one."""

    image = models.ForeignKey(Image, models.PROTECT, related_name="measurements")
    reference = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="reference_measurements"
    )
    metric = models.CharField(max_length=60)
    version = models.CharField(
        max_length=64, help_text="hash of code version, settings and network checksums"
    )
    provenance = models.JSONField(help_text="what the version is the hash of")
    value = models.FloatField(null=True, help_text="empty where infinite (PSNR of equal images)")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "reference", "metric", "version"],
                name="measured_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.image_id[:12]}: {self.value}"


class Report(models.Model):
    """The findings of a study at one moment, under the hash of the table they came from."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="reports")
    design_sha256 = models.CharField(max_length=64, blank=True)
    table_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    findings = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"report of {self.study} at {self.created_at}"
