"""The report of a study: shown, computed again by a worker, and measured for."""

from importlib.metadata import version

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from evaluation import queries, services
from evaluation.models import Report
from evaluation.reporting import computing, pages
from evaluation.reporting.contact_sheets import EXAMPLES
from studies.access import study_for
from studies.views.researcher.edit import is_htmx


@require_safe
@login_required
def report_page(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """The newest report of a study, or an earlier one; what has come in since is said."""
    study = study_for(request.user, slug)
    report = queries.latest_report(study)
    if pk is not None:
        report = get_object_or_404(Report, study=study, pk=pk)
    answers, under_way = queries.answers(study), computing.latest(study)
    context = {
        "study": study,
        "report": report,
        "answers": answers,
        "since": answers - report.document["answers"] if report else 0,
        "unmeasured": max(queries.unmeasured(study), queries.unmapped(study)),
        "earlier": queries.earlier_reports(study),
        "under_way": under_way,
        "busy": under_way is not None and under_way.state != under_way.State.FAILED,
        "bundle_version": version("vl-convert-python"),
        **(_shown(report, slug) if report else {}),
    }
    return render(request, "evaluation/report.html", context)


@require_POST
@login_required
def compute(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a worker for the report of the answers and measurements as they are now."""
    study = study_for(request.user, slug)
    if queries.answers(study):
        computing.request(study=study)
    else:
        messages.error(request, "Nobody has answered yet, so there is nothing to report.")
    return redirect("evaluation:report", slug)


@require_safe
@login_required
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the report is that a worker computes; the page is loaded anew when it is there."""
    study = study_for(request.user, slug)
    found = computing.latest(study)
    if not is_htmx(request):
        return redirect("evaluation:report", slug)
    if found is None or found.state == found.State.FAILED:
        return HttpResponse(headers={"HX-Redirect": reverse("evaluation:report", args=[slug])})
    return render(request, "evaluation/parts/under_way.html", {"study": study, "under_way": found})


@require_POST
@login_required
def measure(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a worker to measure the study's pictures; never done in the web process."""
    study = study_for(request.user, slug)
    services.request_measure(study=study)
    messages.success(
        request, "A worker will measure the pictures. Compute the report again when it has."
    )
    return redirect("evaluation:report", slug)


def _shown(report: Report, slug: str) -> dict[str, object]:
    """What the page shows of a report, with addresses of its files."""
    document = report.document

    def rows_at(stem: str) -> str:
        return reverse("evaluation:rows", args=[slug, report.pk, stem]) if report.rows else ""

    def at(name: str) -> str:
        return reverse("evaluation:download", args=[slug, report.pk, name])

    overview = None
    if services.OVERVIEW in report.files:
        overview = {"src": at(services.OVERVIEW), "said": EXAMPLES}
    stored = [
        (label, at(name))
        for name, label in (
            (services.PDF, "PDF"),
            (services.SHEETS, "Contact sheets (ZIP)"),
        )
        if name in report.files
    ]
    light = [("HTML, one file", at("report.html"))]
    more = [
        ("Tables (CSV)", at("tables.zip")),
        ("Tables and methods (LaTeX)", at("latex.zip")),
        ("Methods (text)", at("methods.txt")),
        ("References (BibTeX)", at("references.bib")),
        ("JSON", at("report.json")),
        *([("All rows (CSV)", at("rows.csv"))] if report.rows else []),
    ]
    return {
        **pages.context(document, rows_at=rows_at),
        "overview": overview,
        "files": [*light, *stored, *more],
    }
