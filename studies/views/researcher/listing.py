"""The list of a researcher's studies, where everything starts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from studies.access import visible_to


@require_safe
def home(_request: HttpRequest) -> HttpResponse:
    """The bare address leads to the list."""
    return redirect("studies:list")


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """All studies the researcher may see."""
    return render(request, "studies/list.html", {"studies": visible_to(request.user)})
