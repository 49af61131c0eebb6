"""Artworks, images, mimics, recipes and the jobs that carry them out.

An `Image` is bytes, addressed by their sha256, and so is a `Mimic`. A `Recipe` is how one of them
is made: one node of a graph whose leaves are artworks; its key is the hash of its canonical JSON
(`recipe.py`), so the same recipe is the same row and never runs twice. A `Job` is the work of
carrying a recipe out; the row is the truth, the queue only carries ids. A `Production` is one
tensor batch that really ran: replaying it gives the same bytes on the same device.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Collection(models.Model):
    """A set of artworks imported together, named by a slug that experiment files use."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.title or self.slug


class Image(models.Model):
    """An immutable image file in the store: 8-bit sRGB PNG without metadata."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.width}×{self.height})"


class Mimic(models.Model):
    """An immutable file in the store: what a mimicry learnt from an artist's pictures."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    record = models.JSONField(
        help_text="method, base network, losses, seconds and what else is told of the training"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size} bytes)"


class Rights(models.TextChoices):
    """Why an artwork may be here."""

    PUBLIC_DOMAIN = "public_domain", "public domain"
    LICENCE = "licence", "licence"
    CONSENT = "consent", "consent document"


class Artwork(models.Model):
    """A picture by a painter, with the record of the right to use it."""

    collection = models.ForeignKey(Collection, models.PROTECT, related_name="artworks")
    image = models.ForeignKey(Image, models.PROTECT, related_name="artworks")
    source_name = models.CharField(max_length=500, help_text="path inside the imported folder")
    source_sha256 = models.CharField(max_length=64, help_text="of the file as it was imported")
    painter = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    year = models.CharField(max_length=40, blank=True)
    rights = models.CharField(max_length=20, choices=Rights.choices)
    rights_statement = models.TextField(
        help_text="why: date of death, name of the licence, or what was consented to"
    )
    consent_sha256 = models.CharField(max_length=64, blank=True, help_text="of the stored document")
    notes = models.JSONField(
        default=dict, help_text="columns: further ones of the manifest; changes: made to get here"
    )
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["painter", "title", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "image"], name="artwork_once"),
            models.CheckConstraint(
                condition=~Q(rights=Rights.CONSENT) | ~Q(consent_sha256=""),
                name="artwork_consent_has_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.painter}: {self.title}"


class Production(models.Model):
    """One tensor batch that ran: which recipes, in which order, on what; enough to replay it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipe_keys = models.JSONField(help_text="in the order of the batch")
    device = models.CharField(max_length=60)
    environment = models.JSONField(help_text="versions, threads, processor")
    started_at = models.DateTimeField()
    seconds = models.FloatField()

    def __str__(self) -> str:
        return f"{len(self.recipe_keys)} recipes on {self.device}"


class Recipe(models.Model):
    """How one image or mimic is made: a step, its settings and the recipes of its inputs."""

    key = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=30, help_text="a name in generation.steps.KINDS, or artwork")
    method = models.CharField(max_length=60)
    document = models.JSONField(help_text="what the key is the hash of")
    image = models.ForeignKey(Image, models.PROTECT, null=True, blank=True, related_name="recipes")
    mimic = models.ForeignKey(Mimic, models.PROTECT, null=True, blank=True, related_name="recipes")
    realised = models.JSONField(
        default=dict, help_text="linf, l2, lpips on [0, 1], of the saved 8-bit image"
    )
    production = models.ForeignKey(
        Production, models.PROTECT, null=True, blank=True, related_name="recipes"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    inputs: "models.ManyToManyField[Recipe, RecipeInput]" = models.ManyToManyField(
        "self", through="RecipeInput", symmetrical=False, related_name="used_by"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(image=None) | Q(mimic=None), name="recipe_makes_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.method} {self.key[:12]}"

    @property
    def is_made(self) -> bool:
        """Whether what it makes is there: an image, or a mimic."""
        return self.image_id is not None or self.mimic_id is not None


def unmade(path: str = "") -> Q:
    """Recipes, reached by `path` (“source__”), whose image or mimic is not there yet."""
    return Q(**{f"{path}image": None, f"{path}mimic": None})


class RecipeInput(models.Model):
    """One arrow of the graph: `recipe` takes `source` as its input called `role`."""

    recipe = models.ForeignKey(Recipe, models.CASCADE, related_name="input_links")
    source = models.ForeignKey(Recipe, models.PROTECT, related_name="output_links")
    role = models.CharField(max_length=30, help_text="image, target, mimic, 001, ...")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipe", "role"], name="recipe_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.recipe_id[:12]}"


class Job(models.Model):
    """The work of carrying out one recipe; moved between states by conditional updates only."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for its inputs"
        READY = "ready", "ready"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    class Purpose(models.TextChoices):
        MAKE = "make", "make it"
        VERIFY = "verify", "make it again and compare"

    recipe = models.ForeignKey(Recipe, models.PROTECT, related_name="jobs")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.MAKE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    group = models.CharField(
        max_length=64, help_text="jobs with the same group may share one tensor batch"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True, help_text="back-off after a failure")
    queued_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, help_text="the batch that holds the job")
    worker = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0.0, help_text="0 to 1")
    message = models.TextField(blank=True, help_text="what it is doing, or why it failed")
    sheets = models.JSONField(
        default=list, blank=True, help_text="of a training: step and image of each sample sheet"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recipe"], condition=Q(purpose="make"), name="recipe_made_by_one_job"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "group"])]

    def __str__(self) -> str:
        return f"{self.purpose} {self.recipe_id[:12]}: {self.state}"

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still to be done."""
        return self.state in {self.State.WAITING, self.State.READY, self.State.RUNNING}

    @property
    def newest_sheets(self) -> list[tuple[int, str]]:
        """Step and image of each sample sheet, the newest first."""
        return [(step, image) for step, image in reversed(self.sheets)]
