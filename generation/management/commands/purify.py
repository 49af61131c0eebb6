"""`manage.py purify IN OUT --method NAME`: undo a protection of one picture or a folder."""

from typing import ClassVar

from generation.management.over_files import OverFiles


class Command(OverFiles):
    """Carry out a purification."""

    help = "Purifies one picture or a folder; prints how far each saved file moved."
    kind: ClassVar[str] = "purification"
