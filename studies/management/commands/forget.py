"""`manage.py forget`: deletes every identifier whose date has come. For a daily timer."""

from typing import Any

from django.core.management.base import BaseCommand

from studies.rights.identities import delete_due


class Command(BaseCommand):
    """Says how many there were, and puts the number on record with each study."""

    help = "Delete the identifiers of participants whose date of deletion has come."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"Deleted: {delete_due()}.")
