"""What becomes of reports when a participant's answers are erased: they go, and are drawn anew.

A report holds the table of answers that it rests on, so an old one would keep what was erased.
"""

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.dispatch import receiver

from evaluation.models import Report
from evaluation.reporting import computing
from generation import store
from studies.models import Response, Study
from studies.signals import answers_erased


@receiver(answers_erased)
def forget_reports(study: Study, **_: Any) -> None:
    """Delete the reports of a study with their files; ask for a new one where one can be made."""
    reports = list(Report.objects.filter(study=study))
    if not reports:
        return
    Report.objects.filter(study=study).delete()
    others = Report.objects.exclude(files={}).values_list("files", flat=True)
    shared = {sha256 for files in others for sha256 in files.values()}
    gone = {sha256 for report in reports for sha256 in report.files.values()} - shared
    transaction.on_commit(lambda: _delete(gone))
    if Response.objects.filter(participant__study=study, trial__practice=False).exists():
        computing.request(study=study)


def _delete(files: set[str]) -> None:
    for sha256 in files:
        default_storage.delete(store.name_of(sha256))
