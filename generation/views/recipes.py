"""One image: what it looks like, how it was made, and whether making it again gives the same."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from generation import jobs, queries
from generation.failures import JobFailure
from generation.models import Recipe
from generation.recipe import canonical_json


@require_safe
@login_required
def recipe(request: HttpRequest, key: str) -> HttpResponse:
    """The page of one recipe and its image."""
    found = get_object_or_404(Recipe.objects.select_related("image", "production"), key=key)
    context = {
        "recipe": found,
        "ancestry": queries.ancestry(found),
        "used_by": queries.made_from(found),
        "job": queries.job_of(found),
        "verification": queries.last_verification(found),
    }
    return render(request, "generation/recipe.html", context)


@require_safe
@login_required
def document(_request: HttpRequest, key: str) -> HttpResponse:
    """The recipe and everything below it as JSON: enough to make the image elsewhere."""
    found = get_object_or_404(Recipe, key=key)
    response = HttpResponse(
        canonical_json(queries.portable(found)), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="{key[:12]}.json"'
    return response


@require_POST
@login_required
def verify(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for the image to be made again and compared."""
    found = get_object_or_404(Recipe, key=key)
    try:
        jobs.verify(found)
    except JobFailure as failure:
        messages.error(request, failure.sentence)
    return redirect("generation:recipe", key=key)


@require_safe
@login_required
def verification(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that says what the last comparison found; asked for while it runs."""
    found = get_object_or_404(Recipe, key=key)
    context = {"recipe": found, "verification": queries.last_verification(found)}
    return render(request, "generation/parts/verification.html", context)
