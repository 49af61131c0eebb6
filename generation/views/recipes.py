"""One image or mimic: what it is, how it was made, and whether making it again gives the same."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from generation import jobs, queries
from generation.failures import JobFailure
from generation.models import Recipe
from generation.recipe import MIMIC, canonical_json
from generation.trainings import training


@require_safe
@login_required
def recipe(request: HttpRequest, key: str) -> HttpResponse:
    """The page of one recipe and of what it makes."""
    recipes = Recipe.objects.select_related("image", "mimic", "production")
    found = get_object_or_404(recipes, key=key)
    common = {
        "recipe": found,
        "job": queries.job_of(found),
        "verification": queries.last_verification(found),
    }
    if found.kind == MIMIC:
        learnt = {"training": training(found), "paintings": queries.painted_by(found)}
        step = {"step": queries.ancestry(found).result}
        return render(request, "generation/mimic.html", {**common, **learnt, **step})
    shown = {"ancestry": queries.ancestry(found), "used_by": queries.made_from(found)}
    return render(request, "generation/recipe.html", {**common, **shown})


@never_cache
@require_safe
@login_required
def under_way(request: HttpRequest, key: str) -> HttpResponse:
    """The part of a mimic's page that says how its training goes; the whole page at its end."""
    found = get_object_or_404(Recipe, key=key, kind=MIMIC)
    job = queries.job_of(found)
    if job is None or not job.is_unfinished:
        return HttpResponseClientRefresh()
    context = {"recipe": found, "job": job, "training": training(found)}
    return render(request, "generation/parts/under_way.html", context)


@require_safe
@login_required
def document(_request: HttpRequest, key: str) -> HttpResponse:
    """The recipe and everything below it as JSON: enough to make it elsewhere."""
    found = get_object_or_404(Recipe, key=key)
    response = HttpResponse(
        canonical_json(queries.portable(found)), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="{key[:12]}.json"'
    return response


@require_POST
@login_required
def verify(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for it to be made again and compared."""
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
