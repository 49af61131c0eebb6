"""What a researcher takes away of a report: every format, and the rows behind each finding."""

import gzip
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from evaluation import services
from evaluation.models import Report
from evaluation.reporting import files, latex, pages
from evaluation.reporting.report import csv_files
from generation import store
from studies.access import study_for

Made = Callable[[Report], str | bytes]


def rows_of(report: Report) -> str:
    """The table behind a report as CSV; empty for one that was stored without it."""
    return gzip.decompress(report.rows).decode() if report.rows else ""


FORMATS: dict[str, tuple[str, str, Made]] = {
    "report.html": (
        "text/html",
        "report.html",
        lambda report: pages.standalone(
            report.document, rows_of(report), services.overview(report)
        ),
    ),
    "report.json": (
        "application/json", "report.json", lambda report: pages.as_json(report.document)
    ),
    "tables.zip": (
        "application/zip", "tables.zip",
        lambda report: files.archive(csv_files(report.document)),
    ),
    "latex.zip": (
        "application/zip", "latex.zip",
        lambda report: files.archive(latex.files(report.document)),
    ),
    "references.bib": (
        "text/plain", "references.bib", lambda report: latex.bibliography(report.document)
    ),
    "methods.txt": ("text/plain", "methods.txt", lambda report: latex.plain(report.document)),
    "rows.csv": ("text/csv", "rows.csv", rows_of),
}  # fmt: skip
"""Name in the address → media type, name of the file, and how it is made."""
STORED = {
    services.PDF: "application/pdf",
    services.SHEETS: "application/zip",
    services.OVERVIEW: "image/jpeg",
}
"""What a worker made and the store keeps."""


@require_safe
@never_cache
@login_required
def download(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponse:
    """One format of a report."""
    report = _report(request, slug, pk)
    if name in STORED:
        return _stored(report, slug, name)
    if name not in FORMATS:
        raise Http404
    kind, ending, made = FORMATS[name]
    return _attachment(made(report), kind, f"{slug}-{ending}")


@require_safe
@never_cache
@login_required
def rows(request: HttpRequest, slug: str, pk: int, stem: str) -> HttpResponse:
    """The rows behind one finding."""
    report = _report(request, slug, pk)
    for name, text in files.rows_behind(report.document, rows_of(report), stem):
        return _attachment(text, "text/csv", f"{slug}-{name}-rows.csv")
    raise Http404


@require_safe
@cache_control(max_age=86_400, immutable=True)
def bundle(request: HttpRequest, version: str) -> HttpResponse:  # noqa: ARG001 (in the address)
    """Vega, Vega-Lite and Vega-Embed, as vl-convert brings them along."""
    return HttpResponse(pages.bundle(), content_type="text/javascript")


def _stored(report: Report, slug: str, name: str) -> HttpResponse:
    if name not in report.files:
        raise Http404
    data = store.get(report.files[name])
    if name == services.OVERVIEW:
        return HttpResponse(data, content_type=STORED[name])
    return _attachment(data, STORED[name], f"{slug}-{name}")


def _report(request: HttpRequest, slug: str, pk: int) -> Report:
    return get_object_or_404(
        Report.objects.select_related("study"), study=study_for(request.user, slug), pk=pk
    )


def _attachment(content: str | bytes, kind: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})
