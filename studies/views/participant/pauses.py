"""The page between two parts of a session: how far one is, and that there is no hurry."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from studies.fieldwork import next_trial
from studies.live.breaks import pause_before
from studies.live.plan import plan_of
from studies.models import Participant
from studies.views.participant.journey import personal_link
from studies.views.participant.steps import address_of, for_participant, place_of


@require_safe
@for_participant
def pause(request: HttpRequest, person: Participant) -> HttpResponse:
    """Opening the next trial ends the pause; looking at this page changes nothing."""
    trial = next_trial(person)
    here = pause_before(trial, person) if trial else None
    if place_of(person) != request.path or trial is None or here is None:
        return redirect(place_of(person))
    context = {
        "person": person,
        "plan": plan_of(person.study),
        "pause": here,
        "next": address_of(trial, person),
        "personal_link": personal_link(person),
    }
    return render(request, "rater/pause.html", context)
