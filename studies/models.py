"""Studies, what is judged in them, who judges, and what they answered.

Answers are append-only and unique per trial and question; a study's protocol, stimuli and design
are frozen at launch under one hash; whatever happens to a study or a participant is an `Event`.
"""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from generation.models import Artwork, Image, Recipe
from studies.frozen import Design


def new_token() -> str:
    """132 random bits as 22 URL-safe characters: carries nothing, cannot be guessed."""
    return secrets.token_urlsafe(16)


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
    launched_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.title


class Protocol(Design):
    """The experiment file of a study; frozen when it has a design hash."""

    protocol_path = ""
    study = models.OneToOneField(Study, models.CASCADE, related_name="protocol")
    source = models.TextField(help_text="the YAML as it was given")
    document = models.JSONField(help_text="the same, checked and with defaults filled in")
    sha256 = models.CharField(max_length=64, help_text="of the canonical JSON of the document")
    drawn = models.JSONField(
        default=dict, help_text="what was drawn when it was applied: target styles and pictures"
    )
    design_sha256 = models.CharField(
        max_length=64, blank=True, help_text="of protocol, stimuli and seed; set at launch"
    )
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(design_sha256=""),
                name="protocol_frozen_under_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"protocol of {self.study}"


class Condition(Design):
    """One cell of the crossed factors, e.g. {protection: glaze, budget: 0.05, ...}."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="conditions")
    position = models.PositiveIntegerField()
    levels = models.JSONField(help_text="factor → level")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "position"], name="condition_position"),
        ]

    def __str__(self) -> str:
        return " · ".join(str(level) for level in self.levels.values())


class Item(Design):
    """What one trial is about: an artwork under a condition. Practice items have no condition."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    condition = models.ForeignKey(
        Condition, models.CASCADE, null=True, blank=True, related_name="items"
    )
    artwork = models.ForeignKey(Artwork, models.PROTECT, related_name="items")
    practice = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "position"], name="item_position"),
            models.CheckConstraint(
                condition=Q(practice=True) | Q(condition__isnull=False),
                name="item_has_condition_or_is_practice",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.position} of {self.study_id}"


class Stimulus(Design):
    """One image of an item. `slot` says which (original, altered, image, ...)."""

    protocol_path = "item__study__protocol__"
    item = models.ForeignKey(Item, models.CASCADE, related_name="stimuli")
    slot = models.CharField(max_length=30)
    recipe = models.ForeignKey(Recipe, models.PROTECT, related_name="stimuli")
    image = models.ForeignKey(
        Image,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stimuli",
        help_text="what the recipe gave; fixed at launch",
    )
    rendition_sha256 = models.CharField(
        max_length=64, blank=True, help_text="the padded bytes that raters are sent; set at launch"
    )

    class Meta:
        verbose_name_plural = "stimuli"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "slot"], name="stimulus_slot"),
        ]

    @property
    def study_key(self) -> int:
        return self.item.study_id

    def __str__(self) -> str:
        return f"{self.slot} of item {self.item_id}"


class Participant(models.Model):
    """A person (or a simulated rater) who agreed to take part. No name, no address, no IP."""

    class State(models.TextChoices):
        ACTIVE = "active", "taking part"
        FINISHED = "finished", "finished"
        LAPSED = "lapsed", "left, place given back"

    study = models.ForeignKey(Study, models.PROTECT, related_name="participants")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    code = models.CharField(max_length=12, help_text="pseudonym in exports, e.g. P-7F3K2")
    channel = models.CharField(max_length=30)
    population = models.CharField(max_length=60, blank=True, help_text="set by the expertise check")
    simulated = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    consented_at = models.DateTimeField()
    consent_sha256 = models.CharField(max_length=64, help_text="of the text that was agreed to")
    lease_until = models.DateTimeField(help_text="the place is given back after this silence")
    finished_at = models.DateTimeField(null=True, blank=True)
    completion_code = models.CharField(max_length=20, blank=True)
    seed = models.BigIntegerField(help_text="order and layout are drawn from it")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "code"], name="participant_code"),
        ]
        indexes: ClassVar = [models.Index(fields=["study", "state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.code}{' SIMULATED' if self.simulated else ''}"


class Trial(models.Model):
    """One screen for one participant. Practice trials come first and are marked."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="trials")
    item = models.ForeignKey(Item, models.PROTECT, related_name="trials")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    position = models.PositiveIntegerField()
    practice = models.BooleanField(default=False)
    kind = models.CharField(max_length=40)
    layout = models.JSONField(default=dict, help_text="order of slots and sides, fixed when made")
    shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    rt_ms = models.PositiveIntegerField(null=True, blank=True)
    viewing = models.JSONField(default=dict, help_text="rendered size, pixel ratio, zooms, ...")
    released = models.BooleanField(
        default=False, help_text="never answered; its place on the item was given back"
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "position"], name="trial_position"),
            models.UniqueConstraint(fields=["participant", "item"], name="trial_item_once"),
            models.CheckConstraint(
                condition=Q(released=False) | Q(answered_at__isnull=True),
                name="trial_answered_or_released",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["item", "released"])]

    def __str__(self) -> str:
        return f"trial {self.position} of {self.participant_id}"


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or delete a row that is written once."""


class AppendOnly(models.Model):
    """Rows that are written once: changing or deleting one through the ORM is refused."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{self} is written once and cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self} is written once and cannot be deleted.")


class Response(AppendOnly):
    """One answer to one question; `trial` is empty for questions about the person."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="responses")
    trial = models.ForeignKey(
        Trial, models.PROTECT, null=True, blank=True, related_name="responses"
    )
    question = models.CharField(max_length=60)
    answer = models.CharField(max_length=500, help_text="the label or text as it was shown")
    value = models.IntegerField(null=True, blank=True, help_text="the point on the scale, from 1")
    scale = models.PositiveSmallIntegerField(null=True, blank=True, help_text="points on the scale")
    details = models.JSONField(
        default=dict, help_text="what was given with the answer: marks, as [x, y] in [0, 1]"
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
