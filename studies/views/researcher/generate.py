"""Asking for the pictures of a draft, and again for those that could not be made."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from studies import services
from studies.access import researcher, study_for


@require_POST
@login_required
def generate(request: HttpRequest, slug: str) -> HttpResponse:
    """Queue every picture that is missing; workers do the rest."""
    study = study_for(request.user, slug)
    if services.generate(study=study, actor=researcher(request)):
        messages.success(request, "The pictures are asked for; workers make them now.")
    else:
        messages.info(request, "Every picture is there already.")
    return redirect("studies:study", slug)
