"""`manage.py degrade IN OUT --method NAME --set strength=…`: spoil a picture or a folder."""

from typing import ClassVar

from generation.management.over_files import OverFiles


class Command(OverFiles):
    """Carry out a degradation."""

    help = (
        "Degrades one picture or a folder on purpose, for a ladder of doses; prints how far each"
        " saved file moved."
    )
    kind: ClassVar[str] = "degradation"
