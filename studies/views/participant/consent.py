"""Asked again: the information changed since somebody agreed; before anything else is shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from studies.live.plan import plan_of
from studies.models import Participant
from studies.prose import prose
from studies.rights.consent import TextChanged, agree_again
from studies.views.participant.steps import for_participant, place_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_participant
def again(request: HttpRequest, person: Participant) -> HttpResponse:
    """The new text; POST with every box ticked agrees. Withdrawing is one link away."""
    if place_of(person) != request.path:
        return redirect("studies:participant", person.token)
    posted, changed = request.method == "POST", False
    statements = plan_of(person.study).fieldwork.consent
    ticked = {n for n in range(len(statements)) if request.POST.get(f"consent-{n}")}
    if posted and len(ticked) == len(statements):
        try:
            agree_again(participant=person, sha256=request.POST.get("text", ""))
            return redirect("studies:participant", person.token)
        except TextChanged:
            changed, ticked = True, set()
            person = Participant.objects.select_related("study").get(pk=person.pk)
    plan = plan_of(person.study)
    context = {
        "person": person,
        "plan": plan,
        "changed": changed,
        "consent_sha256": plan.consent_in(person.language),
        "information": prose(plan.wording(person.language).say(plan.fieldwork.information)),
        "statements": [(n, text, n in ticked) for n, text in enumerate(plan.fieldwork.consent)],
        "missing": posted and not changed,
    }
    return render(request, "rater/consent.html", context, status=422 if posted else 200)
