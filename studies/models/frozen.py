"""Rows of a design: nothing about them can be changed once their study is launched."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.db import models

Row_co = TypeVar("Row_co", bound="Design", covariant=True)


class FrozenError(RuntimeError):
    """Somebody tried to change the design of a study that was launched."""

    def __init__(self) -> None:
        super().__init__(
            "The design of a launched study is frozen: apply the file under another name instead."
        )


class DesignQuerySet(models.QuerySet[Row_co]):
    """Refuses to change many rows at once where one of them belongs to a launched study."""

    def update(self, **values: Any) -> int:
        self.refuse_frozen()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        self.refuse_frozen()
        return super().delete()

    def bulk_create(self, objs: Iterable[Row_co], *args: Any, **kwargs: Any) -> list[Row_co]:
        rows = list(objs)
        refuse_frozen({row.study_key for row in rows})
        return super().bulk_create(rows, *args, **kwargs)

    def refuse_frozen(self) -> None:
        """Raises FrozenError where a row of this query belongs to a launched study."""
        if self.filter(**{f"{self.model.protocol_path}frozen_at__isnull": False}).exists():
            raise FrozenError


class Design(models.Model):
    """A row that is part of a study's design."""

    protocol_path: ClassVar[str] = "study__protocol__"
    """From the row to its study's protocol, as a prefix of a query."""

    objects = DesignQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_frozen({self.study_key})
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_frozen({self.study_key})
        return super().delete(*args, **kwargs)

    @property
    def study_key(self) -> int:
        """Primary key of the study that the row belongs to."""
        return int(self.study_id)  # type: ignore[attr-defined]


def refuse_frozen(studies: set[int]) -> None:
    """Raises FrozenError where one of the studies is launched."""
    protocols = apps.get_model("studies", "Protocol")._default_manager
    if protocols.filter(study__in=studies, frozen_at__isnull=False).exists():
        raise FrozenError
