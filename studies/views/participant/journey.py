"""The way through a study, but for the trials: about you, the guide, the place, the end."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from studies.fieldwork import FieldworkError, come_back, describe
from studies.live.answers import IncompleteAnswer
from studies.live.course import way_of
from studies.live.places import CLOSED, FULL, has_begun
from studies.live.plan import plan_of
from studies.live.room import is_full
from studies.live.shares import all_in_hands
from studies.models import Participant, Study
from studies.prose import prose
from studies.recruitment.exits import farewell
from studies.views.participant.frames import let_post
from studies.views.participant.steps import first_address, for_participant, note_of, place_of


@require_safe
@for_participant
def participant(request: HttpRequest, person: Participant) -> HttpResponse:  # noqa: ARG001
    """The personal link: leads to where the participant left off, on any device."""
    return redirect(place_of(person))


@require_http_methods(["GET", "HEAD", "POST"])
@for_participant
def about(request: HttpRequest, person: Participant) -> HttpResponse:
    """The questions about the person."""
    missing: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            describe(participant=person, answers=request.POST.dict())
            return redirect("studies:participant", person.token)
        except IncompleteAnswer as error:
            missing = error.missing
    elif place_of(person) != request.path:
        return redirect(place_of(person))
    questions = plan_of(person.study).person_questions
    context = {
        "person": person,
        "plan": plan_of(person.study),
        "questions": [(q, request.POST.get(q.name), q.name in missing) for q in questions],
        "missing": [q for q in questions if q.name in missing],
    }
    return render(request, "rater/about.html", context, status=422 if missing else 200)


@require_safe
@for_participant
def guide(request: HttpRequest, person: Participant) -> HttpResponse:
    """What to do, how long it takes, how to stop and come back."""
    way = way_of(person)
    place = place_of(person, way)
    if place != request.path:
        return redirect(place)
    plan = plan_of(person.study)
    context = {
        "person": person,
        "plan": plan,
        "practice": person.trials.filter(practice=True, released=False).count(),
        "counted": person.trials.filter(practice=False, released=False).count(),
        "first": first_address(person, way),
        "personal_link": personal_link(person),
        "note": note_of(request),
    }
    return render(request, "rater/guide.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_participant
def place(request: HttpRequest, person: Participant) -> HttpResponse:
    """For whoever was away too long, or finds the study closed; POST takes the place again."""
    if place_of(person) != request.path:
        return redirect(place_of(person))
    sentence = _why_not(person)
    if request.method == "POST":
        try:
            come_back(participant=person)
            return redirect("studies:participant", person.token)
        except FieldworkError as error:
            sentence = error.args[0]
    answered = person.trials.filter(answered_at__isnull=False, practice=False).count()
    context = {
        "person": person,
        "plan": plan_of(person.study),
        "sentence": sentence,
        "answered": answered,
        "unseen": not answered and person.trials.filter(undelivered__gt=0).exists(),
    }
    return render(request, "rater/place.html", context, status=409 if sentence else 200)


@require_safe
@for_participant
def done(request: HttpRequest, person: Participant) -> HttpResponse:
    """Thanks, what the study was about, and the completion code."""
    if person.state != Participant.State.FINISHED:
        return redirect(place_of(person))
    plan, leave = plan_of(person.study), farewell(person)
    context = {
        "person": person,
        "plan": plan,
        "debrief": prose(plan.wording(person.language).say(plan.fieldwork.debrief)),
        "farewell": leave,
    }
    return let_post(render(request, "rater/done.html", context), leave)


def personal_link(person: Participant) -> str:
    """The whole address under which the participant can go on, on any device."""
    return settings.SITE_URL + reverse("studies:participant", args=[person.token])


def _why_not(person: Participant) -> str:
    """Why the place cannot be taken up again now, or “”."""
    if person.study.state != Study.State.LIVE:
        return CLOSED[Study.State(person.study.state)]
    if has_begun(person):
        return ""
    full = is_full(person.study, person.stratum) or all_in_hands(person.study, person)
    return FULL if full else ""
