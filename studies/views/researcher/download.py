"""What a researcher takes away: the table of answers, the whole export, the experiment file."""

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
    table = export.responses(study).to_csv(index=False, lineterminator="\n")
    return _attachment(table, "text/csv; charset=utf-8", f"{slug}-responses.csv")


@require_safe
@never_cache
@login_required
def experiment_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The experiment file as it was given."""
    study = study_for(request.user, slug)
    return _attachment(study.protocol.source, "application/yaml; charset=utf-8", f"{slug}.yaml")


def _attachment(content: str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
