"""Which page a participant should be on: the database decides, whatever the browser did."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from studies.checking.exams import open_exam
from studies.fieldwork import is_described
from studies.live.breaks import pause_before
from studies.live.course import Way, way_of
from studies.models import Participant, Study, Trial
from studies.rights.withdrawal import receipt_of
from studies.views.participant.language import speak
from studies.wording import marked

NOTES = {
    "saved": marked("Your earlier answers are saved, and stay as they are."),
    "first": marked("You had answered that page before. Your first answer is kept."),
    "skipped": marked("That picture is left out. Here is the next one."),
    "later": marked("That page comes again at the end. Nothing was asked about it yet."),
}
"""What a page may say at its top, by the key in its address."""


ENDED: dict[str, str] = {
    Participant.State.FINISHED: "done",
    Participant.State.SCREENED_OUT: "screened_out",
    Participant.State.WITHDRAWN: "withdraw",
}
"""The one page of those for whom nothing more comes."""


def for_participant(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that is given the participant of its address, or 404; its page is in their
    language and never cached.

    Whoever had everything erased is led to the receipt.
    """

    @wraps(view)
    @never_cache
    def with_participant(request: HttpRequest, token: str, **rest: Any) -> HttpResponse:
        person = Participant.objects.select_related("study").filter(token=token).first()
        if person is not None:
            speak(person)
            return view(request, person, **rest)
        receipt = receipt_of(token)
        if receipt is None:
            raise Http404
        return redirect("studies:receipt", receipt.token)

    return with_participant


def place_of(participant: Participant, way: Way | None = None) -> str:
    """The address of the page where the participant should be now; `way` where it is known."""
    token = participant.token
    if participant.state in ENDED:
        return reverse(f"studies:{ENDED[participant.state]}", args=[token])
    if participant.consent_due and participant.study.state != Study.State.CLOSED:
        return reverse("studies:consent", args=[token])
    lapsed = participant.state == Participant.State.LAPSED
    if lapsed or participant.study.state == Study.State.CLOSED:
        return reverse("studies:place", args=[token])
    way = way or way_of(participant)
    trial = way.next
    if trial is None:
        return reverse("studies:place", args=[token])
    if not (participant.population or is_described(participant)):
        return reverse("studies:about", args=[token])
    if not way.begun:
        if open_exam(participant):
            return reverse("studies:before", args=[token])
        return reverse("studies:guide", args=[token])
    if pause_before(trial, participant):
        return reverse("studies:rest", args=[token])
    return address_of(trial, participant)


def beyond(place: str, participant: Participant, way: Way) -> str:
    """Where a place leads that only stands before a trial: the guide, a pause."""
    before = {reverse(f"studies:{name}", args=[participant.token]) for name in ("guide", "rest")}
    return first_address(participant, way) if place in before else place


def first_address(participant: Participant, way: Way) -> str:
    """Where the guide leads: the trial that waits for an answer."""
    assert way.next is not None, "the guide is for whoever has a trial to answer"
    return address_of(way.next, participant)


def address_of(trial: Trial, participant: Participant) -> str:
    """The address of a trial's page."""
    return reverse("studies:trial", args=[participant.token, trial.token])


def note_of(request: HttpRequest) -> str:
    """The sentence that the page's address asks for, or “”."""
    return NOTES.get(request.GET.get("note", ""), "")
