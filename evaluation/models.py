"""What was measured, and what was found."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from generation.models import Image
from studies.models import Study


class Measurement(models.Model):
    """One metric's value for one saved image, against a reference or a genre where it needs one.

    What a metric says of a judged item is the mean over its pictures (`queries.measurements`).
    """

    image = models.ForeignKey(Image, models.PROTECT, related_name="measurements")
    reference = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="reference_measurements"
    )
    genre = models.CharField(
        max_length=200, blank=True, help_text="that it was held against, where it was a genre"
    )
    metric = models.CharField(max_length=60, help_text="name, with .part where it gives several")
    version = models.CharField(
        max_length=64, help_text="hash of code version, settings and network checksums"
    )
    provenance = models.JSONField(help_text="what the version is the hash of")
    value = models.FloatField(null=True, help_text="empty where infinite (PSNR of equal images)")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # two constraints, because SQLite takes no NULLS NOT DISTINCT
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "reference", "metric", "version"],
                condition=Q(reference__isnull=False),
                name="measured_once_against_a_reference",
            ),
            models.UniqueConstraint(
                fields=["image", "genre", "metric", "version"],
                condition=Q(reference__isnull=True),
                name="measured_once_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.image_id[:12]}: {self.value}"


class Report(models.Model):
    """The findings of a study at one moment; the same table and seed give the same report."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="reports")
    design_sha256 = models.CharField(max_length=64, blank=True)
    table_sha256 = models.CharField(
        max_length=64, help_text="of the ratings, measurements, analysis plan and code versions"
    )
    seed = models.BigIntegerField()
    document = models.JSONField(help_text="findings, tables, charts and facts, ready to be shown")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "table_sha256", "seed"], name="report_once_per_table_and_seed"
            ),
        ]

    def __str__(self) -> str:
        return f"report of {self.study} at {self.created_at}"
