"""What is judged in a study: frozen at launch under one hash."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from generation.models import Artwork, Image, Recipe
from studies.models.frozen import Design
from studies.models.studies import Study


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
    """What one trial is about: an artwork under a condition, or under several that are compared.

    Where several are compared, each stimulus has its condition and the item has none. Practice
    items, and items whose right answer is known (`gold`), have no condition either; items of
    studies without pictures have no artwork.
    """

    study = models.ForeignKey(Study, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    condition = models.ForeignKey(
        Condition, models.CASCADE, null=True, blank=True, related_name="items"
    )
    artwork = models.ForeignKey(
        Artwork, models.PROTECT, null=True, blank=True, related_name="items"
    )
    practice = models.BooleanField(default=False)
    gold = models.CharField(
        max_length=40, blank=True, help_text="the check that placed it, where its answer is known"
    )
    expected = models.JSONField(
        default=dict, help_text="question → the answer that is right, where it is known"
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "position"], name="item_position"),
        ]

    def __str__(self) -> str:
        return f"item {self.position} of {self.study_id}"


class Stimulus(Design):
    """One image of an item. `slot` says which (original, altered, image, ...)."""

    protocol_path = "item__study__protocol__"
    item = models.ForeignKey(Item, models.CASCADE, related_name="stimuli")
    slot = models.CharField(max_length=30)
    condition = models.ForeignKey(
        Condition,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="stimuli",
        help_text="what made this picture, where the item compares several conditions",
    )
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
