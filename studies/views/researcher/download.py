"""What a researcher takes away: the table of answers, the whole export, the experiment file."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studies import export
from studies.access import study_for


@require_safe
@never_cache
@login_required
def answers_table(request: HttpRequest, slug: str) -> HttpResponse:
    """The ratings table as CSV: one row per answer, simulated raters in rows that say so."""
    study = study_for(request.user, slug)
    table = export.as_csv(export.responses(study))
    return _attachment(table, "text/csv; charset=utf-8", f"{slug}-responses.csv")


@require_safe
@never_cache
@login_required
def experiment_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The experiment file as it was given."""
    study = study_for(request.user, slug)
    return _attachment(study.protocol.source, "application/yaml; charset=utf-8", f"{slug}.yaml")


@require_safe
@never_cache
@login_required
def everything(request: HttpRequest, slug: str) -> HttpResponse:
    """The folder that `experiment export` writes, as a ZIP; the same study gives the same bytes."""
    study = study_for(request.user, slug)
    with TemporaryDirectory() as folder:
        names = export.write(study, Path(folder))
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name in sorted(names):
                entry = ZipInfo(f"{slug}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = ZIP_DEFLATED
                archive.writestr(entry, (Path(folder) / name).read_bytes())
    return _attachment(packed.getvalue(), "application/zip", f"{slug}.zip")


def _attachment(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
