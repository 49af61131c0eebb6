"""One trial on one page: shown, answered, saved before anything else is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from studies.checking.feedback import feedback
from studies.checking.findings import trap
from studies.fieldwork import Outcome, Saved, record_at, shown, undelivered
from studies.live.answers import IncompleteAnswer
from studies.live.course import Course, course_of
from studies.live.plan import Plan, plan_of
from studies.models import Participant, Stimulus, Trial
from studies.showing import flashes, renditions
from studies.showing.viewing import read_milliseconds, read_viewing
from studies.trial_forms.asking import Asked
from studies.trials import Slot, called, opens_at, order_of, page_of, questions_of
from studies.views.participant.journey import personal_link
from studies.views.participant.language import speak
from studies.views.participant.steps import (
    address_of,
    beyond,
    for_participant,
    note_of,
    place_of,
)

KEPT = {Outcome.SAVED, Outcome.REPEATED, Outcome.DIFFERS}
NOTE_AFTER = {Outcome.DIFFERS: "?note=first"}


@dataclass(frozen=True)
class Picture:
    """What a page knows of one picture: words of its slot, an opaque address, a size."""

    label: str
    alt: str
    address: str
    width: int
    height: int
    group: str = ""
    """The heading it stands under; empty where pictures stand alone."""
    slot: str = ""
    """For templates that treat one slot unlike others; never written into a page."""

    @property
    def lettered(self) -> bool:
        """Whether it is called by a letter: it then says nothing but its place."""
        return len(self.label) == 1


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def trial(request: HttpRequest, token: str, trial_token: str) -> HttpResponse:
    """Show the trial, or save its answer. A trial whose turn is over leads forward."""
    said = _save(request, token, trial_token) if request.method == "POST" else None
    return said or _show(request, token=token, trial_token=trial_token)


@for_participant
def _show(
    request: HttpRequest, person: Participant, trial_token: str, lacking: tuple[str, ...] = ()
) -> HttpResponse:
    course = course_of(person)
    row = course.trial(trial_token)
    place = place_of(person, course.way)
    if place != request.path:
        place = beyond(place, person, course.way)
    if place != request.path:
        return redirect(place + ("?note=saved" if row.answered_at else ""))
    sent = sent_with(request.POST)
    return _page(request, course, row, sent=sent, lacking=lacking, note=note_of(request))


@require_POST
@for_participant
def missing(request: HttpRequest, person: Participant, trial_token: str) -> HttpResponse:
    """A picture could not be loaded: no answer is asked for, the next trial comes."""
    row = get_object_or_404(person.trials, token=trial_token)
    row.participant = person
    showing = request.POST.get("showing", "")
    if showing.isascii() and showing.isdigit():  # “²” is a digit too, and no number
        row.undelivered = int(showing[:4])
    again = undelivered(trial=row, viewing=read_viewing(request.POST.get("viewing", "")))
    person.refresh_from_db()
    return redirect(place_of(person) + ("?note=later" if again else "?note=skipped"))


def _save(request: HttpRequest, token: str, trial_token: str) -> HttpResponse | None:
    """None where there is no such trial: as after erasing, the page says what became of it."""
    as_json = request.headers.get("Accept") == "application/json"
    if request.POST.get("remarks"):
        _trap(token, trial_token)
    try:
        saved = record_at(
            (token, trial_token),
            answers=sent_with(request.POST),
            rt_ms=read_milliseconds(request.POST.get("rt_ms", "")),
            viewing=read_viewing(request.POST.get("viewing", "")),
        )
    except IncompleteAnswer as error:
        if as_json:
            return JsonResponse({"missing": error.missing}, status=422)
        return _show(request, token=token, trial_token=trial_token, lacking=error.missing)
    if saved is None:
        return None
    place = place_of(saved.participant, saved.course.way if saved.course else None)
    address = place + NOTE_AFTER.get(saved.outcome, "")
    if not as_json:
        return redirect(address)
    kept = saved.outcome in KEPT  # else the page keeps it for when it is asked for again
    return JsonResponse({"next": address, "kept": kept, "page": _ahead(request, saved, place)})


def _ahead(request: HttpRequest, saved: Saved, place: str) -> str:
    """The page of the trial that comes next, so that scripts need not ask for it; “” where
    something else stands before it, or the trial had been answered already."""
    upcoming = saved.course.way.next if saved.course else None
    if not saved.course or upcoming is None or place != address_of(upcoming, saved.participant):
        return ""
    speak(saved.participant)
    return _page(request, saved.course, upcoming).text


def _page(
    request: HttpRequest,
    course: Course,
    row: Trial,
    *,
    sent: Mapping[str, object] | None = None,
    lacking: tuple[str, ...] = (),
    note: str = "",
) -> HttpResponse:
    """The page of a trial that is now shown."""
    if row.shown_at is None:
        shown(trial=row)
    person = course.participant
    plan = plan_of(person.study)
    order, sent = order_of(plan.kind, row.part, row.layout), sent or {}
    say = plan.wording(person.language).say
    asked = [
        Asked(question, order, sent, question.name in lacking, say)
        for question in questions_of(plan.kind, row.part)
    ]
    this, upcoming = pictures(person, plan, [row, *course.after(row)])
    context = {
        "person": person,
        "trial": row,
        "plan": plan,
        "pictures": this,
        "upcoming": upcoming,
        "asked": asked,
        "flicker": flashes.allowed(person.study, row.part),
        "opens_at": opens_at(plan.kind, row.part),
        "page": page_of(plan.kind, row.part),
        "missing": [item for item in asked if item.missing],
        "number": course.number(row),
        "total": len(course.like(row)),
        "feedback": feedback(plan, course.before(row)),
        "first_that_counts": course.first_that_counts(row),
        "note": note,
        "comes_again": not row.practice and row.undelivered < plan.fieldwork.viewing.offer_again,
        "personal_link": personal_link(person),
    }
    return render(request, "rater/trial.html", context, status=422 if lacking else 200)


def _trap(token: str, trial_token: str) -> None:
    """Something was written into a field that people do not see."""
    rows = Trial.objects.select_related("participant__study")
    row = rows.filter(token=trial_token, participant__token=token).first()
    if row and plan_of(row.participant.study).trap:
        trap(row.participant, row.position)


def sent_with(form: QueryDict) -> dict[str, object]:
    """Field → what was sent; a list where several values share a name."""
    found = {name: [value for value in values if value] for name, values in form.lists()}
    return {name: values if len(values) > 1 else "".join(values) for name, values in found.items()}


def pictures(person: Participant, plan: Plan, rows: Sequence[Trial]) -> list[list[Picture]]:
    """The pictures of this trial and of the next (empty after the last), each in its order."""
    sizes = {row.item_id: _sizes(person.study.link_token, row.item_id) for row in rows}
    shown_in: list[list[Picture]] = []
    for row in rows:
        row.participant = person
        order = order_of(plan.kind, row.part, row.layout)
        slots = called(plan.kind, row.part, order)
        names = [name for name in order if name in slots]
        shown_in.append([_picture(row, slots[n], sizes[row.item_id][n]) for n in names])
    return [*shown_in, []][:2]


@lru_cache(maxsize=4096)  # pictures of a launched study stay as they are
def _sizes(study: str, item: int) -> dict[str, tuple[int, int]]:  # noqa: ARG001 (whose item it is)
    """Slot → width and height of an item of the study with this token."""
    rows = Stimulus.objects.filter(item=item)
    told = rows.values_list("slot", "image__width", "image__height")
    return {slot: (width, height) for slot, width, height in told}


def _picture(row: Trial, slot: Slot, size: tuple[int, int]) -> Picture:
    opaque = renditions.address(row, slot.name)
    address = reverse("studies:picture", args=[row.participant.token, opaque])
    return Picture(slot.label, slot.alt, address, *size, slot.group, slot.name)
