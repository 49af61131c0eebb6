"""What the verbs of `manage.py recruitment` share: the study, its row, the --yes, who decides."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from studies.models import PanelStudy, Study
from studies.services import Actor


def study_called(slug: str) -> Study:
    """The study; raises CommandError where there is none."""
    study = Study.objects.select_related("protocol").filter(slug=slug).first()
    if study is None:
        raise CommandError(f"There is no study “{slug}”.")
    return study


def row_of(slug: str) -> PanelStudy:
    """The study as the panel has it; raises CommandError where it is not there."""
    row = PanelStudy.objects.filter(study=study_called(slug)).exclude(reference="").first()
    if row is None:
        raise CommandError(f"“{slug}” is not at Prolific yet: manage.py recruitment create {slug}")
    return row


def confirmed(options: dict[str, Any], what: str) -> None:
    """Raises CommandError, which says what would happen, unless --yes was given."""
    if not options["yes"]:
        raise CommandError(f"This would {what}. Say --yes to do it.")


def actor_of(options: dict[str, Any]) -> Actor:
    """The account of --as; None stands for the command line."""
    name = options.get("account")
    if not name:
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no account “{name}”.")
    return found
