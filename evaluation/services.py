"""Writes of evaluation: measurements of a study's pictures, and its reports."""

from collections.abc import Sequence
from importlib.metadata import version
from platform import python_version
from typing import TYPE_CHECKING

from django.utils import timezone
from pandas import DataFrame

from config.celery import app
from evaluation import queries
from evaluation.choices import Entry
from evaluation.measurements import Measured
from evaluation.models import Report
from evaluation.ratings import TableError
from evaluation.report import compose, fingerprint
from generation.progress import Progress, silent
from studies import export
from studies.models import Study

if TYPE_CHECKING:
    from evaluation.costly import Cost

MEASURE_TASK = "evaluation.measure_study"
MEASURE_QUEUE = "gpu"
LIBRARIES = ("numpy", "scipy", "pandas", "altair", "vl-convert-python")


def measure(
    *, study: Study, metrics: Sequence[Entry] | None = None, progress: Progress = silent
) -> Measured:
    """Score every judged picture of the study against what each metric holds it against.

    `metrics`: when None, those of the plan with its settings and all others of the catalogue; then
    those that this study does not allow (a network it does not name, pictures without counterpart,
    painters without a genre) are left out and said. A value is stored once per version of its
    metric: measuring again computes only what is missing. Raises MeasureError. Loads torch: for
    commands and workers, not for the web process.
    """
    # torch stays out of the web process, which imports this file for its reports
    from evaluation.measuring import measure_pictures  # noqa: PLC0415

    return measure_pictures(study, metrics, progress)


def costs(*, study: Study, metrics: Sequence[Entry] | None = None) -> "list[Cost]":
    """What the costly ones of these metrics would take: passes, and time by a timed pass here.

    `metrics` as for `measure`. Raises MeasureError. Loads torch.
    """
    # as above
    from evaluation.measuring import costs as counted  # noqa: PLC0415

    return counted(study, metrics)


def request_measure(*, study: Study) -> None:
    """Ask a worker to measure the study's pictures."""
    app.send_task(MEASURE_TASK, [study.pk], queue=MEASURE_QUEUE)


def compute_report(*, study: Study, progress: Progress = silent) -> Report:
    """The report of the study as it stands: a stored one where nothing has changed since.

    Raises TableError where there is no answer to report on.
    """
    evidence = queries.evidence(study)
    if evidence.ratings.empty:
        raise TableError("Nobody has answered yet, so there is nothing to report.")
    people, plan, seed = export.participants(study), queries.plan(study), queries.seed(study)
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
        progress=progress,
    )
    report, _ = Report.objects.get_or_create(
        study=study,
        table_sha256=table,
        seed=seed,
        defaults={"design_sha256": study.protocol.design_sha256, "document": document},
    )
    return report


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
        ("Computed", f"{timezone.now():%d %B %Y, %H:%M} UTC"),
        ("With", versions()),
    ]
