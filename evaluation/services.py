"""Writes of evaluation: measurements of a study's pictures, and its reports."""

import gzip
from collections.abc import Sequence
from importlib.metadata import version
from io import BytesIO
from platform import python_version
from typing import TYPE_CHECKING

from django.db import transaction
from pandas import DataFrame

from config.celery import app
from evaluation import planned, queries
from evaluation.choices import Entry
from evaluation.measuring import calibration_store
from evaluation.measuring.measurements import Measured
from evaluation.models import Report
from evaluation.ratings import TableError
from evaluation.reporting import behind, contact_sheets, describing
from evaluation.reporting.pages import zip_files
from evaluation.reporting.pdf import pdf
from evaluation.reporting.report import attachments, compose, fingerprint
from evaluation.reporting.sheets import Sheet
from generation import store
from generation.progress import Progress, silent
from studies import export
from studies.live.places import locked_study
from studies.models import Study, Withdrawal

if TYPE_CHECKING:
    from evaluation.measuring.costly import Cost
    from evaluation.measuring.study_sets import By, Reference

MEASURE_TASK = "evaluation.measure_study"
MEASURE_QUEUE = "gpu"
CALIBRATED = "calibrated"
"""In the names of files of calibrated metrics."""
PDF, SHEETS, OVERVIEW = "report.pdf", "contact-sheets.zip", "examples.jpg"
LIBRARIES = ("numpy", "scipy", "pandas", "altair", "vl-convert-python")


def measure(
    *,
    study: Study,
    metrics: Sequence[Entry] | None = None,
    others: bool = False,
    progress: Progress = silent,
) -> Measured:
    """Score every judged picture of the study against what each metric holds it against.

    `metrics`: when None, those of the plan with its settings, and with `others` (or where the plan
    names none) all the rest of the catalogue but costly ones; then those that this study does not
    allow (a network it does not name, pictures without counterpart, painters without a genre) are
    left out and said. A value is stored once per version of its metric: measuring again computes
    only what is missing. Raises MeasureError. Loads torch: for commands and workers, not for the
    web process.
    """
    # torch stays out of the web process, which imports this file for its reports
    from evaluation.measuring.study_pictures import measure_pictures  # noqa: PLC0415

    return measure_pictures(study, metrics, others, progress)


def measure_sets(
    *,
    study: Study,
    set_metrics: Sequence[Entry],
    by: "By" = "condition",
    against: "Reference | None" = None,
    progress: Progress = silent,
) -> Measured:
    """Compare the pictures of each condition with the originals and with the clean arm, as sets.

    `by` artist compares each artist's apart; eras always are. `against` None is both. A value is
    stored once per version of its metric and per sets; what networks say of a picture is kept too.
    Raises MeasureError. Loads torch.
    """
    # as above
    from evaluation.measuring.set_measuring import measure_sets as measured  # noqa: PLC0415

    return measured(study, set_metrics, by, against, progress)


def draw_maps(*, study: Study, progress: Progress = silent) -> Measured:
    """Draw and store every map (`evaluation.maps`) of the study's judged pictures that is missing.

    Maps that this study does not allow are left out and said. A grid is stored once per version of
    its map. Raises MeasureError. Loads torch.
    """
    # as above
    from evaluation.measuring.mapping import map_pictures  # noqa: PLC0415

    return map_pictures(study, progress)


def costs(*, study: Study, metrics: Sequence[Entry] | None = None) -> "list[Cost]":
    """What the costly ones of these metrics would take: passes, and time by a timed pass here.

    `metrics` as for `measure`. Raises MeasureError. Loads torch.
    """
    # as above
    from evaluation.measuring.study_pictures import costs as counted  # noqa: PLC0415

    return counted(study, metrics)


def request_measure(*, study: Study) -> None:
    """Ask a worker to measure the study's pictures."""
    app.send_task(MEASURE_TASK, [study.pk], queue=MEASURE_QUEUE)


def compute_report(*, study: Study, progress: Progress = silent) -> Report:
    """The report of the study as it stands: a stored one where nothing has changed since.

    Raises TableError where there is no answer to report on.
    """
    erased = _erasures(study)
    evidence = queries.evidence(study)
    if evidence.ratings.empty:
        raise TableError("Nobody has answered yet, so there is nothing to report.")
    people, plan, seed = export.participants(study), planned.plan(study), planned.seed(study)
    table = fingerprint(plan, evidence, people)
    known = Report.objects.filter(study=study, table_sha256=table, seed=seed).first()
    if known is not None:
        return known
    document = compose(
        title=study.title,
        facts=_facts(study, evidence.ratings, table, seed),
        plan=plan,
        evidence=evidence,
        participants=people,
        seed=seed,
        about=describing.about(study, evidence.ratings, plan, seed, versions()),
        progress=progress,
    )
    for name, text in attachments(document).items():
        if CALIBRATED in name:  # the next study here may name it
            calibration_store.keep(text)
    with transaction.atomic():
        if _erasures(locked_study(study)) == erased:
            report, _ = Report.objects.get_or_create(
                study=study,
                table_sha256=table,
                seed=seed,
                defaults={
                    "design_sha256": study.protocol.design_sha256,
                    "document": document,
                    "rows": gzip.compress(rows_csv(evidence.ratings).encode(), mtime=0),
                },
            )
            return report
    return compute_report(study=study, progress=progress)  # somebody's answers are gone by now


def _erasures(study: Study) -> int:
    return Withdrawal.objects.filter(study=study, erased=True).count()


def rows_csv(ratings: DataFrame) -> str:
    """The table of answers that a report rests on, as it is handed out."""
    return export.as_csv(behind.table(ratings))


def make_files(*, report: Report, progress: Progress = silent) -> dict[str, bytes]:
    """The files of a report that take long: made and stored once, and read again after that.

    Name → bytes of the PDF, the archive of contact sheets, and the sheet of examples where there is
    one. Pictures that may not be published are in none of them.
    """
    if PDF in report.files:
        return {name: store.get(sha256) for name, sha256 in report.files.items()}
    sheets = contact_sheets.of(report.study, progress)
    made = {PDF: pdf(report.document, sheets.overview, progress)}
    archive = BytesIO()
    zip_files(sheets.files, archive)
    made[SHEETS] = archive.getvalue()
    if sheets.overview is not None:
        made[OVERVIEW] = sheets.overview.jpeg
    kept = {name: store.put(data) for name, data in made.items()}
    Report.objects.filter(pk=report.pk).update(files=kept)
    report.files = kept
    return made


def overview(report: Report) -> Sheet | None:
    """The sheet of examples of a report whose files are made."""
    known = report.files.get(OVERVIEW)
    return Sheet("examples", contact_sheets.EXAMPLES, store.get(known)) if known else None


def versions() -> str:
    """Names and versions of what computes a report, in one line."""
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    return ", ".join([f"Python {python_version()}", *libraries])


def _facts(study: Study, ratings: DataFrame, table_sha256: str, seed: int) -> list[tuple[str, str]]:
    """What a reader needs to find this very study and compute this very report again."""
    protocol = study.protocol
    launched = f"{study.launched_at:%d %B %Y}" if study.launched_at else "not launched"
    first, last = (f"{when:%d %B %Y}" for when in ratings["answered_at"].agg(["min", "max"]))
    return [
        ("Study", study.slug),
        ("State", study.get_state_display()),
        ("Launched", launched),
        ("Answers given", first if first == last else f"{first} to {last}"),
        ("Protocol (sha256)", protocol.sha256),
        ("Design (sha256)", protocol.design_sha256 or "not frozen: the study was never launched"),
        ("Table (sha256)", table_sha256),
        ("Seed", str(seed)),
        ("With", versions()),
    ]
