"""The blind check of a study as a button: asked for here, carried out by a worker."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from studies.access import researcher, study_for
from studies.blindness import asking, certificate
from studies.blindness.check import latest
from studies.models import Study


@require_safe
@login_required
def blindness(request: HttpRequest, slug: str) -> HttpResponse:
    """What the last check found, how the next one comes along, and a form to start it."""
    study = study_for(request.user, slug)
    standing = asking.standing(study)
    context = {
        "study": study,
        "blind": standing,
        "open": study.state == Study.State.LIVE,
        "site": settings.SITE_URL,
        "usual": asking.USUAL,
        "fewest": asking.FEWEST,
        "most": asking.MOST,
    }
    if request.headers.get("HX-Request") != "true":
        return render(request, "studies/blindness.html", context)
    response = render(request, "studies/parts/leak_test.html", context)
    if not standing.moving:  # there is a result: the whole page has something new to say
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a check; a worker carries it out."""
    study = study_for(request.user, slug)
    try:
        asking.ask(
            study=study,
            actor=researcher(request),
            participants=request.POST.get("participants", ""),
            by_http=request.POST.get("by_http") == "yes",
        )
        messages.success(request, "Asked for. A worker carries it out; you may leave this page.")
    except asking.LeakTestError as error:
        messages.error(request, str(error))
    return redirect("studies:blindness", slug)


@require_safe
@login_required
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest certificate as Markdown; where there is none, the page that leads to one."""
    made = latest(study_for(request.user, slug))
    if made is None:
        messages.info(request, "There is no certificate yet: start a check.")
        return redirect("studies:blindness", slug)
    response = HttpResponse(certificate.page(made), content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-blindcheck.md"'
    return response
