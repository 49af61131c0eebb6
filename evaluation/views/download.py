"""What a researcher takes away of a report: one HTML file, the tables, the findings as JSON."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evaluation import pages
from evaluation.models import Report
from studies.access import study_for


@require_safe
@never_cache
@login_required
def html(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The report as one file that needs no other."""
    report = _report(request, slug, pk)
    return _attachment(pages.standalone(report.document), "text/html", f"{slug}-report.html")


@require_safe
@never_cache
@login_required
def tables(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Every table as CSV, in a ZIP."""
    file = BytesIO()
    pages.zip_tables(_report(request, slug, pk).document, file)
    return _attachment(file.getvalue(), "application/zip", f"{slug}-tables.zip")


@require_safe
@never_cache
@login_required
def findings(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Claims, tables and Vega-Lite charts as JSON."""
    report = _report(request, slug, pk)
    return _attachment(pages.as_json(report.document), "application/json", f"{slug}-report.json")


def _report(request: HttpRequest, slug: str, pk: int) -> Report:
    return get_object_or_404(Report, study=study_for(request.user, slug), pk=pk)


def _attachment(content: str | bytes, kind: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})
