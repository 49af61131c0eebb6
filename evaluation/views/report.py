"""The report of a study: shown, computed again, and measured for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from evaluation import pages, queries, services
from evaluation.models import Report
from evaluation.ratings import TableError
from studies.access import study_for


@require_safe
@login_required
def report_page(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """The newest report of a study, or an earlier one; what has come in since is said."""
    study = study_for(request.user, slug)
    report = queries.latest_report(study)
    if pk is not None:
        report = get_object_or_404(Report, study=study, pk=pk)
    answers = queries.answers(study)
    context = {
        "study": study,
        "report": report,
        "answers": answers,
        "since": answers - report.document["answers"] if report else 0,
        "unmeasured": queries.unmeasured(study),
        "earlier": queries.earlier_reports(study),
        **(pages.context(report.document) if report else {}),
    }
    return render(request, "evaluation/report.html", context)


@require_POST
@login_required
def compute(request: HttpRequest, slug: str) -> HttpResponse:
    """Compute the report from the answers and measurements as they are now."""
    study = study_for(request.user, slug)
    try:
        services.compute_report(study=study)
    except TableError as error:
        messages.error(request, str(error))
    return redirect("evaluation:report", slug)


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
