"""Pausing a live study, opening it again, and putting other changes on record."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from studies import services
from studies.access import researcher, study_for


@require_POST
@login_required
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop for a while; answers and places are kept."""
    try:
        services.pause(
            study=study_for(request.user, slug),
            actor=researcher(request),
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, "Paused. Raters who come now are asked to come back later.")
    except services.StudyError as error:
        messages.error(request, str(error))
    return redirect("studies:study", slug)


@require_POST
@login_required
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a paused study again."""
    try:
        services.resume(
            study=study_for(request.user, slug),
            actor=researcher(request),
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, "Open again.")
    except services.StudyError as error:
        messages.error(request, str(error))
    return redirect("studies:study", slug)


@require_POST
@login_required
def amend(request: HttpRequest, slug: str) -> HttpResponse:
    """Put on record what changed after the launch, and why."""
    study = study_for(request.user, slug)
    try:
        services.amend(
            study=study, actor=researcher(request), reason=request.POST.get("reason", "")
        )
        messages.success(request, "On record. The report tells it, with the answers before it.")
    except services.StudyError as error:
        messages.error(request, str(error))
    return redirect("studies:study", slug)
