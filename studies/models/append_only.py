"""Rows that are written once, and the random tokens that name rows in addresses."""

import secrets
from typing import Any, TypeVar

from django.db import models

Row_co = TypeVar("Row_co", bound="AppendOnly", covariant=True)


def new_token() -> str:
    """132 random bits as 22 URL-safe characters: carries nothing, cannot be guessed."""
    return secrets.token_urlsafe(16)


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or delete a row that is written once."""


class AppendOnlyQuerySet(models.QuerySet[Row_co]):
    """Refuses to change or delete many rows at once; studies/rights/erasure.py is the only door."""

    def update(self, **_values: Any) -> int:
        raise AppendOnlyError("These rows are written once and cannot be changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("These rows are written once and cannot be deleted.")


class AppendOnly(models.Model):
    """Rows that are written once: changing or deleting one through the ORM is refused."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{self} is written once and cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self} is written once and cannot be deleted.")
