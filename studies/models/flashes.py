"""What pairs of pictures do when they alternate: computed before a study opens, then frozen."""

from typing import ClassVar

from django.db import models

from studies.models.designs import Item
from studies.models.frozen import Design


class PairFlash(Design):
    """Two pictures that may alternate in one place (studies/showing/photosensitivity.py)."""

    protocol_path = "item__study__protocol__"
    item = models.ForeignKey(Item, models.CASCADE, related_name="flashes")
    first = models.CharField(max_length=30, help_text="the slot of one picture")
    second = models.CharField(max_length=30, help_text="the slot of the other")
    general = models.FloatField(
        help_text="largest share of ten degrees of the visual field in which luminance flashes"
    )
    red = models.FloatField(help_text="the same of saturated red")
    rate = models.FloatField(help_text="rounds a second that this pair alone would be allowed")

    class Meta:
        verbose_name_plural = "pair flashes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "first", "second"], name="flash_pair"),
        ]

    @property
    def study_key(self) -> int:
        return self.item.study_id

    def __str__(self) -> str:
        return f"{self.first} and {self.second} of item {self.item_id}"
