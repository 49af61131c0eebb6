"""Receipts of withdrawals: found by their own random link, tied to no participant."""

from django.db import models

from studies.models.append_only import AppendOnly
from studies.models.studies import Study


class Withdrawal(AppendOnly):
    """That somebody withdrew, when, and what was kept or erased; not who."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="withdrawals")
    token = models.CharField(
        max_length=64, unique=True, help_text="of the receipt's address: a keyed hash"
    )
    number = models.CharField(max_length=14, unique=True, help_text="to name it by, at random")
    erased = models.BooleanField()
    stopped = models.BooleanField(help_text="there was more to come: a panel may want to be told")
    kept = models.JSONField(default=dict, help_text="what → how many rows")
    removed = models.JSONField(default=dict, help_text="what → how many rows")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"withdrawal {self.number}"
