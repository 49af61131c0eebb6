"""`manage.py experiment VERB`: the verbs of a study, and the report it ends with."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from evaluation import services
from evaluation.measuring.measurements import MeasureError
from evaluation.ratings import TableError
from evaluation.reporting import files
from evaluation.reporting.report import claims
from evaluation.views.download import rows_of
from generation.management.bars import bar
from studies.management.commands.experiment import Command as StudyCommand
from studies.management.commands.experiment import named
from studies.management.outcome import Outcome
from studies.models import Study


class Command(StudyCommand):
    """The life of a study on the command line, to its report."""

    def add_verbs(self, verbs: Any) -> None:
        """The verbs of a study, and `report`."""
        super().add_verbs(verbs)
        says = "measure what is not measured, analyse, and write the report into a folder"
        parser = self.add_verb(verbs, "report", says)
        parser.add_argument("slug", help="the study: first line of its file")
        parser.add_argument("--to", type=Path, required=True, help="folder to write")
        parser.add_argument(
            "--no-measuring", action="store_true", help="use the measurements that are there"
        )

    def do_report(self, options: dict[str, Any]) -> Outcome:
        """Measure, analyse, write."""
        study, folder = named(options["slug"]), options["to"]
        if not options["no_measuring"]:
            self._measure(study)
        try:
            with bar(f"analysing {study.slug}", "finding") as progress:
                report = services.compute_report(study=study, progress=progress)
            with bar(f"drawing {study.slug}", "chart") as progress:
                made = services.make_files(report=report, progress=progress)
            rows, overview = rows_of(report), services.overview(report)
            written = files.write(report.document, folder, rows=rows, made=made, overview=overview)
        except TableError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        told = [claim for _, _, claim in claims(report.document)]
        data = {"study": study.slug, "folder": str(folder), "claims": told, "files": written}
        return Outcome(files.told(report.document, folder, written), data)

    def _measure(self, study: Study) -> None:
        """Where pictures cannot be measured, the report goes without their metrics."""
        try:
            with bar(f"measuring {study.slug}", "picture") as progress:
                done = services.measure(study=study, progress=progress)
        except MeasureError as error:
            self.stderr.write(f"Not measured: {error}")
            return
        for reason in done.skipped.values():
            self.stderr.write(reason)
