"""The rows behind the numbers: participants and answers."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.access import study_for
from studies.models import Participant
from studies.reads import monitoring

ROWS_ON_A_PAGE = 50
SORTS = {"real": False, "simulated": True}


@require_safe
@login_required
def participants(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who took part, under pseudonyms."""
    study = study_for(request.user, slug)
    people = monitoring.participants(study)
    sort, state = request.GET.get("raters", ""), request.GET.get("state", "")
    if sort in SORTS:
        people = people.filter(simulated=SORTS[sort])
    if state in Participant.State.values:
        people = people.filter(state=state)
    context = {
        "study": study,
        "page": Paginator(people, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "chosen": {"raters": sort, "state": state},
        "states": Participant.State.choices,
    }
    return render(request, "studies/participants.html", context)


@require_safe
@login_required
def answers(request: HttpRequest, slug: str) -> HttpResponse:
    """Every answered trial, newest first."""
    study = study_for(request.user, slug)
    trials = monitoring.answered(study)
    sort, code = request.GET.get("raters", ""), request.GET.get("participant", "")
    if sort in SORTS:
        trials = trials.filter(participant__simulated=SORTS[sort])
    if code:
        trials = trials.filter(participant__code=code)
    context = {
        "study": study,
        "page": Paginator(trials, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "chosen": {"raters": sort, "participant": code},
    }
    return render(request, "studies/answers.html", context)
