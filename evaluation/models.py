"""What was measured, and what was found."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from generation.models import Image
from studies.models import Item, Study

LONGEST_PROMPT = 600
"""Characters: PostgreSQL's unique index over a row's keys holds no more than 2.7 kB."""


class Gallery(models.Model):
    """The originals that pictures were held against all together, by their sha256."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    document = models.JSONField(help_text="own, others: what the sha256 is of")

    def __str__(self) -> str:
        return f"gallery {self.sha256[:12]}"


class Measurement(models.Model):
    """One metric's value for one saved image, against whatever it needs to be held against.

    What a metric says of a judged item is the mean over its pictures (`queries.measurements`).
    """

    image = models.ForeignKey(Image, models.PROTECT, related_name="measurements")
    reference = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="reference_measurements"
    )
    genre = models.CharField(
        max_length=200, blank=True, help_text="that it was held against, where it was a genre"
    )
    prompt = models.CharField(
        max_length=LONGEST_PROMPT, blank=True, help_text="that it was painted from"
    )
    gallery = models.CharField(max_length=64, blank=True, help_text="sha256 of a Gallery")
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
                fields=["image", "genre", "prompt", "gallery", "metric", "version"],
                condition=Q(reference__isnull=True),
                name="measured_once_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.image_id[:12]}: {self.value}"


class MeasuringStage(models.Model):
    """What one stage of a costly metric found in a picture: a killed run goes on after the last."""

    image = models.ForeignKey(Image, models.PROTECT, related_name="measuring_stages")
    metric = models.CharField(max_length=60)
    version = models.CharField(max_length=64, help_text="as that of a measurement")
    number = models.PositiveSmallIntegerField(help_text="from 0")
    document = models.JSONField(help_text="labels, count of timesteps, total errors")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["image", "metric", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "version", "number"], name="stage_measured_once"
            ),
        ]

    def __str__(self) -> str:
        return f"stage {self.number} of {self.metric} of {self.image_id[:12]}"


class PictureFeatures(models.Model):
    """What a network says of a picture, kept so that set metrics need not ask it again."""

    picture = models.CharField(
        max_length=129, help_text="sha256 of its file; of a pair, both joined by a colon"
    )
    version = models.CharField(
        max_length=64, help_text="hash of the kind of features, code version and network checksum"
    )
    vector = models.BinaryField(help_text="little-endian float32")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["picture", "version"], name="features_kept_once"),
        ]

    def __str__(self) -> str:
        return f"features {self.version[:12]} of {self.picture[:12]}"


class PictureMap(models.Model):
    """Where a metric sees a difference in one saved image: means over the cells of a grid."""

    image = models.ForeignKey(Image, models.PROTECT, related_name="picture_maps")
    reference = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="reference_maps"
    )
    map = models.CharField(max_length=60)
    version = models.CharField(
        max_length=64, help_text="hash of code version, settings, grid and network checksums"
    )
    provenance = models.JSONField(help_text="what the version is the hash of")
    grid = models.BinaryField(help_text="little-endian float32, row by row from the upper left")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # two constraints, because SQLite takes no NULLS NOT DISTINCT
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "reference", "version"],
                condition=Q(reference__isnull=False),
                name="mapped_once_against_a_reference",
            ),
            models.UniqueConstraint(
                fields=["image", "version"],
                condition=Q(reference__isnull=True),
                name="mapped_once_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"map {self.map} of {self.image_id[:12]}"


class SetMeasurement(models.Model):
    """One set metric's value for a set of pictures of a study against another set."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="set_measurements")
    set_metric = models.CharField(max_length=60)
    version = models.CharField(
        max_length=64, help_text="hash of code version, settings and network checksums"
    )
    provenance = models.JSONField(help_text="what the version is the hash of")
    against = models.CharField(max_length=20, help_text="originals or clean")
    levels = models.JSONField(help_text="factors of the condition, era and artist where told apart")
    pictures_sha256 = models.CharField(
        max_length=64, help_text="of the levels and of both sets, each picture with its artist"
    )
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    facts = models.JSONField(
        help_text="level and method of the interval, sizes, values by chance, warnings"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["set_metric", "against", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "set_metric", "version", "against", "pictures_sha256"],
                name="set_measured_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.set_metric} of {self.study} against {self.against}: {self.value}"


class ScoreFile(models.Model):
    """A CSV of scores by metrics that were computed elsewhere, as it was given.

    Nothing of it counts before it is accepted, nor after it is removed. Of each metric, the newest
    file that has it is what counts.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="score_files")
    name = models.CharField(max_length=255, help_text="of the file, as it was given")
    sha256 = models.CharField(max_length=64, help_text="of the file's bytes")
    text = models.TextField(help_text="the file itself")
    direction = models.CharField(max_length=10, help_text="where the file says none")
    given_by = models.CharField(max_length=150, help_text="user, or “command line”")
    given_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    directions = models.JSONField(default=dict, help_text="metric → higher or lower is better")
    left_out = models.PositiveIntegerField(
        default=0, help_text="lines about nothing in this study, left out on purpose"
    )
    removed_by = models.CharField(max_length=150, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"


class ImportedScore(models.Model):
    """One row of a file of scores: of a judged item, or of one picture of it."""

    file = models.ForeignKey(ScoreFile, models.PROTECT, related_name="scores")
    # the items of a draft are laid out anew with its file: what was said of the old ones goes
    item = models.ForeignKey(Item, models.CASCADE, related_name="imported_scores")
    picture = models.CharField(
        max_length=64, blank=True, help_text="sha256, empty where the row is about the whole item"
    )
    metric = models.CharField(max_length=60)
    value = models.FloatField(null=True, help_text="empty where infinite")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["file", "item", "picture", "metric"], name="score_imported_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.item}: {self.value}"


class Report(models.Model):
    """The findings of a study at one moment; the same table and seed give the same report."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="reports")
    design_sha256 = models.CharField(max_length=64, blank=True)
    table_sha256 = models.CharField(
        max_length=64, help_text="of the ratings, measurements, analysis plan and code versions"
    )
    seed = models.BigIntegerField()
    document = models.JSONField(help_text="findings, tables, charts and facts, ready to be shown")
    rows = models.BinaryField(
        default=bytes, help_text="the table of answers that it rests on: CSV, packed with gzip"
    )
    files = models.JSONField(
        default=dict, help_text="name → sha256 in the store, of what takes long to make"
    )
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


class ReportRequest(models.Model):
    """A report that was asked for on the page; a worker computes it, and any other goes on with it.

    Moved between states by conditional updates only; `claim` and `lease_until` say who holds it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for a worker"
        WORKING = "working", "being computed"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    study = models.ForeignKey(Study, models.PROTECT, related_name="report_requests")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    claim = models.UUIDField(null=True, blank=True, help_text="the worker that holds it")
    lease_until = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0, help_text="steps, of `total`")
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True, help_text="what it is doing, or why it failed")
    report = models.ForeignKey(
        Report, models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study"],
                condition=Q(state__in=["waiting", "working"]),
                name="one_report_under_way_per_study",
            ),
        ]

    def __str__(self) -> str:
        return f"report of {self.study_id} asked for: {self.state}"
