"""The list of a researcher's studies, where everything starts."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from studies.access import visible_to
from studies.live.plan import plan_of
from studies.models import Study
from studies.reads import gallery, monitoring
from studies.reads.lifeline import NextStep, next_step, stage_of
from studies.reads.monitoring import Turnout


@dataclass(frozen=True)
class Line:
    """One study of the list."""

    study: Study
    stage: str
    real: Turnout
    simulated: Turnout
    places: int
    step: NextStep
    samples: list[str]
    """sha256 of a few of its pictures."""


@require_safe
def home(_request: HttpRequest) -> HttpResponse:
    """The bare address leads to the list."""
    return redirect("studies:list")


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """All studies the researcher may see, newest first."""
    studies = list(visible_to(request.user).select_related("owner", "protocol"))
    keys = [study.pk for study in studies]
    pictures, turnouts = monitoring.pictures(keys), monitoring.turnouts(keys)
    samples = gallery.samples(keys)
    lines = []
    for study in studies:
        made = pictures.get(study.pk, monitoring.Pictures())
        real, simulated = turnouts.get(study.pk, monitoring.NOBODY)
        places = plan_of(study).fieldwork.raters.participants
        step = next_step(study, made, real, places)
        stage = stage_of(study, made)
        lines.append(Line(study, stage, real, simulated, places, step, samples.get(study.pk, [])))
    return render(request, "studies/list.html", {"lines": lines})
