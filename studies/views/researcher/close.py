"""Closing a study for good."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from studies import services
from studies.access import researcher, study_for
from studies.live.plan import plan_of
from studies.reads import monitoring


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """GET says what would end; POST ends it."""
    study = study_for(request.user, slug)
    if request.method != "POST":
        real, _ = monitoring.turnout(study)
        raters = plan_of(study).fieldwork.raters
        coverage, _ = monitoring.coverage(study, raters.per_item)
        context = {"study": study, "real": real, "raters": raters, "coverage": coverage}
        return render(request, "studies/close.html", context)
    try:
        reason = request.POST.get("reason", "")
        services.close(study=study, actor=researcher(request), reason=reason)
        messages.success(request, "Closed. The answers are final.")
    except services.StudyError as error:
        messages.error(request, str(error))
    return redirect("studies:study", slug)
