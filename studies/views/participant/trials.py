"""One trial on one page: shown, answered, saved before anything else is shown."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from studies import renditions
from studies.answers import IncompleteAnswer
from studies.fieldwork import Outcome, record, shown, undelivered
from studies.models import Participant, Stimulus, Trial
from studies.plan import Plan, plan_of
from studies.trials import Question
from studies.viewing import read_milliseconds, read_viewing
from studies.views.participant.journey import personal_link
from studies.views.participant.steps import for_participant, note_of, place_of, trial_address

NOTE_AFTER = {Outcome.DIFFERS: "?note=first"}


@dataclass(frozen=True)
class Picture:
    """What a page knows of one picture: words of its slot, an opaque address, a size."""

    label: str
    alt: str
    address: str
    width: int
    height: int


@dataclass(frozen=True)
class Asked:
    """One question as it stands on the page."""

    question: Question
    given: str
    missing: bool

    @property
    def points(self) -> list[tuple[str, str, bool]]:
        """Value, words, and whether it is chosen, for each point of the scale."""
        numbered = enumerate(self.question.labels, start=1)
        return [(str(n), label, str(n) == self.given) for n, label in numbered]


@require_http_methods(["GET", "HEAD", "POST"])
@for_participant
def trial(request: HttpRequest, person: Participant, trial_token: str) -> HttpResponse:
    """Show the trial, or save its answer. A trial whose turn is over leads forward."""
    row = get_object_or_404(person.trials, token=trial_token)
    row.participant = person
    if request.method == "POST":
        return _save(request, person, row)
    place = place_of(person)
    if place == reverse("studies:guide", args=[person.token]):
        place = trial_address(person)
    if place != request.path:
        return redirect(place + ("?note=saved" if row.answered_at else ""))
    shown(trial=row)
    return _page(request, person, row)


@require_POST
@for_participant
def missing(request: HttpRequest, person: Participant, trial_token: str) -> HttpResponse:
    """A picture could not be loaded: no answer is asked for, the next trial comes."""
    row = get_object_or_404(person.trials, token=trial_token)
    row.participant = person
    undelivered(trial=row, viewing=read_viewing(request.POST.get("viewing", "")))
    person.refresh_from_db()
    return redirect(place_of(person) + "?note=skipped")


def _save(request: HttpRequest, person: Participant, row: Trial) -> HttpResponse:
    as_json = request.headers.get("Accept") == "application/json"
    try:
        outcome = record(
            trial=row,
            answers=request.POST.dict(),
            rt_ms=read_milliseconds(request.POST.get("rt_ms", "")),
            viewing=read_viewing(request.POST.get("viewing", "")),
        )
    except IncompleteAnswer as error:
        if as_json:
            return JsonResponse({"missing": error.missing}, status=422)
        return _page(request, person, row, error.missing)
    person.refresh_from_db()
    address = place_of(person) + NOTE_AFTER.get(outcome, "")
    return JsonResponse({"next": address}) if as_json else redirect(address)


def _page(
    request: HttpRequest, person: Participant, row: Trial, lacking: tuple[str, ...] = ()
) -> HttpResponse:
    plan = plan_of(person.study)
    asked = [Asked(q, request.POST.get(q.name, ""), q.name in lacking) for q in plan.kind.questions]
    upcoming = _after(person, row)
    context = {
        "person": person,
        "trial": row,
        "plan": plan,
        "pictures": pictures(person, plan, row),
        "upcoming": pictures(person, plan, upcoming) if upcoming else [],
        "asked": asked,
        "missing": [item for item in asked if item.missing],
        "first_that_counts": not row.practice and _follows_practice(person, row),
        "note": note_of(request),
        "personal_link": personal_link(person),
        **_progress(person, row),
    }
    return render(request, "rater/trial.html", context, status=422 if lacking else 200)


def pictures(person: Participant, plan: Plan, row: Trial) -> list[Picture]:
    """The pictures of a trial in the order of its layout."""
    stimuli = Stimulus.objects.filter(item=row.item_id).select_related("image")
    images = {stimulus.slot: stimulus.image for stimulus in stimuli}
    slots = {slot.name: slot for slot in plan.kind.slots}
    row.participant = person
    found = []
    for name in row.layout["order"]:
        image = images[name]
        assert image is not None, "a launched study has all its pictures"
        address = reverse("studies:picture", args=[person.token, renditions.address(row, name)])
        slot = slots[name]
        found.append(Picture(slot.label, slot.alt, address, image.width, image.height))
    return found


def _after(person: Participant, row: Trial) -> Trial | None:
    waiting = person.trials.filter(answered_at=None, released=False, position__gt=row.position)
    return waiting.order_by("position").first()


def _follows_practice(person: Participant, row: Trial) -> bool:
    earlier = person.trials.filter(position__lt=row.position).order_by("-position").first()
    return earlier is not None and earlier.practice


def _progress(person: Participant, row: Trial) -> dict[str, int]:
    """Where this trial stands among those of its sort that are not left out."""
    same = person.trials.filter(practice=row.practice, released=False)
    return {"number": same.filter(position__lte=row.position).count(), "total": same.count()}
