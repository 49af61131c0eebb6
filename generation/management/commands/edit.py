"""`manage.py edit IN OUT --method NAME --set prompt=WORDS`: change pictures by words."""

from typing import ClassVar

from generation.management.over_files import OverFiles


class Command(OverFiles):
    """Carry out an edit; the same seed draws the same noise for every picture."""

    help = "Edits one picture or a folder by a prompt; prints how far each saved file moved."
    kind: ClassVar[str] = "edit"
