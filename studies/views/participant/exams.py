"""Before the trials: questions with known answers; and the page where a session ends early."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from studies.checking.exams import attempt, exam_of, open_exam
from studies.checking.skill import SIZE, picture
from studies.live.answers import IncompleteAnswer
from studies.live.plan import plan_of
from studies.models import Participant
from studies.recruitment.exits import farewell
from studies.views.participant.frames import let_post
from studies.views.participant.steps import for_participant, place_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_participant
def before(request: HttpRequest, person: Participant) -> HttpResponse:
    """The questions of one check; whoever has passed, or has no attempt left, is led on."""
    missing: tuple[str, ...] = ()
    name = open_exam(person)
    if request.method == "POST" and name:
        number = request.POST.get("number", "")
        try:
            counted = number.isascii() and number.isdigit()  # “²” is a digit too, and no number
            if request.POST.get("of") == _order(person, name) and counted:
                sent = request.POST.dict()
                attempt(participant=person, name=name, number=int(number[:2]), sent=sent)
            return redirect("studies:participant", person.token)
        except IncompleteAnswer as error:
            missing = error.missing
    elif place_of(person) != request.path:
        return redirect(place_of(person))
    return _page(request, person, name, missing)


@require_safe
@for_participant
def stripes(request: HttpRequest, person: Participant, number: int) -> HttpResponse:  # noqa: ARG001
    """The picture of one question of the skill task, or 404."""
    name = open_exam(person)
    questions = exam_of(person, name).questions if name else ()
    if not 1 <= number <= len(questions) or not questions[number - 1].stripes:
        raise Http404
    return HttpResponse(picture(questions[number - 1]), content_type="image/png")


@require_safe
@for_participant
def screened_out(request: HttpRequest, person: Participant) -> HttpResponse:
    """Thanks, and what somebody who is let go takes away; nobody is told what they failed."""
    if person.state != Participant.State.SCREENED_OUT:
        return redirect(place_of(person))
    leave = farewell(person)
    context = {"person": person, "plan": plan_of(person.study), "farewell": leave}
    return let_post(render(request, "rater/screened_out.html", context), leave)


def _order(person: Participant, name: str) -> str:
    """The place of an exam among the study's, for its form: names of checks stay inside."""
    return str(list(plan_of(person.study).exams).index(name))


def _page(
    request: HttpRequest, person: Participant, name: str, missing: tuple[str, ...]
) -> HttpResponse:
    exam, tried = exam_of(person, name), person.attempts.filter(found_by=name).count()
    questions = [
        (
            f"{reverse('studies:stripes', args=[person.token, place])}?{tried + 1}"
            if question.stripes
            else "",
            question,
            request.POST.get(question.name),
            question.name in missing,
        )
        for place, question in enumerate(exam.questions, start=1)
    ]
    context = {
        "person": person,
        "plan": plan_of(person.study),
        "exam": exam,
        "of": _order(person, name),
        "number": tried + 1,
        "left": exam.attempts - tried,
        "questions": questions,
        "size": SIZE,
        "missing": missing,
    }
    return render(request, "rater/before.html", context, status=422 if missing else 200)
